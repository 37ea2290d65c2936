// Which round a handheld gets: its own, or a free one that is asked for or given by rule. One choice at a time, so that
// no free round is offered twice. It never takes a round from another handheld.
import type { HallDepot, HallParts } from "./hall-parts.ts";
import { Turns, within } from "./waiting.ts";

/** There is no round for this handheld. */
export class NoRound extends Error {}

/** Chooses the rounds of one hall. */
export class RoundChoice {
  private readonly depot: HallDepot;
  private readonly ask: HallParts["ask"];
  private readonly assignFree: boolean;
  private readonly turns = new Turns();

  constructor(depot: HallDepot, ask: HallParts["ask"], assignFree: boolean) {
    this.depot = depot;
    this.ask = ask;
    this.assignFree = assignFree;
  }

  /**
   * The round to load.
   * @param asking called with the question when one is put
   * @param gone aborted when nobody waits for the answer any more
   * @throws NoRound in words when there is none, or none is given
   */
  async roundFor(device: number, asking: (question: string) => void, gone: AbortSignal): Promise<string> {
    const offer = await this.depot.roundFor(device);
    if (offer?.how === "its own") return offer.round;
    if (offer === undefined) throw new NoRound("no round: none of this day is free");
    return this.turns.run(() => this.free(device, asking, gone));
  }

  private async free(device: number, asking: (question: string) => void, gone: AbortSignal): Promise<string> {
    if (gone.aborted) throw new NoRound("no round: it was not waited for");
    const offer = await this.depot.roundFor(device); // others have chosen meanwhile
    if (offer === undefined) throw new NoRound("no round: none of this day is free");
    if (offer.how === "free" && !this.assignFree) await this.consent(device, offer.round, asking, gone);
    if (offer.how === "free") await this.depot.assignRound(device, offer.round);
    return offer.round;
  }

  private async consent(
    device: number,
    round: string,
    asking: (question: string) => void,
    gone: AbortSignal,
  ): Promise<void> {
    if (this.ask === undefined) {
      throw new NoRound(`no round: ${round} is free; assign it, or let free rounds be assigned`);
    }
    const question = `handheld ${device} has no round; give it ${round}?`;
    asking(question);
    const withdrawn = (): Error => new NoRound("no round: it was not waited for");
    if (!(await within(this.ask(question, gone), { signal: gone }, withdrawn))) {
      throw new NoRound(`no round: ${round} was not given to it`);
    }
  }
}
