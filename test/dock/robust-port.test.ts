// Loading over serial ports that misbehave, each a pseudo-terminal with the real driver: slow, unplugged at any frame or
// byte, noisy, at another speed, silent, an echo, taken. Whatever one port does, the others go on.
import assert from "node:assert/strict";
import type { ByteStream } from "../../src/dock/byte-stream.ts";
import { DockError } from "../../src/dock/dock-error.ts";
import { FrameClient } from "../../src/dock/frame-client.ts";
import { loadHandheld, type LoadOptions, type LoadResult } from "../../src/dock/load-handheld.ts";
import { openPort } from "../../src/dock/open-port.ts";
import { writeU16 } from "../../src/shared/wire/bytes.ts";
import { Command } from "../../src/shared/wire/service-frame.ts";
import { nodeHash } from "../support/node-hash.ts";
import { LINE_BYTES_PER_SECOND } from "../support/line-pace.ts";
import { hasSocat, PseudoTerminal } from "../support/pseudo-terminal.ts";
import { ScriptedHandheld } from "../support/scripted-handheld.ts";
import { testKey } from "../support/test-round.ts";

/** Frames of a loading that goes well. */
const FRAMES = 3 + 3 + 9 + 3;
/** Milliseconds for a try where the test waits for all of them. */
const TRY_MS = 60;

/** A manifest of 3 chunks as far as its sizes go. */
const MANIFEST = Uint8Array.from({ length: 5224 }, (_, i) => i % 251);
writeU16(MANIFEST, 58, 3);

/** A handheld at the far end of a port. */
class PluggedHandheld {
  readonly scripted = new ScriptedHandheld();
  readonly terminal: PseudoTerminal;
  /** Bytes that crossed the cable. */
  crossed = 0;

  constructor(terminal: PseudoTerminal) {
    this.terminal = terminal;
    this.scripted.send = (bytes) => {
      this.crossed += bytes.length;
      terminal.write(bytes);
    };
    this.scripted.unplug = () => terminal.unplug();
    terminal.onData = (bytes) => {
      this.crossed += bytes.length;
      this.scripted.take(bytes);
    };
  }

  async load(options: LoadOptions = {}): Promise<LoadResult> {
    const client = new FrameClient(await openPort(this.terminal.path), nodeHash);
    try {
      return await loadHandheld(client, DEPOT, options);
    } finally {
      client.close();
    }
  }

  /** Plugs the cable in again, and opens its port. */
  async replug(): Promise<ByteStream> {
    await this.plugIn();
    return openPort(this.terminal.path);
  }

  async plugIn(): Promise<void> {
    this.terminal.unplug();
    this.terminal.bytesLeft = Infinity;
    this.scripted.unplugAt = Infinity;
    this.scripted.plugIn();
    await this.terminal.plugIn();
  }
}

const DEPOT = {
  sync: () => new Uint8Array(96),
  portKey: () => testKey("dock"),
  keyFile: () => undefined,
  manifest: () => MANIFEST,
};

function failsWith(kind: string, words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof DockError && error.kind === kind && words.test(error.message);
}

