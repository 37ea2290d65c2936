// The loading procedure against a scripted handheld: every verdict, and the cable pulled at every step.
import assert from "node:assert/strict";
import { FrameClient } from "../../src/dock/frame-client.ts";
import {
  isLoaded,
  loadHandheld,
  type LoadEvent,
  type LoadOptions,
  type LoadResult,
} from "../../src/dock/load-handheld.ts";
import { manifestHeadLength } from "../../src/dock/send-manifest.ts";
import { SYNC_ROUNDS_MAX } from "../../src/dock/sync-session.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { writeU16 } from "../../src/shared/wire/bytes.ts";
import { Command } from "../../src/shared/wire/service-frame.ts";
import { nodeHash } from "../support/node-hash.ts";
import { ScriptedHandheld } from "../support/scripted-handheld.ts";
import { testKey } from "../support/test-round.ts";

const { Hello, Provision, SyncRequest, SyncReply, LoadBegin, LoadData, LoadCommit, Maintenance } = {
  Hello: Command.Hello,
  Provision: Command.Provision,
  SyncRequest: Command.SyncRequest,
  SyncReply: Command.SyncReply,
  LoadBegin: Command.LoadBegin,
  LoadData: Command.LoadData,
  LoadCommit: Command.LoadCommit,
  Maintenance: Command.Maintenance,
};
const { Open, Prove, LoadCheck } = { Open: Command.Open, Prove: Command.Prove, LoadCheck: Command.LoadCheck };
const OPENED = [Hello, Open, Prove];
const SYNCED = [SyncRequest, SyncReply, Hello];
const PIECES = [LoadData, LoadData, LoadData, LoadData, LoadData, LoadData];

/** A manifest of 3 chunks as far as its sizes go: 224 bytes of head, 5,000 bytes of body. */
function manifest(): Uint8Array {
  const bytes = Uint8Array.from({ length: 5224 }, (_, i) => i % 251);
  writeU16(bytes, 58, 3);
  return bytes;
}

function reply(updates: number): Uint8Array {
  const bytes = new Uint8Array(96);
  writeU16(bytes, 38, updates);
  return bytes;
}

