// Figures of the dock: how much of a line a manifest's load uses, how long sixteen handhelds take side by side against one,
// and what a handheld needs while it is loaded. Handhelds are processes behind lines of a UART's pace; the depot is a real one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hallDepot } from "../../src/cli/dock-hall-depot.ts";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { initDepot } from "../../src/depot/open-depot.ts";
import type { Depot } from "../../src/depot/depot.ts";
import { BenchHandheld } from "../../src/dock/bench-handheld.ts";
import type { ByteStream } from "../../src/dock/byte-stream.ts";
import { FrameClient } from "../../src/dock/frame-client.ts";
import { Hall } from "../../src/dock/hall/hall.ts";
import { HALL_TIMES } from "../../src/dock/hall/hall-parts.ts";
import { loadHandheld } from "../../src/dock/load-handheld.ts";
import { openPort } from "../../src/dock/open-port.ts";
import { subkey } from "../../src/shared/crypto/keys.ts";
import { HandheldProcesses, writeKeyedImage } from "../../test/dock/hall/handheld-processes.ts";
import { LINE_BYTES_PER_SECOND } from "../../test/support/line-pace.ts";
import { LinuxHandheld } from "../../test/support/linux-handheld.ts";
import { nodeHash } from "../../test/support/node-hash.ts";
import { ROOT } from "../build/project.ts";
import { answerSync, type BenchRound, benchRound } from "./bench-round.ts";
import type { Figure } from "./handheld-bench.ts";

const PARCELS = 287;
const SIDE_BY_SIDE = 16;
/** Bits on the line for a byte of 8N1: start, eight, stop. */
const LINE_BITS = 10;

/** Counts what is written to a cable. */
function counted(stream: ByteStream, written: (bytes: number) => void): ByteStream {
  return {
    write: (bytes) => {
      written(bytes.length);
      stream.write(bytes);
    },
    onData: (listener) => stream.onData(listener),
    onClose: (listener) => stream.onClose(listener),
    close: () => stream.close(),
  };
}

function callbacks(round: BenchRound): Parameters<typeof loadHandheld>[1] {
  return {
    portKey: () => subkey(nodeHash, round.keyFile.subarray(16, 48), "dock"),
    keyFile: () => round.keyFile,
    manifest: () => round.manifest,
    sync: (request) => Promise.resolve(answerSync(request)),
  };
}

/** One load over a paced line: share of the line's bits, and of its time, that the manifest is. */
async function lineFigures(processes: HandheldProcesses): Promise<Figure[]> {
  const round = benchRound(PARCELS);
  const { address } = await processes.start();
  let bytes = 0;
  const stream = counted(await openPort(await processes.paced(address)), (count) => (bytes += count));
  const client = new FrameClient(stream, nodeHash);
  const at = { begun_ms: 0, bytes: 0, loaded_ms: 0, all: 0 };
  const result = await loadHandheld(client, {
    ...callbacks(round),
    progress: (event) => {
      if (event.at === "results") Object.assign(at, { begun_ms: performance.now(), bytes });
      if (event.at === "loading" && event.sent === event.total)
        Object.assign(at, { loaded_ms: performance.now(), all: bytes });
    },
  });
  client.close();
  if (result.verdict !== "ready") throw new Error(`the bench's handheld was not loaded: ${result.words}`);
  const size = round.manifest.length;
  const took_s = (at.loaded_ms - at.begun_ms) / 1000;
  const framed = size / (at.all - at.bytes);
  return [
    { name: `manifest of ${PARCELS} parcels`, value: size, unit: "bytes" },
    { name: "line efficiency: manifest ÷ bytes sent", value: 100 * framed, unit: "%", least: 85 },
    { name: "line efficiency, start and stop bits counted", value: (100 * framed * 8) / LINE_BITS, unit: "%" },
    {
      name: "of the line's time at 115,200 baud, manifest",
      value: (100 * size) / (took_s * LINE_BYTES_PER_SECOND),
      unit: "%",
    },
  ];
}

