// Serial ports: opened, refused in words, unplugged. The ports are pseudo-terminals; the driver is the real one.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ByteStream } from "../../src/dock/byte-stream.ts";
import { DockError } from "../../src/dock/dock-error.ts";
import { openPort, parsePortAddress } from "../../src/dock/open-port.ts";
import { openFailureWords, openSerialStream } from "../../src/dock/serial-stream.ts";
import { hasSocat, PseudoTerminal } from "../support/pseudo-terminal.ts";

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, i) => i);

function unreachable(words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof DockError && error.kind === "unreachable" && words.test(error.message);
}

/** The first `count` bytes that arrive. */
function collect(count: number, listen: (take: (bytes: Uint8Array) => void) => void): Promise<Uint8Array> {
  return new Promise((resolve) => {
    let all = Buffer.alloc(0);
    listen((bytes) => {
      all = Buffer.concat([all, bytes]);
      if (all.length >= count) resolve(new Uint8Array(all));
    });
  });
}

describe("openFailureWords", () => {
  const said: [string, RegExp][] = [
    ["Error: Error Resource temporarily unavailable Cannot lock port", /another program/],
    ["Opening COM3: Access denied", /another program/],
    ["Error: Permission denied, cannot open /dev/ttyUSB0", /dialout/],
    ["Error: No such file or directory, cannot open /dev/ttyUSB9", /no such port/],
    ["Opening COM9: File not found", /no such port/],
    ["Error: Inappropriate ioctl for device setting custom baud rate", /no serial port/],
    ["Error: something new", /^something new$/],
  ];
  for (const [message, words] of said) it(message, () => assert.match(openFailureWords(message), words));
});

describe("parsePortAddress", () => {
  it("reads TCP addresses, paths and COM ports", () => {
    assert.deepEqual(parsePortAddress("tcp://[::1]:9"), { kind: "tcp", address: { host: "::1", port: 9 } });
    for (const path of ["/dev/ttyUSB0", "/dev/serial/by-id/usb-x_y-if00", "COM3", "com12", "\\\\.\\COM10"]) {
      assert.deepEqual(parsePortAddress(path), { kind: "serial", path });
    }
  });

  for (const wrong of ["", " ", "ttyUSB0", "COM", "COM0", "tcp://", "tcp:/x", "/dev/", "/", "http://x:1", "/dev/\0x"]) {
    it(`refuses ${JSON.stringify(wrong)} in words`, () => {
      assert.throws(
        () => parsePortAddress(wrong),
        (error) => error instanceof RangeError && /looks? like/.test(error.message),
      );
    });
  }
});

describe("openPort", () => {
  it("opens a TCP address, and rejects what is none", async () => {
    const server = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const stream = await openPort(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const echoed = collect(256, (take) => stream.onData(take));
    stream.write(EVERY_BYTE);
    assert.deepEqual(await echoed, EVERY_BYTE);
    stream.close();
    server.close();
    await assert.rejects(openPort("nowhere"), RangeError);
  });
});

describe("openSerialStream", () => {
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "parola-serial-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("says that there is no such port", async () => {
    await assert.rejects(openSerialStream(join(folder, "none")), unreachable(/none: no such port/));
  });

  it("says that a file or a folder is no serial port", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "text");
    await assert.rejects(openSerialStream(file), unreachable(/no serial port/));
    await assert.rejects(openSerialStream(folder), unreachable(/no serial port/));
    await assert.rejects(openSerialStream("/dev/null"), unreachable(/no serial port/));
  });

  it("says what to do without permission", async function () {
    if (process.getuid?.() === 0) {
      console.log("      skipped: root may open everything; run it as another user");
      this.skip();
    }
    const file = join(folder, "locked");
    writeFileSync(file, "");
    chmodSync(file, 0);
    await assert.rejects(openSerialStream(file), unreachable(/dialout/));
  });
});

describe("a serial stream over a pseudo-terminal", () => {
  let terminal: PseudoTerminal;
  let stream: ByteStream;

  before(function () {
    if (!hasSocat()) this.skip();
  });

  beforeEach(async () => {
    terminal = await PseudoTerminal.make();
    stream = await openPort(terminal.path);
  });

  afterEach(() => {
    stream.close();
    terminal.remove();
  });

  it("carries every byte value both ways, unchanged", async () => {
    const there = collect(512, (take) => (terminal.onData = take));
    stream.write(EVERY_BYTE);
    stream.write(EVERY_BYTE);
    assert.deepEqual(await there, new Uint8Array([...EVERY_BYTE, ...EVERY_BYTE]));
    const back = collect(256, (take) => stream.onData(take));
    terminal.write(EVERY_BYTE);
    assert.deepEqual(await back, EVERY_BYTE);
  });

  it("is for one program alone, and goes on when another one is refused", async () => {
    await assert.rejects(openSerialStream(terminal.path), unreachable(/another program has this port/));
    const there = collect(1, (take) => (terminal.onData = take));
    stream.write(new Uint8Array([7]));
    assert.deepEqual(await there, new Uint8Array([7]));
  });

  it("tells that it was unplugged, once, and takes writes and closes after that", async () => {
    const reasons: string[] = [];
    const ended = new Promise<void>((resolve) => {
      stream.onClose((reason) => {
        reasons.push(reason);
        resolve();
      });
    });
    terminal.unplug();
    await ended;
    stream.write(EVERY_BYTE);
    stream.close();
    stream.close();
    assert.equal(reasons.length, 1);
    assert.match(reasons[0] ?? "", /unplugged|port failed/);
    let late = "";
    stream.onClose((reason) => (late = reason));
    assert.equal(late, reasons[0]);
  });

  it("survives being unplugged while both sides write", async () => {
    const ended = new Promise<string>((resolve) => stream.onClose(resolve));
    terminal.bytesLeft = 1000;
    for (let n = 0; n < 20; n++) {
      stream.write(EVERY_BYTE);
      terminal.write(EVERY_BYTE);
    }
    assert.notEqual(await ended, "closed here");
  });

  it("closed here says so, and gives nothing out any more", async () => {
    const reason = new Promise<string>((resolve) => stream.onClose(resolve));
    let heard = 0;
    stream.onData(() => heard++);
    stream.close();
    terminal.write(EVERY_BYTE);
    assert.equal(await reason, "closed here");
    assert.equal(heard, 0);
  });
});