describe("loadHandheld", () => {
  let handheld: ScriptedHandheld;
  let events: LoadEvent[];
  let replies: Uint8Array[];

  beforeEach(() => {
    handheld = new ScriptedHandheld();
    events = [];
    replies = [];
  });

  function load(options: LoadOptions = {}, keyFile: Uint8Array | undefined = new Uint8Array(128)): Promise<LoadResult> {
    const depot = {
      sync: () => replies.shift() ?? reply(0),
      portKey: (device: number, keyEpoch: number) => (device < 100 ? testKey("dock", device, keyEpoch) : undefined),
      keyFile: () => keyFile,
      manifest: manifest,
      progress: (event: LoadEvent) => events.push(event),
    };
    return loadHandheld(new FrameClient(handheld.stream, nodeHash), depot, options);
  }

  it("takes results, loads the manifest byte by byte, sets the clock, in this order", async () => {
    const result = await load();
    assert.equal(result.verdict, "ready");
    assert.equal(result.fault, 0);
    assert.deepEqual(handheld.received, manifest());
    const loaded = [LoadBegin, ...PIECES, LoadCommit, LoadCheck];
    assert.deepEqual(handheld.commands, [...OPENED, ...SYNCED, ...loaded, ...SYNCED]);
    assert.deepEqual(events.at(-2), { at: "loaded" });
    assert.deepEqual(
      events.filter((event) => event.at === "loading").map((event) => event.sent),
      [224, 1200, 2176, 3152, 4128, 5104, 5224],
    );
  });

  it("gives a handheld without a key its key first", async () => {
    handheld.hello.device = 0;
    handheld.effects.set(Provision, () => (handheld.hello.device = 7));
    assert.equal((await load({ device: 7 })).verdict, "ready");
    assert.deepEqual(handheld.commands.slice(0, 5), [Hello, Provision, ...[Hello, Open, Prove]]);
  });

  it("refuses a handheld without a key when none is offered", async () => {
    handheld.hello.device = 0;
    const depot = {
      sync: () => reply(0),
      portKey: () => testKey("dock"),
      keyFile: () => undefined,
      manifest: manifest,
    };
    const result = await loadHandheld(new FrameClient(handheld.stream, nodeHash), depot);
    assert.deepEqual([result.verdict, result.fault], ["unknown device", FaultNumber.KeyMissing]);
  });

  it("reports a refused key in words", async () => {
    handheld.hello.device = 0;
    handheld.faults.set(Provision, [FaultNumber.KeyRefused]);
    assert.deepEqual(await load(), {
      verdict: "refused",
      fault: 803,
      words: "refused: provisioning: the handheld refused the key (F803)",
    });
  });

  it("refuses another handheld than the one asked for, before anything is sent", async () => {
    const result = await load({ device: 8 });
    assert.deepEqual(result, { verdict: "refused", fault: 0, words: "refused: this is handheld 7, not 8" });
    assert.deepEqual(handheld.commands, [Hello]);
  });

  it("syncs until nothing is unsent and the last reply was not full of updates", async () => {
    handheld.hello.unsent = 60;
    handheld.effects.set(SyncReply, () => (handheld.hello.unsent = Math.max(0, handheld.hello.unsent - 24)));
    replies = [reply(0), reply(0), reply(8), reply(3)];
    assert.equal((await load()).verdict, "ready");
    assert.equal(handheld.commands.filter((command) => command === SyncReply).length, 5);
    assert.deepEqual(
      events.flatMap((event) => ("unsent" in event ? [[event.at, event.unsent]] : [])),
      [
        ["results", 36],
        ["results", 12],
        ["results", 0],
        ["results", 0],
        ["clock", 0],
      ],
    );
  });

  it("gives up a session that never settles", async () => {
    handheld.hello.unsent = 1;
    handheld.faults.set(LoadBegin, [FaultNumber.DockUnsent]);
    const result = await load();
    assert.equal(result.fault, FaultNumber.DockUnsent);
    assert.equal(handheld.commands.filter((command) => command === SyncReply).length, SYNC_ROUNDS_MAX);
  });

  it("refuses when the results could not be taken, and loads nothing", async () => {
    handheld.faults.set(SyncReply, [FaultNumber.SyncConflict]);
    const result = await load();
    assert.equal(result.fault, FaultNumber.SyncConflict);
    assert.match(result.words, /results could not be taken.*F511/);
    assert.ok(!handheld.commands.includes(LoadBegin));
  });

  it("asks again when the handheld has asked over the air meanwhile, but not for ever", async () => {
    handheld.faults.set(SyncReply, [FaultNumber.SyncStale, FaultNumber.SyncStale, FaultNumber.SyncStale]);
    assert.equal((await load()).verdict, "ready");
    handheld.faults.set(SyncReply, new Array<number>(9).fill(FaultNumber.SyncStale));
    assert.equal((await load()).fault, FaultNumber.SyncStale);
  });

  it("refuses when the depot refuses the sync", async () => {
    const depot = {
      sync: () => undefined,
      portKey: () => testKey("dock"),
      keyFile: () => undefined,
      manifest: manifest,
    };
    const result = await loadHandheld(new FrameClient(handheld.stream, nodeHash), depot);
    assert.deepEqual([result.verdict, result.fault], ["refused", FaultNumber.SyncRefused]);
  });

  it("goes on when the depot has closed the day on the handheld", async () => {
    handheld.faults.set(SyncReply, [FaultNumber.SyncClosed]);
    assert.equal((await load()).verdict, "ready");
  });

  it("says already loaded, and sets the clock all the same", async () => {
    handheld.faults.set(LoadBegin, [FaultNumber.ManifestAlreadyLoaded]);
    handheld.received = manifest();
    const result = await load();
    assert.deepEqual([result.verdict, result.fault], ["already loaded", 0]);
    assert.deepEqual(handheld.commands, [...OPENED, ...SYNCED, LoadBegin, LoadCheck, ...SYNCED]);
  });

  for (const command of [LoadBegin, LoadData, LoadCommit]) {
    it(`reports a refusal of command 0x${command.toString(16)}`, async () => {
      handheld.faults.set(command, [FaultNumber.ManifestAltered]);
      assert.deepEqual(await load(), {
        verdict: "refused",
        fault: 205,
        words: "refused: loading: the manifest was altered (F205)",
      });
      assert.equal(
        handheld.commands.findLast((sent) => sent !== LoadData),
        command === LoadData ? LoadBegin : command,
      );
    });
  }

  for (const command of [LoadBegin, LoadCommit]) {
    it(`runs maintenance only when told to, asked for by command 0x${command.toString(16)}`, async () => {
      handheld.faults.set(command, [FaultNumber.DockNeedsMaintenance]);
      const refused = await load();
      assert.deepEqual([refused.verdict, refused.fault], ["needs maintenance", FaultNumber.DockNeedsMaintenance]);
      assert.match(refused.words, /load again with maintenance/);
      assert.ok(!handheld.commands.includes(Maintenance));

      handheld.faults.set(command, [FaultNumber.DockNeedsMaintenance]);
      assert.equal((await load({ maintenance: true })).verdict, "ready");
      assert.equal(handheld.commands.filter((sent) => sent === Maintenance).length, 1);
      assert.deepEqual(handheld.commands.slice(handheld.commands.indexOf(Maintenance) + 1).slice(0, 2), [Open, Prove]);
    });
  }

  it("reports a maintenance that failed", async () => {
    handheld.faults.set(LoadBegin, [FaultNumber.DockNeedsMaintenance]);
    handheld.faults.set(Maintenance, [FaultNumber.DockNoPower]);
    assert.equal((await load({ maintenance: true })).fault, FaultNumber.DockNoPower);
  });

  it("is not ready when the clock could not be set", async () => {
    handheld.effects.set(LoadCommit, () => handheld.faults.set(SyncReply, [FaultNumber.ClockOutOfRange]));
    const result = await load();
    assert.deepEqual([result.verdict, result.fault], ["refused", FaultNumber.ClockOutOfRange]);
    assert.match(result.words, /the manifest is loaded, but/);
  });

  it("gives a verdict when the cable is pulled at any step", async () => {
    const steps = 3 + 3 + 9 + 3;
    for (let step = 0; step < steps; step++) {
      handheld = new ScriptedHandheld();
      handheld.unplugAt = step;
      const result = await load();
      assert.equal(result.verdict, "refused", `step ${step}`);
      assert.match(result.words, /cable pulled; nothing is lost/);
    }
  });

  for (const battery of [0, 29, 30, 100, 255]) {
    it(`with ${battery} % of battery`, async () => {
      handheld.hello.battery = battery;
      const result = await load();
      assert.equal(result.verdict, battery < 30 ? "needs charging" : "ready");
      assert.equal(isLoaded(result), true);
      if (battery < 30) assert.match(result.words, new RegExp(`${battery} %`));
      assert.equal((await load({ chargeBelow: 101 })).verdict, battery === 255 ? "ready" : "needs charging");
    });
  }

  it("says unknown device when the depot has no key for it, or another one, and sends it nothing of the depot", async () => {
    handheld.hello.device = 100;
    const unknown = await load();
    assert.deepEqual([unknown.verdict, unknown.fault], ["unknown device", 0]);
    assert.match(unknown.words, /handheld 100 with key epoch 1 is not known/);
    handheld.hello.device = 7;
    handheld.roleKey = testKey("dock", 8);
    const other = await load();
    assert.equal(other.verdict, "unknown device");
    assert.match(other.words, /does not prove/);
    assert.deepEqual(handheld.commands, [Hello, Open, Hello, Open]);
    assert.equal(isLoaded(other), false);
  });

  for (const [fault, words] of [
    [FaultNumber.DockWait, /try again in about a minute/],
    [FaultNumber.DockVersion, /another version/],
    [FaultNumber.KeyMissing, /no key/],
  ] as const) {
    it(`refuses in words when Open is answered with ${fault}`, async () => {
      handheld.faults.set(Open, [fault]);
      const result = await load();
      assert.deepEqual([result.verdict, result.fault], ["refused", fault]);
      assert.match(result.words, words);
    });
  }

  for (const command of [LoadData, LoadCommit]) {
    it(`takes "already loaded" from LoadBegin alone, not from command 0x${command.toString(16)}`, async () => {
      handheld.faults.set(command, [FaultNumber.ManifestAlreadyLoaded]);
      const result = await load();
      assert.equal(result.verdict, "refused");
      assert.match(result.words, /in the midst of the load/);
      assert.ok(!handheld.commands.includes(LoadCheck));
    });
  }

  it("lets neither key nor manifest into its words", async () => {
    handheld.roleKey = testKey("dock", 8);
    const { words } = await load();
    for (const key of [testKey("dock"), testKey("dock", 8)]) {
      assert.ok(!words.includes(Buffer.from(key).toString("hex").slice(0, 8)));
    }
  });

  it("throws on what the depot throws", async () => {
    const depot = {
      sync: () => reply(0),
      portKey: () => testKey("dock"),
      keyFile: () => undefined,
      manifest: () => Promise.reject(new Error("no round for this day")),
    };
    await assert.rejects(loadHandheld(new FrameClient(handheld.stream, nodeHash), depot), /no round for this day/);
  });
});

describe("manifestHeadLength", () => {
  it("is header, 32 bytes a chunk, and 32", () => assert.equal(manifestHeadLength(manifest()), 96 + 3 * 32 + 32));

  it("refuses what is shorter than its head", () => {
    assert.throws(() => manifestHeadLength(new Uint8Array(95)), RangeError);
    assert.throws(() => manifestHeadLength(manifest().subarray(0, 223)), RangeError);
  });
});
