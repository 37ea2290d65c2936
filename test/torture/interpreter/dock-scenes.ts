// What happens at the dock: the first key and manifest, the next manifest, maintenance by day and in the night, another
// key. Files are made, forgotten and moved here, which the interpreter's Storage does not do whole.
import assert from "node:assert/strict";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { sendManifest } from "../../../src/dock/send-manifest.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { sameBytes } from "../../../src/shared/wire/bytes.ts";
import { wrongDigits } from "../../support/test-round.ts";
import { Courier } from "./courier.ts";
import { FIRST_KEY, KEY_CHANGE, manifestCode, sealed, SECOND_KEY, WITHDRAWN } from "./cut-round.ts";
import { readFlash } from "../../support/flash-reader.ts";
import { checkKept, checkSpent, finishDay, readable, startOn } from "./judge.ts";
import type { Scene, World } from "./stage.ts";
import { storedFile } from "../../support/storage-walk.ts";

const MAINTENANCE_LIMIT_MS = 120_000;

async function loadNow(courier: Courier): Promise<void> {
  const { verdict, words } = await courier.load(FIRST_KEY);
  assert.ok(verdict !== "refused", words);
}

/** A cut while loading: the old manifest or the new one, and loading again brings the new one. */
async function judgeLoad(world: World): Promise<string> {
  const before = readFlash(world.before).day;
  const cut = readable(world.flash);
  if (before !== undefined) assert.ok(cut.day !== undefined, "the old or the new manifest is active");
  if (cut.day !== undefined) {
    checkSpent(cut.day, world.around.tally, "in the cut");
    if (before !== undefined) checkKept(before, cut.day, "in the cut");
  }
  const { courier } = await startOn(world);
  await loadNow(courier);
  await finishDay(courier, world);
  const isNew = cut.day?.header.sequence === world.around.round.header.sequence;
  return isNew ? "the new manifest" : cut.key === undefined ? "no key" : "the manifest before";
}

/** A new handheld: key, manifest, clock. */
export const FIRST_LOAD: Scene = {
  name: "first-load",
  isMended: true,
  prepare: (around) => around,
  play: loadNow,
  judge: judgeLoad,
};

/** The next manifest of the day comes onto a handheld with tries and results. */
export const NEXT_LOAD: Scene = {
  name: "next-load",
  isMended: true,
  prepare(around) {
    const round = sealed(2);
    around.books.sealed(round);
    return { ...around, round };
  },
  play: loadNow,
  judge: judgeLoad,
};

async function maintain(courier: Courier): Promise<void> {
  await courier.sync();
  const { fault } = await courier.bench.client.request(Command.Maintenance, undefined, MAINTENANCE_LIMIT_MS);
  assert.equal(fault, 0, "maintenance is done");
}

/** The whole procedure of the dock with the second key and a manifest for it. */
async function loadAnew(courier: Courier): Promise<void> {
  const { books, tally } = courier.around;
  const round = sealed(9, 2);
  books.sealed(round);
  books.setKeyEpoch(2);
  books.setClock("noon");
  const anew = new Courier(courier.bench, { round, books, tally });
  const { verdict, words } = await anew.load(SECOND_KEY, true);
  assert.equal(verdict, "ready", words);
  assert.match(await courier.leave(), /8 left/, "the new day begins");
}

/** A handheld without a key, or with the second one, is loaded anew. */
async function startAnew(world: World): Promise<void> {
  const { courier, shown } = await startOn(world);
  assert.match(shown, /No key|No manifest/);
  await loadAnew(courier);
}

const firmwareIsWhole = ({ before, flash }: World): boolean =>
  ["parola.a", ".boot0"].every((name) =>
    sameBytes(storedFile(before, name) ?? new Uint8Array(0), storedFile(flash, name) ?? new Uint8Array(0)),
  );

/**
 * A cut while files are moved may cost everything, the firmware too. But a handheld that still has its key must be as
 * good as before; one that has none and still starts takes a new key.
 */
