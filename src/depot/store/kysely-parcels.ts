// Rounds, parcels and their days in the database. A parcel's plans are never deleted: past days stay readable.
import type { Transaction } from "kysely";
import { existing, flag, inPieces, orNull, orUndefined } from "./row-values.ts";
import type { Parcel, ParcelStatus, Plan, PlannedParcel, PlanOutcome, Round } from "./rows.ts";
import type { ParcelRow, PlanRow, Schema } from "./schema.ts";
import type { ParcelStore } from "./store.ts";

/** Rounds, parcels and plans of one depot, inside one transaction. */
export class KyselyParcels implements ParcelStore {
  private readonly tx: Transaction<Schema>;
  private readonly depot: number;

  constructor(tx: Transaction<Schema>, depot: number) {
    this.tx = tx;
    this.depot = depot;
  }

  async round(day: number, name: string): Promise<Round | undefined> {
    return (await this.rounds(day)).find((round) => round.name === name);
  }

  async rounds(day: number): Promise<Round[]> {
    const rows = await this.tx
      .selectFrom("round")
      .selectAll()
      .where("depot", "=", this.depot)
      .where("day", "=", day)
      .orderBy("name")
      .execute();
    return rows.map((row) => ({ day: row.day, name: row.name, importedAt_s: orUndefined(row.imported_at) }));
  }

  async saveRound(round: Round): Promise<void> {
    const row = { depot: this.depot, day: round.day, name: round.name, imported_at: orNull(round.importedAt_s) };
    await this.tx
      .deleteFrom("round")
      .where("depot", "=", this.depot)
      .where("day", "=", round.day)
      .where("name", "=", round.name)
      .execute();
    await this.tx.insertInto("round").values(row).execute();
  }

  async add(parcels: readonly PlannedParcel[]): Promise<void> {
    for (const piece of inPieces(parcels)) {
      await this.tx
        .insertInto("parcel")
        .values(piece.map((entry) => parcelRow(this.depot, entry.parcel)))
        .execute();
      await this.tx
        .insertInto("plan")
        .values(piece.map((entry) => planRow(this.depot, entry.plan)))
        .execute();
    }
  }

  async addPlan(plan: Plan): Promise<void> {
    await this.tx.insertInto("plan").values(planRow(this.depot, plan)).execute();
  }

  async updatePlan(plan: Plan): Promise<void> {
    await this.tx
      .updateTable("plan")
      .set(planRow(this.depot, plan))
      .where("depot", "=", this.depot)
      .where("parcel", "=", plan.parcel)
      .where("day", "=", plan.day)
      .execute();
  }

  async find(id: number): Promise<Parcel | undefined> {
    const row = await this.tx
      .selectFrom("parcel")
      .selectAll()
      .where("depot", "=", this.depot)
      .where("id", "=", id)
      .executeTakeFirst();
    return row === undefined ? undefined : parcelOf(row);
  }

  async due(day: number, tracking: string): Promise<PlannedParcel | undefined> {
    const row = await this.planned()
      .where("plan.day", "=", day)
      .where("plan.outcome", "=", "current")
      .where("parcel.tracking", "=", tracking)
      .executeTakeFirst();
    return row === undefined ? undefined : plannedOf(row);
  }

  async byTracking(tracking: string): Promise<PlannedParcel[]> {
    const rows = await this.planned()
      .where("parcel.tracking", "=", tracking)
      .orderBy("plan.day", "desc")
      .orderBy("parcel.id", "desc")
      .execute();
    return rows.map(plannedOf);
  }

  async ofDay(day: number): Promise<PlannedParcel[]> {
    const rows = await this.planned()
      .where("plan.day", "=", day)
      .orderBy("plan.round")
      .orderBy("plan.stop")
      .orderBy("parcel.tracking")
      .orderBy("parcel.id")
      .execute();
    return rows.map(plannedOf);
  }

  async plans(parcel: number): Promise<Plan[]> {
    const rows = await this.tx
      .selectFrom("plan")
      .selectAll()
      .where("depot", "=", this.depot)
      .where("parcel", "=", parcel)
      .orderBy("day")
      .execute();
    return rows.map(planOf);
  }

  async update(id: number, change: Partial<Omit<Parcel, "id" | "tracking">>): Promise<void> {
    const parcel = { ...existing(await this.find(id), "parcel"), ...change };
    await this.tx
      .updateTable("parcel")
      .set(parcelRow(this.depot, parcel))
      .where("depot", "=", this.depot)
      .where("id", "=", id)
      .execute();
  }

  private planned() {
    return this.tx
      .selectFrom("plan")
      .innerJoin("parcel", (join) =>
        join.onRef("parcel.depot", "=", "plan.depot").onRef("parcel.id", "=", "plan.parcel"),
      )
      .selectAll("parcel")
      .select(["plan.parcel", "plan.day as plan_day", "plan.round", "plan.stop", "plan.outcome", "plan.status_then"])
      .where("plan.depot", "=", this.depot);
  }
}

function parcelRow(depot: number, parcel: Parcel): ParcelRow {
  return {
    depot: depot,
    id: parcel.id,
    tracking: parcel.tracking,
    day: parcel.day,
    address: parcel.address,
    value_cents: parcel.value_cents,
    asked: flag(parcel.asked),
    needs_code: flag(parcel.needsCode),
    status: parcel.status,
    reason: parcel.reason,
    accepted_at: orNull(parcel.acceptedAt_s),
    delivered_at: orNull(parcel.deliveredAt_s),
    reversed: flag(parcel.reversed),
  };
}

function parcelOf(row: ParcelRow): Parcel {
  return {
    id: row.id,
    tracking: row.tracking,
    day: row.day,
    address: row.address,
    value_cents: row.value_cents,
    asked: row.asked === 1,
    needsCode: row.needs_code === 1,
    status: row.status as ParcelStatus,
    reason: row.reason,
    acceptedAt_s: orUndefined(row.accepted_at),
    deliveredAt_s: orUndefined(row.delivered_at),
    reversed: row.reversed === 1,
  };
}

function planRow(depot: number, plan: Plan): PlanRow {
  return {
    depot: depot,
    parcel: plan.parcel,
    day: plan.day,
    round: plan.round,
    stop: plan.stop,
    outcome: plan.outcome,
    status_then: orNull(plan.statusThen),
  };
}

function planOf(row: Omit<PlanRow, "depot">): Plan {
  return {
    parcel: row.parcel,
    day: row.day,
    round: row.round,
    stop: row.stop,
    outcome: row.outcome as PlanOutcome,
    statusThen: orUndefined(row.status_then) as ParcelStatus | undefined,
  };
}

function plannedOf(row: ParcelRow & Omit<PlanRow, "depot" | "day"> & { plan_day: number }): PlannedParcel {
  return { parcel: parcelOf(row), plan: planOf({ ...row, day: row.plan_day }) };
}
