// The forecast's depot: what it does of itself. It issues and replaces codes, seals manifests, closes days and gives
// releases, by SPEC.md §4, §7, §8 and DESIGN.md §3.3, §3.8 alone. It has one handheld.
import { BooksModel } from "./books-model.ts";
import type { Code, Listed, Manifest, Parcel } from "./model-types.ts";

export class DepotModel extends BooksModel {
  private readonly releasesPerLock: number;

  constructor(releasesPerLock: number) {
    super();
    this.releasesPerLock = releasesPerLock;
  }

  private issue(parcel: number, day: number): Code {
    const code: Code = { id: this.codes.length + 1, parcel, day, state: "live", tries: 0, releases: 0 };
    this.codes.push(code);
    return code;
  }

  /** A round of new parcels. */
  import(day: number, needCode: readonly boolean[]): void {
    const fresh = needCode.map((needsCode, at): Parcel => ({
      id: this.parcels.length + 1 + at,
      needsCode,
      day,
      status: "open",
      reason: 0,
      isAccepted: false,
      isReversed: false,
      plans: { [day]: "current" },
    }));
    this.parcels.push(...fresh);
    for (const { id, needsCode } of fresh) if (needsCode) this.issue(id, day);
  }

  /** Lists a day's parcels: of each the spent code, else the live one, else the newest void one. */
  seal(day: number, now_s: number): Manifest {
    const rank = { spent: 2, live: 1, void: 0 };
    const listed = this.parcels
      .filter(({ plans }) => plans[day] === "current" || plans[day] === "moved")
      .map(({ id, status }): Listed => {
        const own = this.codes.filter((code) => code.parcel === id);
        const code = own.reduce<Code | undefined>((best, one) => {
          return best === undefined || rank[one.state] >= rank[best.state] ? one : best;
        }, undefined);
        return { parcel: id, isOut: status === "delivered", code: code && { ...code } };
      });
    const codes = listed.filter(({ code }) => code !== undefined).length;
    const manifest = { number: this.manifests.length + 1, day, sealed_s: now_s, listed };
    const empty = { updates: [], issued: [], isClosed: false, acknowledged: 0, journal: [] };
    this.manifests.push({ ...manifest, slots: 2 * listed.length + 3 * codes + 64, ...empty });
    return this.manifests.at(-1)!;
  }

  private move(parcel: Parcel, day: number): void {
    parcel.plans[parcel.day] = "moved";
    parcel.plans[day] = "current";
    Object.assign(parcel, { day, status: "open", reason: 0 });
  }

  /** A new code, the old one dead; false when the parcel is done with or needs none. */
  reissue(id: number, day: number): boolean {
    const parcel = this.parcel(id);
    if (parcel.status === "delivered" || parcel.isAccepted || !parcel.needsCode) return false;
    if (day !== parcel.day) this.move(parcel, day);
    this.replace(parcel);
    return true;
  }

  private replace(parcel: Parcel): void {
    const old = this.live(parcel.id);
    const fresh = this.issue(parcel.id, parcel.day);
    if (old !== undefined) this.tell(old, fresh);
  }

  /** A new key epoch closes every manifest before it. */
  closeAll(): void {
    for (const manifest of this.manifests) manifest.isClosed = true;
  }

  /** What was not delivered moves on, with new codes. */
  closeDay(day: number, next: number): void {
    for (const manifest of this.manifests) manifest.isClosed ||= manifest.day === day;
    for (const parcel of this.parcels) {
      if (parcel.plans[day] !== "current" || parcel.status === "delivered" || parcel.isAccepted) continue;
      this.move(parcel, next);
      if (parcel.needsCode) this.replace(parcel);
    }
  }

  /** An answer over the phone to the lock a challenge names; false when the depot gives none. */
  releaseByPhone(manifest: Manifest, code: number, index: number): boolean {
    if (manifest.isClosed || (code !== 0 && this.code(code)?.state !== "live")) return false;
    const known = manifest.issued.find((one) => one.code === code && one.index === index);
    if (known === undefined) manifest.issued.push({ code, index, isUsed: false });
    return known?.isUsed !== true;
  }

  /** A release as an update to the newest open manifest of the day that carries the live code (0: the device). */
  releaseOnline(day: number, parcel: number): boolean {
    const locks = this.manifests
      .filter((one) => one.day === day && !one.isClosed)
      .reverse()
      .flatMap((manifest) => this.locksOf(manifest, parcel).map((lock) => ({ manifest, ...lock })));
    const lock = locks.find(({ code }) => code === 0 || this.code(code)?.state === "live");
    if (lock === undefined) return false;
    const { manifest, code } = lock;
    const issued = manifest.issued.filter((one) => one.code === code);
    const index = lock.releases + issued.length;
    if (issued.some((one) => !one.isUsed) || index >= this.releasesPerLock) return false;
    manifest.issued.push({ code, index, isUsed: false });
    manifest.updates.push({ kind: "release", code, parcel: code === 0 ? 0 : parcel, index, fresh: undefined });
    return true;
  }

  private locksOf(manifest: Manifest, parcel: number): { code: number; releases: number }[] {
    if (parcel === 0) return [{ code: 0, releases: 0 }];
    const listed = manifest.listed.filter((one) => one.parcel === parcel && one.code !== undefined);
    const fresh = manifest.updates.filter((one) => one.parcel === parcel && one.fresh !== undefined);
    return [
      ...listed.map(({ code }) => ({ code: code!.id, releases: code!.releases })),
      ...fresh.map((update) => ({ code: update.fresh!.id, releases: 0 })),
    ];
  }
}
