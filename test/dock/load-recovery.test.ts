// Loading goes on: where a load before was cut off, after frames or a session were lost, over a cable that is opened again;
// and what the handheld holds in the end is what was sent, byte for byte.
import assert from "node:assert/strict";
import { FrameClient } from "../../src/dock/frame-client.ts";
import { loadHandheld, type LoadEvent, type LoadOptions, type LoadResult } from "../../src/dock/load-handheld.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { writeU16 } from "../../src/shared/wire/bytes.ts";
import { Command, SEALED_BIT } from "../../src/shared/wire/service-frame.ts";
import type { FakeStream } from "../support/fake-stream.ts";
import { nodeHash } from "../support/node-hash.ts";
import { loadCheck, ScriptedHandheld } from "../support/scripted-handheld.ts";
import { testKey } from "../support/test-round.ts";

const { Hello, Open, Prove, LoadBegin, LoadData } = {
  Hello: Command.Hello,
  Open: Command.Open,
  Prove: Command.Prove,
  LoadBegin: Command.LoadBegin,
  LoadData: Command.LoadData,
};
const OPENED = [Hello, Open, Prove];

/** A manifest of 3 chunks as far as its sizes go: 224 bytes of head, 5,000 bytes of body. */
function manifest(): Uint8Array {
  const bytes = Uint8Array.from({ length: 5224 }, (_, i) => i % 251);
  writeU16(bytes, 58, 3);
  return bytes;
}