/** A depot, its handhelds with keys, and a round for each. */
async function makeDepot(folder: string, devices: readonly number[]): Promise<Depot> {
  const depot = await initDepot(join(folder, "depot"));
  const day = await depot.today();
  for (const device of devices) {
    const lines = Array.from({ length: PARCELS }, (_, n) => {
      const number = String(device * 1000 + n).padStart(12, "0");
      return `TBA${number},${1 + (n >> 1)},"Via Roma ${n}, 20121 Milano",10.00,${n % 4 === 0 ? "yes" : "no"}`;
    });
    const path = join(folder, `${device}.csv`);
    writeFileSync(path, ["tracking,stop,address,value,asked", ...lines, ""].join("\n"));
    await depot.importRoundFile(path, { day, name: `R${device}` });
    await depot.addDevice(device);
    await depot.assignRound(device, day, `R${device}`);
    const { keyFile } = await depot.provisionKeyFile(device, "http://127.0.0.1:8080");
    await writeKeyedImage(join(folder, `flash-${device}`), keyFile);
    await depot.manifestFor(device, day, `R${device}`);
  }
  return depot;
}

async function loadAll(depot: Depot, addresses: readonly string[]): Promise<number> {
  const refused: string[] = [];
  const hall = new Hall(
    {
      hash: nobleHash,
      depot: hallDepot(depot, undefined),
      open: openPort,
      ask: undefined,
      load: loadHandheld,
      tell: (event) => {
        if (event.at === "verdict" && event.verdict !== "ready") refused.push(event.words);
      },
    },
    { assignFree: false, maintenance: false, resultsOnly: false, once: true, retried: new Set(), times: HALL_TIMES },
  );
  const start_ms = performance.now();
  await hall.once(addresses);
  if (refused.length > 0) throw new Error(`not loaded: ${refused.join("; ")}`);
  return (performance.now() - start_ms) / 1000;
}

/** Sixteen handhelds on sixteen lines against one on one. */
async function sideBySide(processes: HandheldProcesses, folder: string): Promise<Figure[]> {
  const devices = Array.from({ length: SIDE_BY_SIDE + 1 }, (_, i) => 101 + i);
  const depot = await makeDepot(folder, devices);
  try {
    const addresses: string[] = [];
    for (const device of devices) {
      const { address } = await processes.start("--state", join(folder, `flash-${device}`));
      addresses.push(await processes.paced(address));
    }
    const one_s = await loadAll(depot, addresses.slice(0, 1));
    const many_s = await loadAll(depot, addresses.slice(1));
    return [
      { name: "one handheld loaded, 115,200 baud", value: one_s, unit: "s" },
      { name: `${SIDE_BY_SIDE} side by side`, value: many_s, unit: "s" },
      { name: `${SIDE_BY_SIDE} side by side ÷ one`, value: many_s / one_s, unit: "×", aim: 1.2 },
    ];
  } finally {
    await depot.close();
  }
}

/** Figures of the dock that need no interpreter. */
export async function benchDock(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "parola-bench-dock-"));
  const processes = new HandheldProcesses(folder);
  try {
    return [...(await lineFigures(processes)), ...(await sideBySide(processes, folder))];
  } finally {
    await processes.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Variables that the interpreter has in use while a load is under way, above those before it. */
export async function benchLoading(): Promise<Figure[]> {
  const handheld = await LinuxHandheld.make(readFileSync(join(ROOT, "dist/linux/bundle.js"), "latin1"));
  try {
    const bench = await handheld.start();
    const idle = await bench.variables();
    const watch = new BenchHandheld(await openPort(`tcp://127.0.0.1:${handheld.port}`), nodeHash);
    let isLoading = true;
    let most = 0;
    const look = async (): Promise<void> => {
      while (isLoading) most = Math.max(most, await watch.variables());
    };
    const looking = look();
    const { verdict, words } = await loadHandheld(bench.client, callbacks(benchRound(PARCELS)));
    isLoading = false;
    await looking;
    watch.close();
    if (verdict !== "ready") throw new Error(`the bench's handheld was not loaded: ${words}`);
    return [{ name: "variables while loading, above those without a key", value: most - idle, unit: "" }];
  } finally {
    await handheld.remove();
  }
}
