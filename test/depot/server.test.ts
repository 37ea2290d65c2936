// The server over real HTTP on loopback: handhelds are answered, garbage is not, and secrets stay out of the log.
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { type DepotServer, makeServer } from "../../src/depot/server/server.ts";
import type { JournalWriter, SyncTo } from "../support/journal-writer.ts";
import { SEED } from "../support/properties.ts";
import {
  ASKED,
  buyerCode,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  statusOf,
  TEST_DEVICE,
  type TestDepot,
} from "../support/test-depot.ts";

const BYTES = { "content-type": "application/octet-stream" };

describe("the depot's server", () => {
  let test: TestDepot;
  let server: DepotServer;
  let address: string;
  let handheld: JournalWriter;
  const log: string[] = [];

  const post = (bytes: Uint8Array, id: number | string = TEST_DEVICE, headers: Record<string, string> = BYTES) =>
    fetch(`${address}/v1/handhelds/${id}/sync`, { method: "POST", body: Buffer.from(bytes), headers });

  before(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    handheld = await loadedHandheld(test);
    server = makeServer(test.depot, (line) => log.push(line));
    address = await server.start({ port: 0 });
  });
  after(async () => {
    await server.stop();
    await server.stop();
    await test.end();
  });

  it("listens on a free port and says it is well", async () => {
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
    const reply = await fetch(`${address}/healthz`);
    assert.deepEqual([reply.status, await reply.json()], [200, { status: "ok" }]);
  });

  it("takes a handheld's records and answers in bytes", async () => {
    handheld.accept(ASKED, await buyerCode(test.depot, ASKED));
    handheld.handOver(ASKED);
    const to: SyncTo = async (bytes) => {
      const reply = await post(bytes);
      assert.deepEqual([reply.status, reply.headers.get("content-type")], [200, "application/octet-stream"]);
      return new Uint8Array(await reply.arrayBuffer());
    };
    const reply = await handheld.sync(to);
    assert.equal(reply.acknowledged, 2);
    assert.equal(await statusOf(test.depot, ASKED), "delivered");
  });

  it("answers everything that is not authentic alike: 400, and no reason", async () => {
    const good = handheld.seal(handheld.fields());
    const altered = Uint8Array.from(good);
    altered[50]! ^= 1;
    const answers = await Promise.all([
      post(new Uint8Array(0)),
      post(new Uint8Array(96)),
      post(altered),
      post(good.subarray(1)),
      post(good, TEST_DEVICE + 1),
      post(good, "0"),
      post(good, "seven"),
      post(good, "07"),
      post(good, "99999999999"),
    ]);
    for (const answer of answers) {
      assert.deepEqual([answer.status, await answer.text()], [400, '{"error":"refused"}']);
    }
  });

  it("survives random bodies", async () => {
    let state = SEED;
    const random = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff);
    for (let turn = 0; turn < 100; turn++) {
      const body = Uint8Array.from({ length: random() % 2000 }, () => random() >> 8);
      if (turn % 2 === 0) body.set(Buffer.from("PSRQ\x01\x00").subarray(0, body.length));
      const answer = await post(body);
      assert.equal(answer.status, 400, `PAROLA_SEED=${SEED}`);
      await answer.arrayBuffer();
    }
    assert.equal((await fetch(`${address}/healthz`)).status, 200);
  });

  it("refuses bodies that are too large, of another type, and other paths and methods", async () => {
    const large = await post(new Uint8Array(64 * 1024 + 1));
    assert.deepEqual([large.status, await large.text()], [413, '{"error":"refused"}']);
    const good = handheld.seal(handheld.fields());
    assert.equal((await post(good, TEST_DEVICE, { "content-type": "application/json" })).status, 415);
    assert.equal((await fetch(`${address}/v1/handhelds/7/sync`)).status, 404);
    assert.equal((await fetch(`${address}/`)).status, 404);
  });

  it("survives a connection that breaks in the middle of a request", async () => {
    const { port } = new URL(address);
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), "127.0.0.1", () => {
        socket.write("POST /v1/handhelds/7/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n");
        socket.write("Content-Type: application/octet-stream\r\n\r\nPSRQ", () => socket.destroy());
      });
      socket.once("close", () => resolve()).once("error", reject);
    });
    assert.equal((await fetch(`${address}/healthz`)).status, 200);
  });

  it("takes a body in chunks", async () => {
    const fields = handheld.fields();
    const bytes = handheld.seal(fields);
    const reply = await new Promise<Uint8Array>((resolve, reject) => {
      const path = `${address}/v1/handhelds/${TEST_DEVICE}/sync`;
      const request = httpRequest(path, { method: "POST", headers: BYTES }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => resolve(new Uint8Array(Buffer.concat(parts))));
      });
      request.once("error", reject);
      request.write(bytes.subarray(0, 10));
      request.end(bytes.subarray(10));
    });
    assert.equal(handheld.open(reply, fields).acknowledged, 2);
  });

  it("says nothing of a failure inside", async () => {
    const broken = makeServer({ handleSync: () => Promise.reject(new Error("inside")) } as never, (line) =>
      log.push(line),
    );
    const at = await broken.start({ port: 0 });
    const answer = await fetch(`${at}/v1/handhelds/7/sync`, { method: "POST", body: "x", headers: BYTES });
    assert.deepEqual([answer.status, await answer.text()], [500, '{"error":"failed"}']);
    await broken.stop();
    assert.ok(log.includes("failed: inside"));
  });

  it("logs one line a request, with nothing of what it holds", () => {
    const text = log.join("\n");
    assert.match(text, /^POST \/v1\/handhelds\/:id\/sync 200$/m);
    assert.ok(!text.includes("PSRQ") && !/\b\d{6}\b/.test(text));
  });

  it("answers what is under way before it stops, and nothing afterwards", async () => {
    const own = makeServer(test.depot);
    const at = await own.start({ port: 0, host: "127.0.0.1" });
    const bytes = Buffer.from(handheld.seal(handheld.fields()));
    const under = fetch(`${at}/v1/handhelds/${TEST_DEVICE}/sync`, { method: "POST", body: bytes, headers: BYTES });
    const answer = await under;
    await own.stop();
    assert.equal(answer.status, 200);
    await assert.rejects(fetch(`${at}/healthz`));
  });
});