describe("loadHandheld that goes on", () => {
  let handheld: ScriptedHandheld;
  let events: LoadEvent[];

  beforeEach(() => {
    handheld = new ScriptedHandheld();
    events = [];
  });

  function load(options: LoadOptions = {}): Promise<LoadResult> {
    const depot = {
      sync: () => new Uint8Array(96),
      portKey: () => testKey("dock"),
      keyFile: () => undefined,
      manifest: manifest,
      progress: (event: LoadEvent) => events.push(event),
    };
    return loadHandheld(new FrameClient(handheld.stream, nodeHash), depot, options);
  }

  it("goes on where a load before was cut off", async () => {
    handheld.received = manifest();
    handheld.there = 224 + 2048;
    assert.equal((await load()).verdict, "ready");
    assert.deepEqual(handheld.received, manifest());
    const offsets = events.flatMap((event) => (event.at === "loading" ? [event.sent] : []));
    assert.deepEqual(offsets, [2272, 3248, 4224, 5200, 5224]);
  });

  it("begins anew when what was there turns out torn, but once only", async () => {
    handheld.received = manifest();
    handheld.there = 224 + 2048;
    handheld.effects.set(LoadBegin, () => (handheld.there = undefined));
    handheld.faults.set(LoadData, [0, FaultNumber.FlashWriteTorn]);
    assert.equal((await load()).verdict, "ready");
    assert.equal(handheld.commands.filter((sent) => sent === LoadBegin).length, 2);
    assert.deepEqual(handheld.received, manifest());

    handheld.effects.clear();
    handheld.faults.set(LoadData, [FaultNumber.FlashWriteTorn]);
    assert.equal((await load()).fault, FaultNumber.FlashWriteTorn);
  });

  for (const there of [5232, 0xffffffff, 2275]) {
    it(`takes no ${there} bytes that are said to be there`, async () => {
      handheld.there = there;
      const result = await load();
      assert.equal(result.verdict, "refused");
      assert.match(result.words, /bytes of a manifest of 5224/);
    });
  }

  it("is not ready when the handheld holds other bytes than were sent, or fewer", async () => {
    const wrong = manifest();
    wrong[4000]! ^= 1;
    for (const [held, words] of [
      [wrong, /read back otherwise/],
      [manifest().slice(0, -8), /holds 5216 bytes of manifest, and 5224 were sent/],
    ] as const) {
      handheld.checked = loadCheck(held);
      const result = await load();
      assert.equal(result.verdict, "refused");
      assert.match(result.words, words);
      handheld.faults.set(LoadBegin, [FaultNumber.ManifestAlreadyLoaded]);
      assert.equal((await load()).verdict, "refused");
    }
  });

  it("seals everything but Hello, Open and Prove, and never has more than 2,048 bytes under way", async () => {
    let underWay = 0;
    let most = 0;
    const { respond } = handheld.stream;
    handheld.stream.respond = (bytes) => {
      most = Math.max(most, (underWay += bytes.length));
      respond(bytes);
    };
    handheld.says = (answer, frame) => {
      underWay -= frame.data.length + 10;
      return answer;
    };
    assert.equal((await load()).verdict, "ready");
    assert.ok(handheld.frames.slice(3).every(({ command }) => (command & SEALED_BIT) !== 0));
    assert.deepEqual(
      handheld.frames.slice(0, 3).map(({ command }) => command),
      OPENED,
    );
    assert.ok(most < 2048, `${most} bytes`);
  });

  for (const way of ["frame", "answer"] as const) {
    it(`loads all the same when any LoadData's ${way} is lost that another one follows`, async () => {
      for (let lost = 7; lost < 12; lost++) {
        handheld = new ScriptedHandheld();
        if (way === "frame") handheld.hears = (_, n) => n !== lost;
        else handheld.says = (answer, _, n) => (n === lost ? undefined : answer);
        assert.equal((await load()).verdict, "ready", `frame ${lost}`);
        assert.deepEqual(handheld.received, manifest());
        assert.equal(handheld.frames.filter(({ command }) => command === (LoadData | SEALED_BIT)).length, 7);
      }
    });
  }

  it("opens a session that was lost anew, wherever it was lost, and loads on; a second time it gives up", async () => {
    for (let step = 3; step < 18; step++) {
      handheld = new ScriptedHandheld();
      handheld.hears = (_, n) => {
        if (n === step) handheld.endSession();
        return true;
      };
      assert.equal((await load()).verdict, "ready", `frame ${step}`);
      assert.deepEqual(handheld.received, manifest());
      assert.equal(handheld.commands.filter((sent) => sent === Open).length, 2);
    }
    handheld = new ScriptedHandheld();
    handheld.hears = (frame) => {
      if (frame.command === (LoadData | SEALED_BIT)) handheld.endSession();
      return true;
    };
    const result = await load();
    assert.equal(result.verdict, "refused");
    assert.match(result.words, /ended the session/);
    assert.ok(handheld.commands.filter((sent) => sent === Open).length === 2);
  });

  it("opens a lost session anew once in a loading, not once a step", async () => {
    handheld.hears = (frame, n) => {
      if (n === 3 || frame.command === (LoadBegin | SEALED_BIT)) handheld.endSession();
      return true;
    };
    const result = await load();
    assert.equal(result.verdict, "refused");
    assert.match(result.words, /ended the session/);
    assert.equal(handheld.commands.filter((sent) => sent === Open).length, 2);
  });

  it("goes on over a cable that is opened again, wherever it failed", async () => {
    for (let step = 0; step < 18; step++) {
      handheld = new ScriptedHandheld();
      handheld.unplugAt = step;
      let reopened = 0;
      const reopen = (): Promise<FakeStream> => {
        reopened++;
        handheld.unplugAt = Infinity;
        return Promise.resolve(handheld.plugIn());
      };
      assert.equal((await load({ reopen })).verdict, "ready", `frame ${step}`);
      assert.equal(reopened, 1);
      assert.deepEqual(handheld.received, manifest());
    }
  });

  it("does not go on with another handheld, nor open a cable for ever", async () => {
    handheld.unplugAt = 8;
    const reopen = (): Promise<FakeStream> => {
      handheld.unplugAt = Infinity;
      handheld.hello.device = 9;
      return Promise.resolve(handheld.plugIn());
    };
    assert.match((await load({ reopen })).words, /this is handheld 9, not 7/);

    handheld = new ScriptedHandheld();
    handheld.unplugAt = 2;
    let reopened = 0;
    const again = (): Promise<FakeStream> => {
      handheld.unplugAt = handheld.frames.length + 1;
      reopened++;
      return Promise.resolve(handheld.plugIn());
    };
    assert.match((await load({ reopen: again })).words, /cable pulled; nothing is lost/);
    assert.equal(reopened, 3);
  });
});
