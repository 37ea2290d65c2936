// Every bit of every file of a handheld, flipped one at a time while it lies there: manifest, ledger, parcel index, updates,
// journal and key. CRCs find accidents, so each flip is found or changes nothing; what is found counts against whoever tries.
import { setImmediate as breathe } from "node:timers/promises";
import { RECORD_BYTES } from "../../../src/shared/wire/journal.ts";
import { pointId, type Sweep } from "../sweep.ts";
import { fileOf, withBit } from "./file-flash.ts";
import { livedDay } from "./lived-day.ts";
import { SpoiledHandhelds } from "./spoiled-handheld.ts";

const NAME = "bits-at-rest";
/** Bytes of a file that are in use, from its start, where the rest is erased. */
const USED_BYTES: Record<string, number> = { "jrn.b": 32 + 24 * RECORD_BYTES, "upd.b": 16 + 4 * 64 };
/** Behind what is in use every flip starts the handheld, and every so manieth is tried at the door. */
const UNUSED_AT_DOOR = 5;
/** Of the flips in use so many are synced and settled; nothing that a byte or a turn repeats. */
const SETTLED_EVERY = 7;
const BREATH = 100;

/** Flips every bit. */
export const bitsAtRest: Sweep = {
  name: NAME,
  title:
    "every bit of every file flipped at rest: found or without effect, no try back, no wrong code, nothing invented",
  async run(torture) {
    const day = await livedDay(torture.seed);
    const spoiled = new SpoiledHandhelds(day);
    // An odd step comes by every bit of a byte.
    const step = torture.share === 1 ? 1 : Math.round(1 / torture.share) | 1;
    const names = [...day.files.keys()];
    const bits = names.reduce((sum, name) => sum + fileOf(day.files, name).length * 8, 0);
    torture.planned(Math.ceil(bits / step));
    let n = 0;
    for (const name of names) {
      const { length } = fileOf(day.files, name);
      for (let bit = torture.seed % step; bit < length * 8; bit += step, n++) {
        const id = pointId(NAME, `${name}#${bit}`);
        if (torture.only !== undefined && torture.only !== id) continue;
        const isUsed = bit >> 3 < (USED_BYTES[name] ?? Infinity);
        const check = {
          turn: n,
          atDoor: isUsed || n % UNUSED_AT_DOOR === 0,
          settles: isUsed && n % SETTLED_EVERY === 0,
          spoiltUpdates: name.startsWith("upd."),
        };
        try {
          await spoiled.check(withBit(day.files, name, bit), check);
        } catch (error) {
          torture.violated(id, error);
        }
        torture.tried();
        if (n % BREATH === 0) await breathe();
      }
    }
    await day.books.close();
  },
};
