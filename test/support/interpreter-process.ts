// Starts the real interpreter for tests as a process that stays: its console over TCP, its ports, its end. `espruino`
// on the PATH, in a folder of its own. Ends only what it started.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether a program is on the PATH. */
export function isInstalled(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A folder for one interpreter and its `espruino.flash`; remove it with {@link removeFolder}. */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "parola-"));
}

/** Removes a folder that {@link makeFolder} made. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Runs a script on the interpreter until it ends.
 * @returns what it printed
 */
export function runScript(folder: string, script: string): string {
  writeFileSync(join(folder, "script.js"), script, "latin1");
  return execFileSync("espruino", ["script.js"], { cwd: folder, encoding: "latin1", timeout: 30_000 });
}

/** A port of this computer that nothing listens on at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Resolves once something listens on a port of this computer; gives up after `limit_ms`. */
export async function waitForPort(port: number, limit_ms: number): Promise<void> {
  const end = Date.now() + limit_ms;
  while (!(await accepts(port))) {
    if (Date.now() > end) throw new Error(`nothing listens on port ${port} after ${limit_ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Kills a process as a power cut would (the interpreter ignores SIGTERM), and waits until it is gone. */
export async function killNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/**
 * An interpreter's console on a TCP port, through socat; one interpreter for each connection. Interpreters outlive their
 * connection, so all of them stand in one process group and are killed together.
 */
export async function serveConsole(folder: string): Promise<{ port: number; stop(): void }> {
  const port = await freePort();
  const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`;
  const socat = spawn("socat", [listen, "EXEC:espruino,pty,rawer"], { cwd: folder, stdio: "ignore", detached: true });
  await new Promise((resolve) => setTimeout(resolve, 300)); // no trial connection: each would start an interpreter
  return {
    port,
    stop: () => {
      if (socat.pid !== undefined) process.kill(-socat.pid, "SIGKILL");
    },
  };
}
