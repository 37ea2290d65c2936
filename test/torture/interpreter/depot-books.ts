// The depot's books in a sweep: a FakeDepot that can be had again as it was, for each way a write may have been torn.
import type { RecordBody } from "../../../src/shared/wire/journal.ts";
import type { Update } from "../../../src/shared/wire/update.ts";
import { FakeDepot } from "../../support/fake-depot.ts";
import { DAY_START_S, NOON_S, type SealedRound } from "../../support/test-round.ts";

const NIGHT_S = DAY_START_S + 86_400 + 3600;

/** A depot and the rounds it sealed. */
export class DepotBooks {
  private readonly depot: FakeDepot;
  private readonly rounds: SealedRound[];

  constructor(depot = new FakeDepot(), rounds: readonly SealedRound[] = []) {
    this.depot = depot;
    this.rounds = [...rounds];
  }

  /** Makes a sealed round known. */
  sealed(round: SealedRound): void {
    this.depot.sealed(round);
    this.rounds.push(round);
  }

  /** Queues an update for the handheld. */
  queue(round: SealedRound, update: Pick<Update, "kind"> & Partial<Update>): void {
    this.depot.queue(round.header.journalEpoch, update);
  }

  /** From now on its clock stands at noon of the day, or in the night after it. */
  setClock(at: "noon" | "night"): void {
    this.depot.now_s = () => (at === "noon" ? NOON_S : NIGHT_S);
  }

  /** From now on the handheld has the key of this epoch. */
  setKeyEpoch(keyEpoch: number): void {
    this.depot.keyEpoch = keyEpoch;
  }

  /** Answers a sync request. */
  answer(request: Uint8Array): Uint8Array {
    return this.depot.answer(request);
  }

  /** Records booked under a round, in the order of their slots. */
  booked(round: SealedRound): RecordBody[] {
    return this.depot.bodies(round.header.journalEpoch);
  }

  /** The rounds it sealed. */
  known(): readonly SealedRound[] {
    return this.rounds;
  }

  /** The same books once more, to be continued in another way. */
  again(): DepotBooks {
    const depot = this.depot.copy();
    depot.now_s = this.depot.now_s;
    return new DepotBooks(depot, this.rounds);
  }
}
