// What the terminal needs of the depot that stands behind it. The program that starts the terminal joins the two;
// the simulator itself knows no depot.

/** A parcel of the day's round, as a list shows it. */
export interface RoundParcel {
  tracking: string;
  stop: number;
  isProtected: boolean;
  /** What the depot's books say, in a word or two. */
  status: string;
}

/** The depot's books at the end of a day, for comparing with what happened. */
export interface DayBooks {
  /** Tracking numbers the depot holds for handed over. */
  handedOver: string[];
  /** Tracking numbers tried and not delivered. */
  notDelivered: string[];
  /** Alarms, in words. */
  alarms: string[];
}

/** The depot, as buyer, dispatcher and dock see it together. Each call throws an Error in words when it is refused. */
export interface DepotSide {
  /** Where it listens. */
  readonly url: string;
  /** The delivery day that is loaded, for example "Tue 24 Nov". */
  dayText(): string;
  /** The day's round, in the order of its stops. */
  parcels(): Promise<RoundParcel[]>;
  /** What the buyer reads under "track my order"; undefined when there is no code to show. */
  buyerCode(tracking: string): Promise<string | undefined>;
  /** Answers a lock's challenge, as over the phone; without a parcel the lock is the whole handheld's. */
  releaseAnswer(tracking: string | undefined, challenge: string): Promise<string>;
  /** Gives the parcel a new code for the same day; the old one is dead. */
  replaceCode(tracking: string): Promise<void>;
  /** Moves the parcel to the next day, with a new code for it; the old one is dead. */
  moveToNextDay(tracking: string): Promise<void>;
  /** Takes the results in, closes the day, moves on to the next one and loads it; gives what was done, a line each. */
  nextDay(): Promise<string[]>;
  /** What the depot has booked for the day that is loaded. */
  books(): Promise<DayBooks>;
}