async function judgeMaintenance(world: World, goOn = finishDay): Promise<string> {
  const cut = readFlash(world.flash);
  if (!cut.isValid) return "erased at the next start";
  if (!firmwareIsWhole(world)) return "firmware damaged";
  if (cut.key === undefined) {
    await startAnew(world);
    return "no key";
  }
  const before = readFlash(world.before).day;
  assert.ok(before !== undefined);
  if (cut.day === undefined) {
    await refusesOld((await startOn(world)).courier);
    return "retired";
  }
  checkSpent(cut.day, world.around.tally, "in the cut");
  checkKept(before, cut.day, "in the cut");
  const { courier } = await startOn(world);
  await courier.sync();
  await goOn(courier, world);
  return "as before";
}

/** The day is over: it cannot be gone on with, only be retired, by maintenance once more. */
async function retireAgain(courier: Courier, { handheld }: World): Promise<void> {
  await maintain(courier);
  const { key, day } = readFlash(handheld.flash());
  assert.ok(key !== undefined && day === undefined, "the day is retired");
  await refusesOld(courier);
}

/** With its old key and without a day, the manifest a handheld had must not come back, or its tries would. */
async function refusesOld(courier: Courier): Promise<void> {
  const { bench, around } = courier;
  await courier.openSession();
  const fault = await sendManifest(bench.client, around.round.bytes, () => undefined);
  const refusals: number[] = [
    FaultNumber.ManifestOlder,
    FaultNumber.ManifestEqualOtherBytes,
    FaultNumber.ManifestExpired,
  ];
  assert.ok(refusals.includes(fault), `with its key and without a day, it takes the manifest it had again: F${fault}`);
}

/** Tries under the manifest that came last, so that its own ledger holds some. */
async function someTries(courier: Courier): Promise<void> {
  for (const digits of wrongDigits(manifestCode(WITHDRAWN), WITHDRAWN.digits, 2)) {
    await courier.tryCode(WITHDRAWN, digits, /^WRONG CODE/);
  }
  await courier.sync();
}

/** Some more of the day, so that maintenance finds tries in the ledger of the last manifest; not cut. */
export const MORE_TRIES: Scene = {
  name: "more-tries",
  isMended: false,
  prepare: (around) => around,
  play: someTries,
  judge: judgeLoad,
};

/** Maintenance while the day is on: files move. */
export const MAINTENANCE: Scene = {
  name: "maintenance",
  isMended: false,
  prepare: (around) => around,
  play: maintain,
  judge: judgeMaintenance,
};

/** Maintenance in the night: the day is retired. */
export const RETIREMENT: Scene = {
  name: "retirement",
  isMended: false,
  prepare(around) {
    around.books.setClock("night");
    return around;
  },
  play: maintain,
  judge: (world) => judgeMaintenance(world, retireAgain),
};

async function changeKey(courier: Courier): Promise<void> {
  await courier.sync();
  const { client } = courier.bench;
  const { fault } = await client.request(Command.Provision, KEY_CHANGE);
  assert.equal(fault, 0, "the new key is taken");
  client.useSession(undefined); // it was the old key's
}

/** Another key, under the technician's MAC; everything of the old one goes. */
export const KEY_CHANGE_SCENE: Scene = {
  name: "key-change",
  isMended: false,
  prepare: (around) => around,
  play: changeKey,
  async judge(world) {
    const cut = readable(world.flash);
    if (cut.key?.keyEpoch !== 1) {
      await startAnew(world);
      return cut.key === undefined ? "no key" : "the new key";
    }
    const { courier } = await startOn(world, cut.day === undefined);
    await courier.sync();
    if (cut.day === undefined) {
      await refusesOld(courier);
      await changeKey(courier);
      await loadAnew(courier);
      return "the old key, no day";
    }
    await finishDay(courier, world);
    return "as before";
  },
};
