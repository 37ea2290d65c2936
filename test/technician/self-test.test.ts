// The self-test: whole on the built firmware, and with each part broken on purpose by answers changed on their way.
import assert from "node:assert/strict";
import { SelfTestPart } from "../../src/shared/wire/service-data.ts";
import { Command } from "../../src/shared/wire/service-frame.ts";
import { BenchFault } from "../../src/technician/faults.ts";
import { provision } from "../../src/technician/provision.ts";
import { selfTest, verdictWords } from "../../src/technician/self-test.ts";
import { type Hands, PARTS, type SelfTestWish } from "../../src/technician/self-test-wish.ts";
import { openTechnicianSession } from "../../src/technician/technician-session.ts";
import { NOON_S } from "../support/test-round.ts";
import { type Answer, BenchRig, testTicket } from "./support/bench-rig.ts";

const DIGEST_BYTES = 36;

describe("the self-test", () => {
  let rig: BenchRig;

  beforeEach(async () => {
    rig = new BenchRig();
    rig.handheld.setLink(true);
    const wish = { ticket: testTicket(0, 1), settings: {}, now_s: () => NOON_S };
    assert.ok(await provision(rig, wish, () => undefined));
    await openTechnicianSession(rig, testTicket(0, 1));
  });
  afterEach(() => rig.close());

  const run = (wish: Partial<SelfTestWish> = {}) => selfTest(rig, rig.testWish(wish), rig.report);
  const failed = () => rig.outcomes.filter(({ fault }) => fault !== 0).map(({ step, fault }) => [step, fault]);

  /** Changes the answers to one part of the test. */
  function breakPart(part: SelfTestPart, change: (answer: Answer, sent: Uint8Array) => Answer): void {
    rig.tamper = (command, sent, answer) =>
      command === Command.SelfTest && sent[0] === part ? change(answer, sent) : answer;
  }

  /** The display as a board that can show its pixels. */
  function showPixels(rows: (pattern: number) => number[]): void {
    let pattern = 0;
    rig.tamper = (command, sent, answer) => {
      if (command === Command.SelfTest && sent[0] === SelfTestPart.Pattern) pattern = sent[1]!;
      if (command !== Command.Pixels) return answer;
      return { fault: 0, data: new Uint8Array([32, 0, 2, 0, ...rows(pattern)]) };
    };
  }

  const BARS = [0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0];
  const GOOD = [new Array<number>(8).fill(0), new Array<number>(8).fill(0xff), BARS];

  it("passes a sound handheld, a line for each part, and names what nobody saw", async () => {
    const result = await run();
    assert.deepEqual(
      rig.outcomes.map(({ step }) => step),
      [...PARTS],
    );
    assert.deepEqual(failed(), []);
    assert.equal(rig.words("keypad"), "16 keys");
    assert.equal(rig.words("scanner"), "read its own label");
    assert.equal(verdictWords(result), "self-test passed, without: display, sounder");
    assert.deepEqual([...new Set(rig.handheld.tones)].slice(-4), [2, 3, 4, 5]);
    assert.ok(!rig.handheld.screenText().join().includes("SELF-TEST"), "it is over");
  });

  it("leaves out what needs hands, and says which", async () => {
    const result = await run({ hands: undefined, without: ["radio"] });
    assert.deepEqual(
      rig.outcomes.map(({ step }) => step),
      ["digest", "flash", "clock", "battery"],
    );
    assert.equal(verdictWords(result), "self-test passed, without: radio, keypad, scanner, display, sounder");
  });

  it("finds each byte of a wrong digest", async () => {
    for (const at of [0, 31, 32, DIGEST_BYTES - 1]) {
      rig.outcomes.length = 0;
      breakPart(SelfTestPart.Digest, (answer) => {
        answer.data[at]! ^= 1;
        return answer;
      });
      await run({ hands: undefined });
      assert.deepEqual(failed(), [["digest", BenchFault.DigestWrong]], `byte ${at}`);
    }
  });

  it("finds a digest or sum that is wrong for the random kilobyte alone, or for the published sum's text alone", async () => {
    for (const [length, at] of [
      [1025, 5],
      [1025, 33],
      [10, 33],
    ] as const) {
      rig.outcomes.length = 0;
      breakPart(SelfTestPart.Digest, (answer, sent) => {
        if (sent.length === length) answer.data[at]! ^= 1;
        return answer;
      });
      await run({ hands: undefined });
      assert.deepEqual(failed(), [["digest", BenchFault.DigestWrong]], `${length} ${at}`);
    }
  });

  it("takes no key or label that came before it asked", async () => {
    breakPart(SelfTestPart.Scratch, (answer) => {
      rig.handheld.press(4);
      rig.handheld.scan("EARLIER\r");
      return answer;
    });
    await run();
    assert.deepEqual(failed(), []);
  });

  it("runs every part when one fails, and passes the handheld's own fault on", async () => {
    breakPart(SelfTestPart.Scratch, () => ({ fault: 103, data: new Uint8Array(0) }));
    const result = await run();
    assert.deepEqual(failed(), [["flash", 103]]);
    assert.equal(rig.outcomes.length, PARTS.length);
    assert.equal(result.passed, false);
    assert.match(verdictWords(result), /^self-test failed: flash/);
  });

  it("judges the clock by the bench's: stopped, and running at twice its pace", async () => {
    const frozen = (scale: number): void => {
      let first: number | undefined;
      rig.tamper = (command, _sent, answer) => {
        if (command !== Command.Time) return answer;
        const now = Buffer.from(answer.data).readUInt32LE(0);
        first ??= now;
        const data = Buffer.from(answer.data);
        data.writeUInt32LE(first + (now - first) * scale, 0);
        return { fault: 0, data: new Uint8Array(data) };
      };
    };
    for (const scale of [0, 2]) {
      rig.outcomes.length = 0;
      frozen(scale);
      await run({ hands: undefined });
      assert.deepEqual(failed(), [["clock", BenchFault.ClockPace]], `pace ${scale}`);
    }
  });

  it("sets a clock that was never set, and says so", async () => {
    rig.handheld.boot();
    rig.clock.advance(10);
    await openTechnicianSession(rig, testTicket(0, 1));
    await run({ hands: undefined });
    assert.deepEqual(failed(), []);
    assert.match(rig.words("clock"), /ran 2 s.*not set, and is now/);
  });

  it("wants 20 % of charge; one it cannot know is no fault", async () => {
    for (const [battery, fault] of [
      [19, BenchFault.BatteryLow],
      [20, 0],
      [255, 0],
    ] as const) {
      rig.outcomes.length = 0;
      rig.handheld.battery = battery;
      await run({ hands: undefined });
      assert.equal(rig.outcomes.find(({ step }) => step === "battery")?.fault, fault, String(battery));
    }
    assert.match(rig.words("battery"), /cannot tell/);
  });

  it("finds the radio down", async () => {
    rig.handheld.setLink(false);
    await run({ hands: undefined });
    assert.deepEqual(failed(), [["radio", BenchFault.RadioDown]]);
  });

  it("names a dead key and a key that answers as another", async () => {
    breakPart(SelfTestPart.Input, (answer) => {
      if (answer.data[1] === 7) return { fault: 0, data: new Uint8Array([0]) };
      if (answer.data[1] === 12) answer.data[1] = 13;
      if (answer.data[1] === 3) return { fault: 0, data: new Uint8Array([2, 3, 3]) };
      return answer;
    });
    await run();
    assert.deepEqual(failed(), [["keypad", BenchFault.KeypadKey]]);
    assert.equal(rig.words("keypad"), "key 3 answered 2 times; key 7 did not answer; key Up answered as Down");
  });

  it("finds a scanner that reads nothing, or something else", async () => {
    breakPart(SelfTestPart.Input, (answer) => ({ fault: 0, data: answer.data.slice(0, 1 + answer.data[0]!) }));
    await run();
    assert.deepEqual(failed(), [["scanner", BenchFault.ScannerLabel]]);
    rig.outcomes.length = 0;
    breakPart(SelfTestPart.Input, (answer) => {
      if (answer.data.length > 5) answer.data[answer.data.length - 1]! ^= 1;
      return answer;
    });
    await run();
    assert.deepEqual(failed(), [["scanner", BenchFault.ScannerLabel]]);
  });

  it("looks at the display's pixels where the board shows them", async () => {
    showPixels((pattern) => GOOD[pattern]!);
    const result = await run();
    assert.deepEqual(failed(), []);
    assert.deepEqual(result.untested, ["sounder"]);
    for (const pattern of [0, 1, 2]) {
      rig.outcomes.length = 0;
      showPixels((shown) => GOOD[shown]!.map((byte, at) => (shown === pattern && at === 5 ? byte ^ 0x10 : byte)));
      await run();
      assert.deepEqual(failed(), [["display", BenchFault.DisplayPattern]], `pattern ${pattern}`);
    }
  });

  describe("with a person", () => {
    let told: string[];
    let asked: string[];
    let hands: Hands;
    /** What the person does when told. */
    let act: (words: string) => void;
    let says: (question: string) => boolean;

    beforeEach(() => {
      told = [];
      asked = [];
      says = () => true;
      const names = ["Enter", "Back", "Up", "Down", "Menu", "Reason"];
      act = (words) => {
        const key = /^press (\w+)/.exec(words)?.[1];
        if (key === undefined) rig.handheld.scan("JJD0001\r");
        else rig.handheld.press(names.includes(key) ? 10 + names.indexOf(key) : Number(key));
      };
      hands = {
        tell(words) {
          told.push(words);
          act(words);
        },
        confirm(question) {
          asked.push(question);
          return Promise.resolve(says(question));
        },
      };
    });

    it("asks for each key, a label, and what is seen and heard", async () => {
      const result = await run({ hands });
      assert.deepEqual(failed(), []);
      assert.equal(told.length, 17);
      assert.equal(asked.length, 7);
      assert.equal(rig.words("scanner"), "read a label of 7 characters");
      assert.equal(verdictWords(result), "self-test passed");
    });

    it("forgives one slip of the finger, and no second", async () => {
      const right = act;
      act = (words) => right(words === "press 5" ? "press 4" : words);
      await run({ hands });
      assert.deepEqual(failed(), []);
      assert.ok(told.includes("press 5 once more"));
      rig.outcomes.length = 0;
      act = (words) => right(words.startsWith("press 5") ? "press 4" : words);
      await run({ hands });
      assert.equal(rig.words("keypad"), "key 5 answered as 4");
    });

    it("waits no longer than its patience", async () => {
      const right = act;
      act = (words) => (words === "press Menu" ? undefined : right(words));
      const start_ms = rig.clock.now_ms();
      await run({ hands, without: ["clock"] });
      assert.equal(rig.words("keypad"), "key Menu did not answer");
      assert.equal(rig.clock.now_ms() - start_ms, 2000);
    });

    it("takes a no for a fault, and names the pattern and the tone", async () => {
      says = (question) => !/lit|red/.test(question);
      await run({ hands });
      assert.deepEqual(failed(), [
        ["display", BenchFault.DisplayPattern],
        ["sounder", BenchFault.SounderTone],
      ]);
      assert.match(rig.words("display"), /all lit$/);
      assert.match(rig.words("sounder"), /two low tones, red; one long tone, red$/);
    });

    it("finds another handheld's label on this one", async () => {
      const right = act;
      act = (words) => (words.startsWith("press") ? right(words) : rig.handheld.scan("PAROLA-8\r"));
      await run({ hands });
      assert.deepEqual(failed(), [["scanner", BenchFault.ScannerLabel]]);
      assert.match(rig.words("scanner"), /handheld 8/);
    });
  });
});
