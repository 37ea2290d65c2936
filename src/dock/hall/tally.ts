// Counts what came of every handheld of a hall: the last verdict of each counts. A handheld is known by its number once it
// has proven its key, and by its port before; it never takes an unproven number for a handheld.
import { type HallVerdict, isGood } from "./hall-event.ts";

/** How a hall stands. */
export interface HallTotals {
  /** Handhelds that were plugged in, the ones being loaded included. */
  seen: number;
  /** Of these: done with. */
  ready: number;
  /** Of those that are done with: only their results were wanted. */
  taken: number;
  loading: number;
  needCharging: number;
  needMaintenance: number;
  unknown: number;
  refused: number;
  /** Taken out half-way and not come back. */
  pulledOut: number;
  /** Ports where no handheld answered. */
  withoutHandheld: number;
}

interface Entry {
  verdict: HallVerdict | "loading";
  /** Number that an unproven handheld gives. */
  claimed: number | undefined;
}

/** The counts of one hall. */
export class Tally {
  private readonly proven = new Map<number, HallVerdict | "loading">();
  private readonly unproven = new Map<string, Entry>();

  /** Something answers at a port, and gives a number (0: without a key). */
  said(port: string, claimed: number): void {
    this.unproven.set(port, { verdict: "loading", claimed: claimed });
  }

  /** The handheld at a port has proven its number. */
  proved(port: string, device: number): void {
    this.unproven.delete(port);
    for (const [other, { verdict, claimed }] of this.unproven) {
      if (verdict === "pulled out" && claimed === device) this.unproven.delete(other);
    }
    this.proven.set(device, "loading");
  }

  /** What came of it; `device` only when that was proven. */
  concluded(port: string, device: number | undefined, verdict: HallVerdict): void {
    if (device !== undefined) this.proven.set(device, verdict);
    else this.unproven.set(port, { verdict: verdict, claimed: this.unproven.get(port)?.claimed });
  }

  /** Nothing came of it, and nothing was wrong: it was let go before it began. */
  dropped(port: string): void {
    this.unproven.delete(port);
  }

  /** A port has gone: that no handheld was in it is of no interest any more. */
  portGone(port: string): void {
    if (this.unproven.get(port)?.verdict === "no handheld") this.unproven.delete(port);
  }

  totals(): HallTotals {
    const all = [...this.proven.values(), ...[...this.unproven.values()].map(({ verdict }) => verdict)];
    const count = (...verdicts: (HallVerdict | "loading")[]): number =>
      all.filter((verdict) => verdicts.includes(verdict)).length;
    return {
      seen: all.length - count("no handheld"),
      ready: all.filter((verdict) => verdict !== "loading" && isGood(verdict)).length,
      taken: count("results taken"),
      loading: count("loading"),
      needCharging: count("needs charging"),
      needMaintenance: count("needs maintenance"),
      unknown: count("unknown device"),
      refused: count("refused"),
      pulledOut: count("pulled out"),
      withoutHandheld: count("no handheld"),
    };
  }
}

/** The totals in a line, for example "31 of 40 ready, 2 need charging, 1 refused". */
export function totalsWords(totals: HallTotals): string {
  const { seen, ready, taken, withoutHandheld } = totals;
  const parts: [number, string][] = [
    [totals.loading, "loading"],
    [totals.needCharging, totals.needCharging === 1 ? "needs charging" : "need charging"],
    [totals.needMaintenance, totals.needMaintenance === 1 ? "needs maintenance" : "need maintenance"],
    [totals.unknown, "unknown"],
    [totals.refused, "refused"],
    [totals.pulledOut, "pulled out half-way"],
    [withoutHandheld, withoutHandheld === 1 ? "port without a handheld" : "ports without a handheld"],
  ];
  const rest = parts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return [seen === 0 ? "no handheld" : `${ready} of ${seen} ${taken > 0 ? "emptied" : "ready"}`, ...rest].join(", ");
}
