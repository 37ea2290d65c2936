// A hall of docks: every verdict, unplugging, numbers twice, stopping. Ports and depot are made up, sessions are not.
import assert from "node:assert/strict";
import type { LoadResult } from "../../../src/dock/load-handheld.ts";
import { totalsWords } from "../../../src/dock/hall/tally.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { FakeStream } from "../../support/fake-stream.ts";
import { HallRig, type RigWish } from "./hall-rig.ts";

describe("Hall", function () {
  this.timeout(30_000);
  let rig: HallRig;
  const make = (wish: RigWish = {}): HallRig => (rig = new HallRig(wish));

  afterEach(async () => {
    rig.hall.breakOff();
    await rig.end();
  });

  const once = { options: { once: true } };

  it("loads side by side what is plugged in: results first, then the round, the manifest read back, the clock", async () => {
    make(once);
    const handhelds = [7, 8, 9].map((device) => rig.plug(`p${device}`, device, `R${device}`));
    handhelds[0]!.hello.battery = 64;
    await rig.hall.once(["p7", "p8", "p9"]);
    for (const [i, handheld] of handhelds.entries()) {
      assert.equal((await rig.verdict(`p${i + 7}`)).verdict, "ready");
      assert.deepEqual(handheld.received, rig.depot.manifestBytes);
      const order = [Command.SyncRequest, Command.LoadBegin, Command.LoadCommit, Command.LoadCheck];
      const places = order.map((command) => handheld.commands.indexOf(command));
      assert.deepEqual(
        places,
        [...places].sort((a, b) => a - b),
      );
      assert.ok(places[0]! >= 0);
    }
    assert.deepEqual(rig.depot.log.filter((line) => line.endsWith("7") || line.includes("7 ")).slice(0, 3), [
      "arrived 7",
      "sync 7",
      "manifest 7 R7",
    ]);
    assert.equal(rig.depot.seen.get(7)?.battery, 64);
    assert.equal(totalsWords(rig.hall.totals()), "3 of 3 ready");
    const starts = rig.events.filter(({ at }) => at === "hello").map(({ port }) => port);
    const firstVerdict = rig.events.findIndex(({ at }) => at === "verdict");
    assert.equal(new Set(rig.events.slice(0, firstVerdict).map(({ port }) => port)).size, 3, "side by side");
    assert.equal(starts.length, 3);
  });

  it("takes results and loads nothing, in the evening", async () => {
    make({ options: { once: true, resultsOnly: true } });
    const handheld = rig.plug("p7", 7, "");
    handheld.hello.unsent = 3;
    handheld.effects.set(Command.SyncReply, () => (handheld.hello.unsent = 0));
    await rig.hall.once(["p7"]);
    assert.equal((await rig.verdict("p7")).verdict, "results taken");
    assert.ok(!handheld.commands.includes(Command.LoadBegin));
    assert.deepEqual(
      rig.depot.log.filter((line) => line.startsWith("manifest")),
      [],
    );
    assert.equal(totalsWords(rig.hall.totals()), "1 of 1 emptied");
  });

  it("tells bytes sent and the total, and a number only as the handheld gave it", async () => {
    make(once);
    rig.plug("p", 7);
    await rig.hall.once(["p"]);
    const loading = rig.events.filter(({ at }) => at === "loading");
    assert.ok(loading.length > 1);
    assert.equal(loading.at(-1)?.sent, rig.depot.manifestBytes.length);
    assert.ok(loading.every(({ total, device }) => total === rig.depot.manifestBytes.length && device === 7));
    assert.equal(rig.events[0]?.device, undefined);
  });

  it("gives every verdict of loading in its own count", async () => {
    const verdicts: LoadResult["verdict"][] = [
      "ready",
      "already loaded",
      "needs charging",
      "needs maintenance",
      "unknown device",
      "refused",
    ];
    make({
      ...once,
      load: async (_client, callbacks) => {
        const hello = verdicts.length - 1;
        const verdict = verdicts[hello] as LoadResult["verdict"];
        verdicts.pop();
        await callbacks.portKey(100 + hello, 1);
        await callbacks.sync(new Uint8Array(1));
        return { verdict, fault: 0, words: verdict };
      },
    });
    const ports = verdicts.map((_, i) => `p${i}`);
    for (const [i, port] of ports.entries()) rig.plug(port, 100 + i);
    await rig.hall.once(ports);
    assert.equal(
      totalsWords(rig.hall.totals()),
      "2 of 6 ready, 1 needs charging, 1 needs maintenance, 1 unknown, 1 refused",
    );
  });

  it("names a handheld without a key, one that the depot does not know, and one that cannot prove its number", async () => {
    make(once);
    rig.plug("keyless", 0);
    rig.plug("stranger", 8);
    rig.depot.known.delete(8);
    rig.plug("liar", 9).roleKey = new Uint8Array(32).fill(1);
    await rig.hall.once(["keyless", "stranger", "liar"]);
    for (const port of ["keyless", "stranger", "liar"]) {
      assert.equal((await rig.verdict(port)).verdict, "unknown device", port);
    }
    assert.equal((await rig.verdict("keyless")).fault, FaultNumber.KeyMissing);
    assert.deepEqual(rig.depot.log, [], "nothing is done by a number that no key proves");
    assert.equal(rig.hall.totals().unknown, 3);
  });

  it("goes by the number whose key was proven, not by the one that Hello gave", async () => {
    make({
      ...once,
      load: async (_client, callbacks) => {
        await callbacks.portKey(8, 1);
        await callbacks.sync(new Uint8Array(1));
        return { verdict: "ready", fault: 0, words: "ready" };
      },
    });
    rig.plug("p", 7);
    await rig.hall.once(["p"]);
    assert.deepEqual(rig.depot.log, ["arrived 8", "sync 8"]);
    assert.equal((await rig.verdict("p")).device, 8);
  });

  it("refuses in the depot's words and number, and says what a handheld answered", async () => {
    make(once);
    rig.plug("p", 7);
    rig.depot.refusal = Object.assign(new Error("handheld 7 is booked as lost"), { number: 917 });
    rig.plug("q", 8).faults.set(Command.SyncRequest, [FaultNumber.JournalHeader]);
    await rig.hall.once(["p", "q"]);
    const refused = await rig.verdict("p");
    assert.deepEqual([refused.verdict, refused.fault], ["refused", 917]);
    assert.equal(refused.words, "refused: handheld 7 is booked as lost (F917)");
    assert.equal((await rig.verdict("q")).fault, FaultNumber.JournalHeader);
  });

  describe("unplugging", () => {
    it("survives it at every frame, and goes on when the handheld comes back", async () => {
      make();
      rig.plug("p", 7);
      rig.hall.present(["p"]);
      await rig.verdict("p");
      const whole = (rig.plugged.get("p") as ReturnType<HallRig["plug"]>).frames.length;
      for (let frame = 1; frame < whole - 2; frame++) {
        await rig.end();
        make();
        const handheld = rig.plug("p", 7);
        handheld.unplugAt = frame;
        rig.watch();
        const first = await rig.verdict("p");
        assert.equal(first.verdict, "pulled out", `frame ${frame}`);
        assert.match(first.words, /keeps its old manifest/);
        handheld.unplugAt = Infinity;
        const again = await rig.verdict("p", rig.events.indexOf(first) + 1);
        assert.equal(again.verdict, "ready", `frame ${frame}`);
        assert.deepEqual(handheld.received, rig.depot.manifestBytes);
        assert.equal(totalsWords(rig.hall.totals()), "1 of 1 ready", `frame ${frame}`);
      }
    });

    it("says that it left, is here while it is, and loads it again only after it was taken out", async () => {
      make();
      const handheld = rig.plug("p", 7);
      rig.watch();
      await rig.verdict("p");
      await new Promise<void>((resolve) => {
        let looks = 0;
        handheld.effects.set(Command.Hello, () => (++looks === 3 ? resolve() : undefined));
      });
      assert.equal(handheld.commands.filter((command) => command === Command.LoadCommit).length, 1);
      assert.ok(rig.depot.log.filter((line) => line === "arrived 7").length > 1, "heartbeat");
      const told = rig.events.length;
      rig.pull("p");
      await rig.told(({ at }) => at === "left");
      rig.plugged.set("q", handheld);
      assert.equal((await rig.verdict("q", told)).verdict, "ready");
      assert.equal(rig.depot.log.filter((line) => line === "left 7").length, 1);
      assert.equal(rig.hall.totals().seen, 1);
    });

    it("takes a port that goes from the machine for a cable that was pulled", async () => {
      make();
      const handheld = rig.plug("p", 7);
      handheld.hears = (_frame, n) => n < 3;
      rig.watch();
      await rig.told(({ at }) => at === "hello");
      rig.plugged.delete("p");
      assert.equal((await rig.verdict("p")).verdict, "pulled out");
    });
  });

  it("refuses the second of two handhelds with the same number, and takes it when the first has gone", async () => {
    make();
    rig.plug("a", 7);
    rig.watch();
    await rig.verdict("a");
    rig.plug("b", 7);
    const refused = await rig.verdict("b");
    assert.equal(refused.verdict, "refused");
    assert.equal(refused.words, "refused: handheld 7 is in a already; two handhelds have the same number");
    assert.equal(totalsWords(rig.hall.totals()), "1 of 2 ready, 1 refused");
    rig.pull("a");
    await rig.told(({ at, port }) => at === "left" && port === "a");
    const before = rig.events.length;
    rig.pull("b");
    await rig.told(({ at, port }) => at === "left" && port === "b");
    rig.plug("b", 7);
    assert.equal((await rig.verdict("b", before)).verdict, "ready");
  });

  it("says what is wrong with a port that is silent, brings garbage, or does not open; others go on", async () => {
    make(once);
    const silent = new FakeStream();
    const garbage = new FakeStream();
    garbage.respond = () => queueMicrotask(() => garbage.deliver(new Uint8Array(40).fill(0xa5)));
    rig.plugged.set("silent", () => Promise.resolve(silent));
    rig.plugged.set("garbage", () => Promise.resolve(garbage));
    rig.plugged.set("taken", () => Promise.reject(new Error("another program has this port")));
    rig.plug("p", 7);
    const all = rig.hall.once(["silent", "garbage", "taken", "p"]);
    assert.equal((await rig.verdict("p")).verdict, "ready");
    assert.equal(rig.events.filter(({ at }) => at === "verdict").length, 2, "taken and ready come first");
    await all;
    const words = async (port: string): Promise<string> => (await rig.verdict(port)).words;
    assert.equal(await words("silent"), "no handheld: nothing answers here: no handheld, or it is switched off");
    assert.match(await words("garbage"), /no handheld: .*baud rate/);
    assert.equal(await words("taken"), "no handheld: another program has this port");
    assert.equal(totalsWords(rig.hall.totals()), "1 of 1 ready, 3 ports without a handheld");
    assert.ok(silent.isClosed && garbage.isClosed);
  });

  it("gives up a port that never opens, and closes it should it open later", async () => {
    const late = new FakeStream();
    let opened: (stream: FakeStream) => void = () => undefined;
    make({
      options: {
        once: true,
        times: { open_ms: 5, depot_ms: 50, look_ms: 5, heartbeat_ms: 5, replug_ms: 1, retry_ms: 5 },
      },
    });
    rig.plugged.set("stuck", () => new Promise((resolve) => (opened = resolve)));
    await rig.hall.once(["stuck"]);
    assert.match((await rig.verdict("stuck")).words, /could not be opened in time/);
    opened(late);
    await Promise.resolve();
    assert.ok(late.isClosed);
  });

  it("tries a port without a handheld again only when it was named, or came anew", async () => {
    make({ options: { retried: new Set(["named"]) } });
    let found = 0;
    const nobody =
      (port: string): (() => Promise<FakeStream>) =>
      () => {
        if (port === "found") found++;
        return Promise.reject(new Error("nobody"));
      };
    rig.plugged.set("named", nobody("named"));
    rig.plugged.set("found", nobody("found"));
    rig.watch();
    const first = await rig.verdict("named");
    const second = await rig.verdict("named", rig.events.indexOf(first) + 1);
    await rig.verdict("named", rig.events.indexOf(second) + 1);
    assert.equal(found, 1);
    rig.plugged.delete("found");
    await rig.verdict("named", rig.events.length);
    await rig.verdict("named", rig.events.length);
    rig.plug("found", 7);
    const loaded = await rig.told(({ port, verdict }) => port === "found" && verdict === "ready");
    assert.equal(loaded.device, 7);
  });

  describe("stopping", () => {
    it("finishes what runs, begins nothing new, and withdraws questions", async () => {
      const stream = { ask: (): Promise<boolean> => new Promise<boolean>(() => undefined) };
      make(stream);
      rig.depot.free.push("R8");
      const slow = rig.plug("a", 7);
      const held: (() => void)[] = [];
      const send = slow.send;
      slow.says = (answer, frame) => {
        if ((frame.command & 0x3f) !== Command.LoadBegin) return answer;
        held.push(() => send(answer));
        return undefined;
      };
      rig.plug("b", 8, "");
      rig.watch();
      await rig.told(({ at }) => at === "question");
      while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
      const stopped = rig.hall.stop();
      rig.plug("c", 9);
      rig.hall.present(["a", "b", "c"]);
      held[0]?.();
      await stopped;
      assert.equal((await rig.verdict("a")).verdict, "ready");
      assert.match((await rig.verdict("b")).words, /^refused: no round/);
      assert.ok(!rig.events.some(({ port }) => port === "c"));
      assert.ok(!rig.depot.log.includes("left 7"), "it has not left");
    });

    it("breaks off what runs when asked to: the handheld keeps what it had", async () => {
      make();
      const stuck = rig.plug("a", 7);
      stuck.says = (answer, frame) => ((frame.command & 0x3f) === Command.LoadBegin ? undefined : answer);
      rig.watch();
      await rig.told(({ at }) => at === "results");
      const stopped = rig.hall.stop();
      rig.hall.breakOff();
      await stopped;
      assert.equal((await rig.verdict("a")).verdict, "refused");
      assert.ok(!stuck.commands.includes(Command.LoadCommit));
    });
  });

  it("goes on loading when the depot cannot note who is here", async () => {
    make(once);
    rig.plug("p", 7);
    rig.depot.arrived = () => Promise.reject(new Error("the disk is full"));
    await rig.hall.once(["p"]);
    assert.equal((await rig.verdict("p")).verdict, "ready");
    assert.match((await rig.told(({ at }) => at === "depot")).words, /could not note .*the disk is full/);
  });
});
