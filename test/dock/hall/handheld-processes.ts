// Simulated handhelds as processes, each behind a line of a UART's pace and, where asked for, a pseudo-terminal. All of it
// is stopped by end(); nothing outlives the test.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { join, resolve } from "node:path";
import { FrameClient } from "../../../src/dock/frame-client.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { SimulatedHandheld } from "../../../src/simulator/simulated-handheld.ts";
import { LINE_BYTES_PER_SECOND, LinePace } from "../../support/line-pace.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { simBundle } from "../../support/sim-bundle.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** A flash image with a key in it. */
export async function writeKeyedImage(path: string, keyFile: Uint8Array): Promise<void> {
  const handheld = new SimulatedHandheld({ bundle: simBundle() });
  handheld.boot();
  const client = new FrameClient(handheld.plugIn(), nodeHash);
  const { fault } = await client.request(Command.Provision, keyFile);
  if (fault !== 0) throw new Error(`provisioning: F${fault}`);
  client.close();
  handheld.cutPower();
  writeFileSync(path, handheld.image);
}

/** Carries bytes from one socket to another, so many a second. */
function pace(from: Socket, to: Socket, bytes_s: number): void {
  const line = new LinePace(bytes_s, (bytes) => to.write(bytes));
  from.on("data", (bytes) => line.push(bytes));
  from.on("error", () => undefined);
  from.on("close", () => {
    line.stop();
    to.destroy();
  });
}

/** A port of the loopback address that does with each connection what it is told. */
async function serve(act: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer(act);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { server, port: (server.address() as AddressInfo).port };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once("exit", () => done()));
}

/** A set of handhelds and ports. */
export class HandheldProcesses {
  private readonly folder: string;
  private readonly children = new Set<ChildProcess>();
  private readonly servers = new Set<Server>();
  private readonly sockets = new Set<Socket>();
  private readonly cables = new Map<string, { child: ChildProcess; port: number }>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Starts a handheld; returns its address. */
  async start(...options: readonly string[]): Promise<{ address: string; kill(): Promise<void> }> {
    const script = join(ROOT, "src/simulator/handheld-process.ts");
    const args = ["--import", "tsx", script, ...(options.includes("--port") ? [] : ["--listen", "0"]), ...options];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    this.children.add(child);
    const address = await new Promise<string>((done, failed) => {
      let text = "";
      child.stdout.on("data", (bytes: Buffer) => {
        text += bytes.toString();
        const line = /(?:listening on|serving) (\S+)\n/.exec(text)?.[1];
        if (line !== undefined) done(line);
      });
      child.once("exit", (code) => failed(new Error(`the handheld ended with ${code}`)));
    });
    return {
      address,
      kill: async () => {
        child.kill("SIGKILL");
        await ended(child);
      },
    };
  }

  /** A line of a UART's pace in front of an address tcp://127.0.0.1:…; returns its own. */
  async paced(address: string, bytes_s = LINE_BYTES_PER_SECOND): Promise<string> {
    const port = Number(address.split(":").at(-1));
    return this.port((near) => {
      const far = connect({ host: "127.0.0.1", port, noDelay: true });
      this.sockets.add(far);
      pace(near, far, bytes_s);
      pace(far, near, bytes_s);
    });
  }

  /** A port of the test's own. */
  async port(act: (socket: Socket) => void): Promise<string> {
    const { server, port } = await serve((socket) => {
      this.sockets.add(socket);
      socket.on("error", () => undefined);
      act(socket);
    });
    this.servers.add(server);
    return `tcp://127.0.0.1:${port}`;
  }

  /** A pseudo-terminal in front of an address; returns its path. */
  async pseudoTerminal(name: string, address: string): Promise<string> {
    const path = join(this.folder, name);
    await this.plug(path, Number(address.split(":").at(-1)));
    return path;
  }

  /** Two pseudo-terminals joined. */
  async pair(name: string): Promise<[string, string]> {
    const paths: [string, string] = [join(this.folder, `${name}.a`), join(this.folder, `${name}.b`)];
    this.spawnSocat(`PTY,link=${paths[0]},rawer`, `PTY,link=${paths[1]},rawer`);
    for (const path of paths) await appears(path);
    return paths;
  }

  /** Takes the pseudo-terminal away, as pulling the cable does. */
  async pull(path: string): Promise<void> {
    const child = this.cables.get(path)?.child;
    child?.kill("SIGTERM");
    if (child !== undefined) await ended(child);
  }

  /** Plugs it in again. */
  async plugAgain(path: string): Promise<void> {
    await this.plug(path, this.cables.get(path)?.port ?? 0);
  }

  async end(): Promise<void> {
    for (const child of this.children) child.kill("SIGKILL");
    for (const socket of this.sockets) socket.destroy();
    for (const server of this.servers) server.close();
    await Promise.all([...this.children].map(ended));
  }

  private async plug(path: string, port: number): Promise<void> {
    const child = this.spawnSocat(`PTY,link=${path},rawer`, `TCP:127.0.0.1:${port},nodelay`);
    this.cables.set(path, { child, port });
    await appears(path);
  }

  private spawnSocat(...args: readonly string[]): ChildProcess {
    const child = spawn("socat", args, { stdio: ["ignore", "ignore", "ignore"] });
    this.children.add(child);
    return child;
  }
}

async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((done) => setTimeout(done, 10));
}
