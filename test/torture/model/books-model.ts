// The forecast's depot books: what becomes of each result that comes in, by SPEC.md §9 and DESIGN.md §3.8 alone.
// Every result is booked once, and what was confirmed is never dropped.
import type { Code, Manifest, Parcel, Reply, Result, Update } from "./model-types.ts";

const UPDATES_A_REPLY = 8;

export class BooksModel {
  codes: Code[] = [];
  parcels: Parcel[] = [];
  manifests: Manifest[] = [];

  code(id: number): Code | undefined {
    return this.codes[id - 1];
  }

  parcel(id: number): Parcel {
    return this.parcels[id - 1]!;
  }

  live(parcel: number): Code | undefined {
    return this.codes.find((code) => code.parcel === parcel && code.state === "live");
  }

  private carries(manifest: Manifest, code: number): boolean {
    const { listed, updates } = manifest;
    return listed.some((one) => one.code?.id === code) || updates.some((one) => one.fresh?.id === code);
  }

  /** Tells every open manifest that carries a code what became of it. */
  protected tell(old: Code, fresh: Code | undefined): void {
    old.state = "void";
    for (const manifest of this.manifests.filter((one) => !one.isClosed && this.carries(one, old.id))) {
      const replaces = fresh !== undefined && fresh.day === manifest.day;
      const about = { code: old.id, parcel: old.parcel, index: 0 };
      manifest.updates.push({
        kind: replaces ? "replace" : "void",
        ...about,
        fresh: replaces ? { ...fresh } : undefined,
      });
    }
  }

  /** Takes what a request tells of, slots `from` to `to`, and answers it. */
  receive(manifest: Manifest, from: number, to: number, after: number, time_s: number): Reply {
    for (const older of this.manifests) older.isClosed ||= older.number < manifest.number;
    if (from <= manifest.acknowledged) {
      const fresh = manifest.journal.filter(({ slot }) => slot >= manifest.acknowledged && slot < to);
      for (const result of fresh) result.verdict = this.book(manifest, result);
      manifest.acknowledged = Math.max(manifest.acknowledged, to);
    }
    const { acknowledged, isClosed } = manifest;
    const updates: Update[] = isClosed
      ? []
      : manifest.updates.slice(after, after + UPDATES_A_REPLY).map(({ fresh, ...update }) => ({
          ...update,
          fresh: fresh && { ...fresh, tries: this.code(fresh.id)!.tries },
        }));
    return { time_s, acknowledged, isClosed, after, updates };
  }

  private book(manifest: Manifest, result: Result): string {
    const verdict = this.settle(manifest, result);
    const code = this.code(result.code);
    if (code !== undefined) code.tries = Math.max(code.tries, result.tries);
    return verdict;
  }

  private settle(manifest: Manifest, result: Result): string {
    const parcel = this.parcels[result.parcel - 1];
    if (result.what === "released") return this.settleRelease(manifest, result);
    if (parcel === undefined || /wrong|try found/.test(result.what)) return "noted";
    const before = parcel.isAccepted ? "accepted" : "open";
    switch (result.what) {
      case "accepted":
        return this.settleAccepted(manifest, parcel, result);
      case "handed over":
        if (parcel.status === "delivered" || (parcel.needsCode && !parcel.isAccepted)) return "refused";
        Object.assign(parcel, { status: "delivered", reason: 0 });
        this.bringBack(parcel, manifest.day);
        return "booked";
      case "not delivered":
        if (parcel.status === "delivered") return "no change";
        if (parcel.day > manifest.day) return parcel.plans[manifest.day] === "current" ? "no change" : "booked";
        Object.assign(parcel, { status: parcel.isAccepted ? "accepted" : "attempted", reason: result.number });
        return "booked";
      default:
        if (manifest.journal[result.number]?.verdict !== "booked" || parcel.status !== "delivered") return "no change";
        Object.assign(parcel, { status: before, isReversed: true });
        return "booked";
    }
  }

  /** Only the digits themselves; under a dead code, too: then whatever took its place dies. */
  private settleAccepted(manifest: Manifest, parcel: Parcel, result: Result): string {
    const code = this.code(result.code)!;
    if (!result.isExact || parcel.isAccepted) return "refused";
    const wasDead = code.state === "void";
    const successor = this.live(parcel.id);
    if (wasDead && successor !== undefined) this.tell(successor, undefined);
    code.state = "spent";
    parcel.isAccepted = true;
    if (parcel.status !== "delivered") parcel.status = "accepted";
    this.bringBack(parcel, manifest.day);
    return wasDead ? "booked superseded" : "booked";
  }

  private settleRelease(manifest: Manifest, { code, number }: Result): string {
    const issued = manifest.issued.find((one) => one.code === code && one.index === number);
    if (issued === undefined) return "refused";
    if (issued.isUsed) return "no change";
    issued.isUsed = true;
    const known = this.code(code);
    if (known !== undefined) known.releases = Math.max(known.releases, number + 1);
    return "booked";
  }

  /** A result of a day that the parcel had left already: it is back on that day. */
  private bringBack(parcel: Parcel, day: number): void {
    if (parcel.day <= day) return;
    for (const later of Object.keys(parcel.plans).map(Number)) {
      if (later > day && parcel.plans[later] === "current") parcel.plans[later] = "withdrawn";
    }
    if (parcel.plans[day] !== undefined) parcel.plans[day] = "current";
    parcel.day = day;
  }
}
