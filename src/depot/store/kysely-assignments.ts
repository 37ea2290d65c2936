// Which round is kept for which handheld, in the database. It keeps wishes only: what was sealed stands in manifests.
import type { Transaction } from "kysely";
import type { Assignment } from "./rows.ts";
import type { Schema } from "./schema.ts";
import type { AssignmentStore } from "./store.ts";

/** Assignments of one depot, inside one transaction. */
export class KyselyAssignments implements AssignmentStore {
  private readonly tx: Transaction<Schema>;
  private readonly depot: number;

  constructor(tx: Transaction<Schema>, depot: number) {
    this.tx = tx;
    this.depot = depot;
  }

  async save({ device, day, round }: Assignment): Promise<void> {
    const own = this.tx.deleteFrom("assignment").where("depot", "=", this.depot).where("device", "=", device);
    await own.where("day", "=", day).execute();
    const row = { depot: this.depot, device: device, day: day, round: round };
    await this.tx.insertInto("assignment").values(row).execute();
  }

  async find(device: number, day: number): Promise<Assignment | undefined> {
    return this.rows().where("device", "=", device).where("day", "=", day).executeTakeFirst();
  }

  async ofDay(day: number): Promise<Assignment[]> {
    return this.rows().where("day", "=", day).orderBy("device").execute();
  }

  async removeFrom(device: number, day: number): Promise<void> {
    await this.tx
      .deleteFrom("assignment")
      .where("depot", "=", this.depot)
      .where("device", "=", device)
      .where("day", ">=", day)
      .execute();
  }

  private rows() {
    return this.tx.selectFrom("assignment").select(["device", "day", "round"]).where("depot", "=", this.depot);
  }
}
