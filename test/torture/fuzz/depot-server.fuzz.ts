// Fuzzes the depot's server over real HTTP on loopback: methods, addresses, types and bodies of any kind, and bytes that are
// no HTTP. It never fails inside, never says more than "refused", and its books stay as they were.
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { Depot } from "../../../src/depot/depot.ts";
import { makeServer } from "../../../src/depot/server/server.ts";
import { encodeRequest, SYNC_REQUEST } from "../../../src/shared/wire/sync.ts";
import type { Dice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { type IntakeDepot, makeIntakeDepot } from "./intake-depot.ts";
import { hexOf, spoil } from "./spoil.ts";

interface HttpInput {
  method: string;
  path: string;
  type: string | undefined;
  body: Uint8Array;
  /** Bytes sent as they are, instead of a request. */
  raw: Uint8Array | undefined;
}

const PATHS = ["/v1/handhelds/7/sync", "/v1/handhelds/07/sync", "/v1/handhelds/0/sync", "/v1/handhelds/%37/sync"];
const ODD_PATHS = [
  "/v1/handhelds/7/sync/",
  "/v1/handhelds//sync",
  "/v1/handhelds/4294967303/sync",
  "/%ff",
  "/",
  "/healthz",
  "/v1/handhelds/__proto__/sync",
];
const METHODS = ["POST", "GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"];
const TYPES = [
  "application/octet-stream",
  "application/json",
  "text/plain",
  "application/octet-stream; x=y",
  "nonsense",
  "",
];
/** The server refuses bodies above this. */
const BODY_LIMIT = 64 * 1024;
const LIMIT_MS = 10_000;

function drawWith(example: Uint8Array): (dice: Dice) => HttpInput {
  return (dice) => {
    const body = dice.oneIn(20)
      ? new Uint8Array(dice.pick([0, 1, 1680, BODY_LIMIT, BODY_LIMIT + 1])).fill(0x50)
      : spoil(dice, example, 1 + dice.below(3), { fields: SYNC_REQUEST, stretch: true });
    const head = `POST /v1/handhelds/7/sync HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${dice.odd(5000)}\r\n\r\n`;
    return {
      method: dice.oneIn(6) ? dice.pick(METHODS) : "POST",
      path: dice.oneIn(4) ? dice.pick([...PATHS, ...ODD_PATHS]) : PATHS[0]!,
      type: dice.oneIn(5) ? dice.pick([undefined, ...TYPES]) : TYPES[0]!,
      body,
      raw: dice.oneIn(20)
        ? spoil(dice, new Uint8Array(Buffer.from(head)), dice.below(4), { stretch: true })
        : undefined,
    };
  };
}

interface Reply {
  status: number;
  text: string;
}

function send(port: number, agent: Agent, { method, path, type, body }: HttpInput): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { "content-length": body.length, ...(type === undefined ? {} : { "content-type": type }) };
    const request = httpRequest(
      { port, host: "127.0.0.1", method, path, agent, headers, timeout: LIMIT_MS },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString("latin1") }),
        );
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", reject);
    request.end(body);
  });
}

/** Sends raw bytes and half-closes; what comes back, if anything. */
function sendRaw(port: number, raw: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.end(raw));
    socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error("no answer")));
    socket.on("data", (part: Buffer) => (text += part.toString("latin1")));
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
}

/** A server over a depot whose books are looked at after each request. */
class Served {
  private readonly depot: IntakeDepot;
  private readonly server: ReturnType<typeof makeServer>;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly log: string[] = [];
  private readonly honest: Uint8Array;
  private port = 0;

  /** @param honest a handheld's own request: the one body that is answered */
  constructor(depot: IntakeDepot, honest: Uint8Array) {
    this.depot = depot;
    this.honest = honest;
    const served = new Depot(depot.store, new Uint8Array(32).fill(0x5a), { clock: depot.context.clock });
    this.server = makeServer(served, (line) => this.log.push(line));
  }

  async start(): Promise<void> {
    this.port = Number(new URL(await this.server.start({ port: 0 })).port);
  }

  async give(input: HttpInput): Promise<string> {
    this.depot.store.after = undefined;
    this.log.length = 0;
    const outcome = input.raw === undefined ? await this.request(input) : await this.raw(input.raw);
    must((this.depot.store.after === undefined) === (outcome !== "200"), "the books were opened for nothing");
    must(
      this.log.every((line) => /^[A-Z-]+ \S+ \d{3}$/.test(line)),
      `log: ${this.log.join("; ")}`,
    );
    return outcome;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.server.stop();
    await this.depot.store.close();
  }

  private async request(input: HttpInput): Promise<string> {
    let reply: Reply;
    try {
      reply = await send(this.port, this.agent, input);
    } catch (error) {
      // A body above the limit may be cut off while it is still being sent.
      if (input.body.length > BODY_LIMIT && /ECONNRESET|EPIPE/.test(String(error))) return "cut off";
      throw error;
    }
    if (input.path === "/healthz" && reply.status === 200) return "healthy";
    if (this.isHonest(input)) {
      must(reply.status === 200, `a handheld's own request: status ${reply.status}`);
      return "200";
    }
    must(reply.status >= 400 && reply.status < 500, `status ${reply.status}`);
    const isSync = input.method === "POST" && PATHS.includes(input.path);
    if (isSync) must(reply.text === '{"error":"refused"}', `said ${reply.text}`);
    return String(reply.status);
  }

  private isHonest({ method, path, type, body }: HttpInput): boolean {
    const isItsAddress = path === "/v1/handhelds/7/sync" || path === "/v1/handhelds/%37/sync";
    const isBytes = type !== undefined && type.startsWith("application/octet-stream");
    return method === "POST" && isItsAddress && isBytes && Buffer.compare(body, this.honest) === 0;
  }

  private async raw(raw: Uint8Array): Promise<string> {
    const text = await sendRaw(this.port, raw);
    must(text === "" || /^HTTP\/1\.1 4\d\d /.test(text), `raw: ${text.slice(0, 60)}`);
    return text === "" ? "raw silence" : "raw refused";
  }
}

/** The depot's server. */
export const fuzzDepotServer = fuzzSweep({
  name: "fuzz-depot-server",
  title: "any method, address, type and body, and bytes that are no HTTP: refused with one word, the books untouched",
  inputs: 12_000,
  properties: 200,
  enough: 1_000,
  reaches: ["200", "400", "404", "413", "415", "raw refused"],
  open: async (): Promise<FuzzTarget<HttpInput>> => {
    const depot = await makeIntakeDepot();
    const { handheld } = depot;
    const example = encodeRequest(fastHash, handheld.key("sync"), handheld.fields(0, 3));
    const served = new Served(depot, example);
    await served.start();
    return {
      draw: drawWith(example),
      give: (input) => served.give(input),
      show: ({ body, raw, ...rest }) => `${JSON.stringify(rest)} ${hexOf(raw ?? body)}`,
      close: () => served.stop(),
    };
  },
});
