// The real interpreter as a board on a bench: its console on a TCP port that outlives it, and a start whenever it ends, as a
// board starts anew after a reset. Storage is the folder's `espruino.flash`. It ends with stop(), whatever happened.
import { type ChildProcess, spawn } from "node:child_process";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { killNow } from "./interpreter-process.ts";

export class InterpreterBoard {
  readonly folder: string;
  /** Times it was started. */
  starts = 0;
  /** Whether it is started again when it ends. */
  restarts = true;
  private readonly server: Server;
  private interpreter: ChildProcess | undefined;
  private host: Socket | undefined;
  private ended: () => void = () => undefined;

  private constructor(folder: string) {
    this.folder = folder;
    this.server = createServer((socket) => {
      this.host?.destroy();
      this.host = socket;
      socket.on("error", () => undefined);
      socket.on("data", (bytes) => this.interpreter?.stdin?.write(bytes));
    });
  }

  /** Switches on a board whose Storage is what the folder holds. */
  static async make(folder: string): Promise<InterpreterBoard> {
    const board = new InterpreterBoard(folder);
    await new Promise<void>((done) => board.server.listen(0, "127.0.0.1", done));
    board.start();
    return board;
  }

  /** Where its console answers. */
  get console(): string {
    return `tcp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Pulls its plug and puts it in again: also what a watchdog does, which this build of the interpreter has not. */
  async reset(): Promise<void> {
    const next = this.nextStart();
    this.interpreter?.kill("SIGKILL");
    await next;
  }

  /** Resolves when it is started the next time. */
  nextStart(): Promise<void> {
    return new Promise((done) => (this.ended = done));
  }

  async stop(): Promise<void> {
    this.restarts = false;
    this.host?.destroy();
    this.server.close();
    if (this.interpreter !== undefined) await killNow(this.interpreter);
  }

  private start(): void {
    const interpreter = spawn("espruino", [], { cwd: this.folder, stdio: ["pipe", "pipe", "pipe"] });
    this.starts++;
    this.interpreter = interpreter;
    interpreter.stdin.on("error", () => undefined); // it ended meanwhile
    interpreter.stdout.on("data", (bytes: Buffer) => this.host?.write(bytes));
    interpreter.once("exit", () => {
      if (!this.restarts) return;
      this.start();
      this.ended();
    });
  }
}
