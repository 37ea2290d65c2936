// What the bench's commands need of this machine: cables, tickets, files, the person at the keyboard. Questions go to
// stderr, so that what stdout carries stays one line for each step. A ticket's contents are never shown.
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { setTimeout as pause } from "node:timers/promises";
import { nobleHash } from "../depot/noble-hash.ts";
import { FrameClient } from "../dock/frame-client.ts";
import { openPort } from "../dock/open-port.ts";
import { decodeTicket } from "../shared/ticket.ts";
import { BenchError } from "../technician/bench-error.ts";
import { ClientPort } from "../technician/client-port.ts";
import { BenchFault } from "../technician/faults.ts";
import type { Operator, TechnicianParts } from "./technician-run.ts";
import { ticketFromDepot } from "./technician-ticket.ts";

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** Asks at the terminal; a closed one answers nothing, which is said and never taken for a yes. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<undefined>((resolve) => terminal.once("close", () => resolve(undefined)));
  try {
    const answer = await Promise.race([terminal.question(`${question} `), closed]);
    if (answer !== undefined) return answer;
  } finally {
    terminal.close();
  }
  throw new BenchError(BenchFault.NotConfirmed, "nobody answers here: run it at a terminal, or without questions");
}

const operator: Operator = {
  isThere: () => process.stdin.isTTY,
  tell: (words) => void process.stderr.write(`${words}\n`),
  ask,
  async confirm(question) {
    for (;;) {
      const answer = (await ask(`${question} y/n`)).trim().toLowerCase();
      if (answer === "y" || answer === "n") return answer === "y";
    }
  },
};

/** The machine's own parts. */
export const technicianParts: TechnicianParts = {
  async openPort(address) {
    return new ClientPort(new FrameClient(await openPort(address), nobleHash), random);
  },
  async readTicket(file) {
    return decodeTicket(await readFile(file, "utf8"));
  },
  ticketFromDepot,
  writeFile: (file, text) => writeFile(file, text),
  write: (text) => void process.stdout.write(text),
  exit: (code) => (process.exitCode = code),
  operator,
  surroundings: { now_ms: () => Date.now(), pause: (delay_ms) => pause(delay_ms), random },
};
