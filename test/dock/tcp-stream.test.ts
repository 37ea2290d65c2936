// TCP addresses and connections that work, are refused, or end.
import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server } from "node:net";
import { DockError } from "../../src/dock/dock-error.ts";
import { openTcpStream, parseTcpAddress } from "../../src/dock/tcp-stream.ts";

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

describe("parseTcpAddress", () => {
  it("reads host and port", () => {
    assert.deepEqual(parseTcpAddress("tcp://127.0.0.1:2424"), { host: "127.0.0.1", port: 2424 });
    assert.deepEqual(parseTcpAddress("tcp://[::1]:1"), { host: "::1", port: 1 });
  });

  for (const wrong of ["127.0.0.1:2424", "tcp://host", "tcp://:1", "tcp://h:0", "tcp://h:65536", "tcp://h:1/x", ""]) {
    it(`refuses "${wrong}"`, () => assert.throws(() => parseTcpAddress(wrong), RangeError));
  }
});

describe("openTcpStream", () => {
  it("carries bytes both ways and tells when the other side ends", async () => {
    const server = createServer((socket) => socket.on("data", (bytes) => socket.end(bytes)));
    const stream = await openTcpStream({ host: "127.0.0.1", port: await listen(server) });
    const echoed = await new Promise<Uint8Array>((resolve) => {
      stream.onData(resolve);
      stream.write(new Uint8Array([0, 4, 255]));
    });
    assert.deepEqual(echoed, new Uint8Array([0, 4, 255]));
    assert.match(await new Promise((resolve) => stream.onClose(resolve)), /other side closed/);
    stream.write(new Uint8Array([1]));
    stream.close();
    stream.close();
    server.close();
  });

  it("says so when nobody listens", async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(
      openTcpStream({ host: "127.0.0.1", port }),
      (error) => error instanceof DockError && error.kind === "unreachable" && error.message.includes(String(port)),
    );
  });
});
