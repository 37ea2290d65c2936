// Which round a handheld in a hall gets: free ones given by rule, asked for one at a time, declined, withdrawn.
import assert from "node:assert/strict";
import { totalsWords } from "../../../src/dock/hall/tally.ts";
import { HallRig, type RigWish } from "./hall-rig.ts";

describe("rounds in a hall", () => {
  let rig: HallRig;
  const make = (wish: RigWish = {}): HallRig => (rig = new HallRig(wish));
  const once = { options: { once: true } };

  afterEach(async () => {
    rig.hall.breakOff();
    await rig.end();
  });

  it("gives a free round by rule, never the same one twice", async () => {
    make({ options: { once: true, assignFree: true } });
    rig.depot.free.push("R1", "R2");
    for (const device of [7, 8, 9]) rig.plug(`p${device}`, device, "");
    await rig.hall.once(["p7", "p8", "p9"]);
    assert.deepEqual([...rig.depot.assigned.values()].sort(), ["R1", "R2"]);
    assert.equal(totalsWords(rig.hall.totals()), "2 of 3 ready, 1 refused");
    const refused = rig.events.find(({ verdict }) => verdict === "refused");
    assert.equal(refused?.words, "refused: no round: none of this day is free");
  });

  it("asks one question at a time; what is confirmed is assigned, what is declined stays free", async () => {
    const questions: string[] = [];
    const answers: ((yes: boolean) => void)[] = [];
    make({
      ...once,
      ask: (question) => {
        questions.push(question);
        return new Promise((resolve) => answers.push(resolve));
      },
    });
    rig.depot.free.push("R7", "R8");
    rig.plug("a", 7, "");
    rig.plug("b", 8, "");
    rig.plug("c", 9, "R9");
    const all = rig.hall.once(["a", "b", "c"]);
    assert.equal((await rig.verdict("c")).verdict, "ready", "the others go on meanwhile");
    await rig.told(({ at }) => at === "question");
    assert.equal(questions.length, 1);
    answers[0]?.(false);
    await rig.told(({ at, port }) => at === "question" && port !== rig.events.find((e) => e.at === "question")?.port);
    assert.equal(questions.length, 2);
    answers[1]?.(true);
    await all;
    assert.deepEqual(questions, ["handheld 7 has no round; give it R7?", "handheld 8 has no round; give it R7?"]);
    assert.equal((await rig.verdict("a")).words, "refused: no round: R7 was not given to it");
    assert.equal((await rig.verdict("b")).verdict, "ready");
    assert.deepEqual(rig.depot.free, ["R8"]);
  });

  it("refuses where nobody can be asked, and names the free round", async () => {
    make(once);
    rig.depot.free.push("R7");
    rig.plug("a", 7, "");
    await rig.hall.once(["a"]);
    assert.match((await rig.verdict("a")).words, /^refused: no round: R7 is free/);
    assert.deepEqual(rig.depot.free, ["R7"]);
  });

  it("withdraws the question when the handheld is taken out, and puts the next one", async () => {
    const withdrawn: string[] = [];
    make({
      ask: (question, signal) =>
        new Promise((resolve) => {
          if (question.includes("handheld 8")) resolve(true);
          signal.addEventListener("abort", () => withdrawn.push(question));
        }),
    });
    rig.depot.free.push("R7");
    rig.plug("a", 7, "");
    rig.watch();
    await rig.told(({ at }) => at === "question");
    rig.plug("b", 8, "");
    await rig.told(({ at, port }) => at === "results" && port === "b");
    rig.pull("a");
    assert.equal((await rig.verdict("a")).verdict, "pulled out");
    assert.equal((await rig.verdict("b")).verdict, "ready");
    assert.deepEqual(withdrawn, ["handheld 7 has no round; give it R7?"]);
  });
});
