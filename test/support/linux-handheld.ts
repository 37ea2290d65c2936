// A handheld on the real interpreter: the built bundle in Storage, started from .boot0 without arguments, reached over
// its TCP bench port. Killing it is SIGKILL, as a battery that falls out; its Storage file is what is left.
import { spawn, type ChildProcess } from "node:child_process";
import { BUNDLE_NAME, LOADER_NAME, loaderFile } from "../../src/technician/flash/board-files.ts";
import { BenchHandheld } from "../../src/dock/bench-handheld.ts";
import { openTcpStream } from "../../src/dock/tcp-stream.ts";
import { freePort, killNow, makeFolder, removeFolder, runScript, waitForPort } from "./interpreter-process.ts";
import { nodeHash } from "./node-hash.ts";

/** Storage name of the setting that the linux board reads its bench port from. */
const BENCH_PORT_NAME = "bench.port";
/** Storage name of the setting that names a serial line. */
const BENCH_SERIAL_NAME = "bench.serial";
const START_LIMIT_MS = 15_000;

/** One handheld in a folder of its own. Call {@link remove} at the end, whatever happened. */
export class LinuxHandheld {
  readonly folder: string;
  readonly port: number;
  /** What the interpreter printed since it was made: empty once its console is off. */
  printed = "";
  private interpreter: ChildProcess | undefined;
  private bench: BenchHandheld | undefined;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /**
   * Makes a handheld with an empty flash but for the bundle and the loader. It is not started yet.
   * @param bundle text of dist/linux/bundle.js, ASCII
   * @param serial device file of a serial line that it serves, too
   */
  static async make(bundle: string, serial?: string): Promise<LinuxHandheld> {
    const handheld = new LinuxHandheld(makeFolder(), await freePort());
    const files = [
      [BENCH_PORT_NAME, String(handheld.port)],
      [BUNDLE_NAME, bundle],
      ...(serial === undefined ? [] : [[BENCH_SERIAL_NAME, serial]]),
    ];
    const writes = files.map(([name, text]) => `s.write(${JSON.stringify(name)},${JSON.stringify(text)});`);
    // The fence behind the firmware, so that compaction moves nothing of it.
    const { text } = loaderFile();
    const fence = `var t=s.getStats(),n=t.totalBytes-t.freeBytes+32+${text.length},l=${JSON.stringify(text)};
while(n++%4096)l+="\\n";s.write(${JSON.stringify(LOADER_NAME)},l);`;
    runScript(handheld.folder, `var s=require("Storage");${writes.join("\n")}\n${fence}`);
    return handheld;
  }

  /** Starts the interpreter, waits for the bench port and connects to it. */
  async start(): Promise<BenchHandheld> {
    // Its standard input stays open and silent; a byte 0x04 there would end it.
    const interpreter = spawn("espruino", [], { cwd: this.folder, stdio: ["pipe", "pipe", "pipe"] });
    interpreter.stdout.on("data", (text: Buffer) => (this.printed += text.toString("latin1")));
    interpreter.stderr.on("data", (text: Buffer) => (this.printed += text.toString("latin1")));
    this.interpreter = interpreter;
    try {
      await waitForPort(this.port, START_LIMIT_MS);
    } catch (error) {
      throw new Error(`the handheld did not start; it printed: ${this.printed}`, { cause: error });
    }
    return this.connect();
  }

  /** A new connection to the running handheld; the one before is closed. */
  async connect(): Promise<BenchHandheld> {
    this.bench?.close();
    this.bench = new BenchHandheld(await openTcpStream({ host: "127.0.0.1", port: this.port }), nodeHash);
    return this.bench;
  }

  /** Takes the battery out. Killing twice is safe. */
  async kill(): Promise<void> {
    this.bench?.close();
    this.bench = undefined;
    if (this.interpreter !== undefined) await killNow(this.interpreter);
    this.interpreter = undefined;
  }

  /** Kills it and removes its folder. */
  async remove(): Promise<void> {
    await this.kill();
    removeFolder(this.folder);
  }

  /** Process id of the interpreter, for measurements; undefined while it is not started. */
  get pid(): number | undefined {
    return this.interpreter?.pid;
  }
}