describe("a port that misbehaves", () => {
  const terminals: PseudoTerminal[] = [];

  async function terminal(bytesPerSecond?: number): Promise<PseudoTerminal> {
    const made = await PseudoTerminal.make(bytesPerSecond);
    terminals.push(made);
    return made;
  }

  async function plugged(bytesPerSecond?: number): Promise<PluggedHandheld> {
    return new PluggedHandheld(await terminal(bytesPerSecond));
  }

  async function hello(port: PseudoTerminal): Promise<unknown> {
    const client = new FrameClient(await openPort(port.path), nodeHash);
    return client.request(Command.Hello, undefined, TRY_MS).finally(() => client.close());
  }

  before(function () {
    if (!hasSocat()) this.skip();
  });

  afterEach(() => {
    for (const one of terminals.splice(0)) one.remove();
  });

  it("at the pace of 115,200 baud it is loaded, no frame sent twice", async () => {
    const handheld = await plugged(LINE_BYTES_PER_SECOND);
    assert.equal((await handheld.load()).verdict, "ready");
    assert.deepEqual(handheld.scripted.received, MANIFEST);
    assert.equal(handheld.scripted.frames.length, FRAMES);
  });

  it("unplugged at every frame: a verdict in words each time, and loaded when it is plugged in again", async () => {
    for (let frame = 0; frame < FRAMES; frame++) {
      const handheld = await plugged();
      handheld.scripted.unplugAt = frame;
      const result = await handheld.load();
      assert.equal(result.verdict, "refused", `frame ${frame}`);
      assert.match(result.words, /nothing is lost, load it again/);
      await handheld.plugIn();
      assert.equal((await handheld.load()).verdict, "ready", `frame ${frame}`);
      assert.deepEqual(handheld.scripted.received, MANIFEST);
      handheld.terminal.remove();
    }
  });

  it("unplugged at any byte: goes on over the port that is opened again", async () => {
    const whole = await plugged();
    assert.equal((await whole.load()).verdict, "ready");
    assert.ok(whole.crossed > MANIFEST.length);
    for (let byte = 1; byte < whole.crossed; byte += 331) {
      const handheld = await plugged();
      handheld.terminal.bytesLeft = byte;
      const result = await handheld.load({ reopen: () => handheld.replug() });
      assert.equal(result.verdict, "ready", `byte ${byte}: ${result.words}`);
      assert.deepEqual(handheld.scripted.received, MANIFEST);
      handheld.terminal.remove();
    }
  });

  it("noise between the frames costs nothing", async () => {
    const handheld = await plugged();
    handheld.scripted.says = (answer, _, n) =>
      new Uint8Array([0x00, 0xff, 0xa5, 0x00, 0x00, n & 0xff, ...answer, 0x7f, 0xa5, 0xff, 0xff]);
    assert.equal((await handheld.load()).verdict, "ready");
    assert.equal(handheld.scripted.frames.length, FRAMES);
  });

  it("a console's text, or another baud rate's bytes, are named as such", async () => {
    const port = await terminal();
    port.onData = () => port.write(new TextEncoder().encode(">Uncaught ReferenceError: \u00a5 is not defined\r\n>"));
    await assert.rejects(hello(port), failsWith("garbage", /service port.*baud rate/));

    const handheld = await plugged();
    handheld.scripted.says = (answer) => answer.filter((_, i) => i % 3 === 0).map((byte) => (byte << 3) | 0x07);
    await assert.rejects(hello(handheld.terminal), failsWith("garbage", /baud rate/));
  });

  it("a stream of noise that never ends is given up", async () => {
    const port = await terminal();
    const noise = setInterval(() => port.write(Uint8Array.from({ length: 64 }, () => 0xa5)), 5);
    try {
      await assert.rejects(hello(port), failsWith("garbage", /baud rate/));
    } finally {
      clearInterval(noise);
    }
  });

  it("one that answers nothing is given up, and free again", async () => {
    const port = await terminal();
    let heard = 0;
    port.onData = (bytes) => (heard += bytes.length);
    await assert.rejects(hello(port), failsWith("time-out", /did not answer/));
    assert.equal(heard, 4 * 10);
  });

  it("one that sends back what it gets is named as such", async () => {
    const port = await terminal();
    port.onData = (bytes) => port.write(bytes);
    await assert.rejects(hello(port), failsWith("garbage", /came back/));
  });

  it("one that another program holds is refused, and that program is not disturbed", async () => {
    const handheld = await plugged();
    const loading = handheld.load();
    await new Promise<void>((resolve) => {
      handheld.scripted.effects.set(Command.Open, resolve);
    });
    await assert.rejects(openPort(handheld.terminal.path), failsWith("unreachable", /another program/));
    assert.equal((await loading).verdict, "ready");
  });

  it("the others are loaded meanwhile", async () => {
    const good = await Promise.all([plugged(), plugged()]);
    const [silent, echo, noisy, pulled] = [await terminal(), await terminal(), await terminal(), await plugged()];
    echo.onData = (bytes) => echo.write(bytes);
    noisy.onData = () => noisy.write(new Uint8Array(300).fill(0xa5));
    pulled.scripted.unplugAt = 7;
    const failing = [silent, echo, noisy].map((port) => assert.rejects(hello(port), DockError));
    const results = await Promise.all([...good, pulled].map((handheld) => handheld.load()));
    await Promise.all(failing);
    assert.deepEqual(
      results.map(({ verdict }) => verdict),
      ["ready", "ready", "refused"],
    );
  });
});
