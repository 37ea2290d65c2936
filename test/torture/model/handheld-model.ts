// The forecast's handheld beyond the door: what a start mends, what a reply brings, what goes along with a new
// manifest, by SPEC.md §4.6, §5.5, §6.3 and §7 alone.
import { DoorModel } from "./door-model.ts";
import type { Manifest, Reply } from "./model-types.ts";

export class HandheldModel extends DoorModel {
  private grant(code: number, index: number): void {
    if (this.releases(code) <= index) this.cell(code, "release");
  }

  /** What a start mends: success and release behind their record, releases behind their update. */
  boot(): void {
    if (this.active === undefined) return;
    const last = this.day.journal.at(-1);
    this.acknowledged = last?.acknowledged ?? 0;
    if (last?.what === "accepted" && !this.spent(last.code).accepted) this.cell(last.code, "success");
    if (last?.what === "released") this.grant(last.code, last.number);
    for (const update of this.day.updates.slice(0, this.stored)) {
      if (update.kind === "release") this.grant(update.code, update.index);
    }
  }

  /** Tries that no record tells of are recorded, once a screen stands. */
  findTries(): void {
    if (this.active === undefined || this.triesInAll() === (this.day.journal.at(-1)?.triesInAll ?? 0)) return;
    for (const row of this.rows()) {
      const told = this.day.journal.findLast((one) => one.code === row && one.tries > 0)?.tries ?? 0;
      if (this.spent(row).tries > 0 && told < this.tries(row)) this.record("try found", 0, row);
    }
  }

  /** Takes a reply of the active manifest: an update binds once it is stored. */
  take(reply: Reply): void {
    if (this.active === undefined) return;
    this.acknowledged = reply.acknowledged;
    reply.updates.slice(this.stored - reply.after).forEach((update) => {
      this.write(() => void (this.day.updates[this.stored++] = update)); // with the tries that are known by now
      if (update.kind !== "release") return;
      this.grant(update.code, update.index);
      this.record("released", update.parcel, update.code, update.index);
    });
  }

  /** Whether anything waits for the depot, void slots included. */
  isUnsent(): boolean {
    return this.active !== undefined && this.end > this.acknowledged;
  }

  /** The day's files are gone. */
  forget(): void {
    this.active = undefined;
    this.clear({});
  }

  private clear(cells: HandheldModel["cells"]): void {
    this.cells = cells;
    this.tornBehind = this.end = this.acknowledged = this.stored = 0;
  }

  /** Makes a manifest active: what is spent goes with it, what failed today stays with the device. */
  load(fresh: Manifest): void {
    const cells: HandheldModel["cells"] = {};
    for (const row of this.active === undefined ? [] : this.rows()) {
      if (!fresh.listed.some((one) => one.code?.id === row)) continue;
      cells[row] = [this.tries(row), this.tries(row)];
      if (this.spent(row).accepted) cells[row].push("success");
    }
    if (this.active?.day === fresh.day && this.failures() > 0) cells[0] = [this.failures(), this.failures()];
    this.write(() => {
      this.active = fresh;
      this.clear(cells);
    });
  }
}
