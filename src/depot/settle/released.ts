// Settles an opened lock: the depot knows every release it told. One it never told is an alarm, and grants nothing in
// the next manifest.
import type { Settlement } from "./settle-record.ts";
import type { SettledAs } from "./verdict.ts";

/** Books a release that was issued; `detail` is its index, code 0 the whole device. */
export async function settleReleased(settlement: Settlement): Promise<SettledAs> {
  const { tx, manifest, body, code, bookedAt_s } = settlement;
  const issues = await tx.releases.ofLock(manifest.device, manifest.journalEpoch, body.code);
  const issue = issues.find((one) => one.index === body.detail);
  if (issue === undefined) {
    const lock = body.code === 0 ? "the whole handheld" : `code ${body.code}`;
    return settlement.refuse("release never issued", `a release of ${lock} that the depot never told`);
  }
  if (issue.usedAt_s !== undefined) return "no change";
  await tx.releases.markUsed(issue, bookedAt_s);
  if (code !== undefined && body.detail + 1 > code.releasesKnown) {
    await tx.codes.update(code.id, { releasesKnown: body.detail + 1 });
  }
  return "booked";
}
