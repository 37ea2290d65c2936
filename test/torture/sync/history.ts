// What couriers did and what screens confirmed, kept apart from both handheld and depot: the history that the books are
// held against at the end.
import { decodeBody, RecordFlag, RecordType } from "../../../src/shared/wire/journal.ts";
import type { StoredRecord } from "../../../src/depot/store/rows.ts";
import { hex } from "../../support/hex.ts";
import { bodyOf } from "./flash-witness.ts";

/** Records that tell of a result. */
export const RESULTS: readonly RecordType[] = [
  RecordType.Accepted,
  RecordType.HandedOver,
  RecordType.NotDelivered,
  RecordType.Reversed,
];

/** A result that a courier wanted. */
export interface Attempt {
  device: number;
  journalEpoch: number;
  type: RecordType;
  parcel: number;
}

/** A result that a screen confirmed: it is in this slot with this body. */
export interface Confirmed extends Attempt {
  slot: number;
  body: Uint8Array;
}

/** All of one run. */
export class History {
  readonly confirmed: Confirmed[] = [];
  /** The power failed before a screen confirmed it: it may be booked, once, or not at all. */
  readonly cutOff: Attempt[] = [];

  /**
   * Holds one journal's records in the books against what was confirmed: each confirmed result is there exactly once,
   * and no other result but those that were cut off.
   */
  compare(device: number, journalEpoch: number, records: readonly StoredRecord[]): void {
    const isHere = (one: Attempt): boolean => one.device === device && one.journalEpoch === journalEpoch;
    const left = new Map(records.filter(({ type }) => RESULTS.includes(type)).map((record) => [record.slot, record]));
    for (const result of this.confirmed.filter(isHere)) {
      const slot = bookedAt(result, left);
      if (slot === undefined) throw new Error(`lost: ${nameOf(result)}, confirmed in slot ${result.slot}`);
      left.delete(slot);
    }
    const maybe = this.cutOff.filter(isHere);
    for (const record of left.values()) {
      const at = maybe.findIndex(({ type, parcel }) => type === record.type && parcel === record.parcel);
      const named = { device, journalEpoch, type: record.type, parcel: record.parcel };
      if (at < 0) throw new Error(`nobody did this, or it is there twice: ${nameOf(named)}, slot ${record.slot}`);
      maybe.splice(at, 1);
    }
  }
}

/** Its own slot; or, where a torn MAC made the handheld state it again, the next one that is in use. */
function bookedAt(result: Confirmed, records: ReadonlyMap<number, StoredRecord>): number | undefined {
  const own = records.get(result.slot);
  if (own !== undefined) return hex(bodyOf(own.bytes)) === hex(result.body) ? result.slot : undefined;
  const next = [...records.keys()].filter((slot) => slot > result.slot).sort((a, b) => a - b)[0];
  const again = next === undefined ? undefined : records.get(next);
  return again !== undefined && isRestated(result.body, again.bytes) ? next : undefined;
}

function isRestated(body: Uint8Array, again: Uint8Array): boolean {
  const first = decodeBody(body);
  const second = decodeBody(again);
  const isMarked = (second.flags & RecordFlag.Restated) !== 0;
  return isMarked && JSON.stringify({ ...first, flags: 0 }) === JSON.stringify({ ...second, flags: 0 });
}

function nameOf({ device, journalEpoch, type, parcel }: Attempt): string {
  return `type ${type} of parcel ${parcel} in journal ${device}/${journalEpoch}`;
}
