// One port's course, from opening it to the handheld's leaving: who is it, results in, its round, manifest on, clock set,
// verdict, and then watching until it goes. A course touches no other port, and each of its steps has a time limit.
import type { Hello } from "../../shared/wire/service-data.ts";
import { DockError } from "../dock-error.ts";
import { FrameClient } from "../frame-client.ts";
import type { LoadEvent, LoadResult } from "../load-handheld.ts";
import { askHello } from "../sync-session.ts";
import type { RoundChoice } from "./choose-round.ts";
import type { HallEvent, HallVerdict } from "./hall-event.ts";
import type { DockSeen, HallOptions, HallParts } from "./hall-parts.ts";
import type { Tally } from "./tally.ts";
import { pause, within } from "./waiting.ts";
import { WatchedStream } from "./watched-stream.ts";

/** How a course ended. */
export type CourseEnd =
  /** The cable was pulled, or another handheld put in its place: whatever comes next is new. */
  | "unplugged"
  /** The handheld stopped answering; the port is still open. */
  | "left"
  /** Nobody there that the dock could talk to. */
  | "no handheld"
  /** Let go while the handheld stays. */
  | "done";

/** What all courses of a hall share. */
export interface CourseSurroundings {
  parts: HallParts;
  options: HallOptions;
  rounds: RoundChoice;
  tally: Tally;
  /** Which port each proven handheld is in. */
  claims: Map<number, string>;
  /** Aborted when no new load may begin. */
  stopping: AbortSignal;
}

/** Refuses a handheld for a reason of the hall's own. */
class HallRefusal extends Error {}

const UNKNOWN_BATTERY = 255;

function seenOf({ unsent, sequence, journalEpoch, firmware, battery }: Hello): DockSeen {
  return { unsent, sequence, journalEpoch, firmware, battery: battery === UNKNOWN_BATTERY ? undefined : battery };
}

function nobodyWords(error: unknown): string {
  if (!(error instanceof DockError)) return error instanceof Error ? error.message : String(error);
  if (error.kind === "time-out") return "nothing answers here: no handheld, or it is switched off";
  if (error.kind === "garbage") return "what answers here is no handheld, or speaks at another baud rate";
  return error.message;
}

/** One course. */
export class PortCourse {
  readonly port: string;
  private readonly shared: CourseSurroundings;
  private stream: WatchedStream | undefined;
  private hello: Hello | undefined;
  private device: number | undefined; // once proven
  private heartbeat: NodeJS.Timeout | undefined;
  private keyAsked: number | undefined; // number whose key the handheld is asked to prove
  private readonly brokenOff = new AbortController();

  constructor(port: string, shared: CourseSurroundings) {
    this.port = port;
    this.shared = shared;
  }

  /** Runs the course to its end; never rejects. */
  async run(): Promise<CourseEnd> {
    try {
      const client = await this.greeted();
      if (client === undefined) return "no handheld";
      if (this.shared.stopping.aborted) {
        this.shared.tally.dropped(this.port);
        return "done";
      }
      this.conclude(await this.load(client));
      if (this.shared.options.once) return "done";
      return await this.stay(client);
    } finally {
      await this.end();
    }
  }

  /** Ends it now: the handheld keeps what it had. */
  breakOff(): void {
    this.brokenOff.abort();
    this.stream?.close();
  }

  /** The port has gone from the machine. */
  portGone(): void {
    this.stream?.pullOut();
  }

  /** Opens the port and asks who is there; undefined when nobody is. */
  private async greeted(): Promise<FrameClient | undefined> {
    const { parts, options, tally } = this.shared;
    const { signal } = this.brokenOff;
    this.tell({ at: "opening", words: "opening" });
    try {
      const tooSlow = (): Error =>
        new Error(signal.aborted ? "broken off" : "the port could not be opened in time; does another program use it?");
      const late = (stream: { close(): void }): void => stream.close();
      const inner = await within(parts.open(this.port), { wait_ms: options.times.open_ms, signal }, tooSlow, late);
      this.stream = new WatchedStream(inner);
      const client = new FrameClient(this.stream, parts.hash);
      this.hello = await askHello(client);
      tally.said(this.port, this.hello.device);
      return client;
    } catch (error) {
      this.stream?.close();
      const words = `no handheld: ${nobodyWords(error)}`;
      tally.concluded(this.port, undefined, "no handheld");
      this.tell({ at: "verdict", verdict: "no handheld", fault: 0, words: words });
      return undefined;
    }
  }

  private async load(client: FrameClient): Promise<LoadResult> {
    const { parts, options } = this.shared;
    const callbacks = {
      portKey: (device: number, keyEpoch: number) => {
        this.keyAsked = device;
        return this.depot(parts.depot.portKey(device, keyEpoch));
      },
      keyFile: () => undefined, // keys are given at the bench, never in the hall
      sync: (request: Uint8Array) => this.sync(request),
      manifest: (hello: Hello) => this.manifest(hello),
      progress: (event: LoadEvent) => this.progress(event),
    };
    try {
      const { maintenance, resultsOnly } = options;
      return await parts.load(client, callbacks, { maintenance, resultsOnly });
    } catch (error) {
      const fault = error instanceof Error && "number" in error && typeof error.number === "number" ? error.number : 0;
      const message = error instanceof Error ? error.message : String(error);
      const number = fault === 0 ? "" : ` (F${fault})`;
      return { verdict: "refused", fault: fault, words: `refused: ${message}${number}` };
    }
  }

  /** A sync request that came sealed: the handheld has proven its key. */
  private async sync(request: Uint8Array): Promise<Uint8Array | undefined> {
    const device = this.device ?? this.keyAsked;
    if (device === undefined) throw new HallRefusal("it has not proven its key");
    if (this.device === undefined) await this.proven(device);
    return this.depot(this.shared.parts.depot.sync(request, device));
  }

  private async proven(device: number): Promise<void> {
    const { claims, tally, options } = this.shared;
    const other = claims.get(device);
    if (other !== undefined) {
      throw new HallRefusal(`handheld ${device} is in ${other} already; two handhelds have the same number`);
    }
    claims.set(device, this.port);
    this.device = device;
    if (this.hello !== undefined) this.hello = { ...this.hello, device: device };
    tally.proved(this.port, device);
    this.heartbeat = setInterval(() => void this.sayHere().catch(() => undefined), options.times.heartbeat_ms);
    await this.sayHere();
  }

  private async sayHere(): Promise<void> {
    const { depot } = this.shared.parts;
    if (this.device === undefined || this.hello === undefined) return;
    const said = this.depot(depot.arrived(this.device, seenOf(this.hello)));
    await said.catch((error: unknown) => this.depotSilent(error));
  }

  /** The roll-call suffers then, the loading does not. */
  private depotSilent(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.tell({ at: "depot", words: `the depot could not note that it is here: ${message}` });
  }

  private async manifest(hello: Hello): Promise<Uint8Array> {
    const { parts, rounds, stopping } = this.shared;
    this.hello = { ...hello, device: this.device ?? hello.device };
    const gone = this.stream?.ended ?? stopping;
    const abandoned = AbortSignal.any([gone, stopping]);
    const asking = (question: string): void => this.tell({ at: "question", words: question });
    const round = await rounds.roundFor(this.hello.device, asking, abandoned).catch((error: unknown) => {
      if (gone.aborted) throw new DockError("closed", "it was taken out while its round was asked for");
      throw error;
    });
    return this.depot(parts.depot.manifest(this.hello.device, round));
  }

  private progress(event: LoadEvent): void {
    switch (event.at) {
      case "hello":
        if (this.device === undefined) this.hello = event.hello;
        return this.tell({ at: "hello", words: `${event.hello.unsent} unsent` });
      case "results":
        if (this.hello !== undefined) this.hello = { ...this.hello, unsent: event.unsent };
        return this.tell({
          at: "results",
          words: event.unsent > 0 ? `${event.unsent} results to come` : "results taken",
        });
      case "loading": {
        const { sent, total } = event;
        return this.tell({ at: "loading", sent: sent, total: total, words: "loading" });
      }
      case "maintenance":
        return this.tell({ at: "maintenance", words: "maintenance: leave it on power" });
      case "loaded":
        return this.tell({ at: "loaded", words: "manifest verified and active" });
      case "clock":
        return this.tell({ at: "clock", words: "clock set" });
      default:
        return undefined;
    }
  }

  private conclude(result: LoadResult): void {
    const { tally } = this.shared;
    const isPulledOut = this.stream?.wasPulledOut === true && result.verdict === "refused" && result.fault === 0;
    const verdict: HallVerdict = isPulledOut ? "pulled out" : result.verdict;
    const words = isPulledOut
      ? "pulled out half-way: it keeps its old manifest; plug it in again, and it goes on"
      : result.words;
    tally.concluded(this.port, this.device, verdict);
    this.tell({ at: "verdict", verdict: verdict, fault: result.fault, words: words });
  }

  /** Watches until the handheld goes, or the hall stops. */
  private async stay(client: FrameClient): Promise<CourseEnd> {
    const { stopping, options } = this.shared;
    const ended = this.stream?.ended ?? stopping;
    for (;;) {
      await pause(ended.aborted ? 0 : options.times.look_ms, ended, stopping);
      if (stopping.aborted && !ended.aborted) return "done";
      const end = await this.lookAgain(client);
      if (this.brokenOff.signal.aborted) return "done";
      if (end === undefined) continue;
      this.tell({ at: "left", words: "taken out" });
      await this.sayLeft();
      return end;
    }
  }

  /** Whether the same handheld still answers; else how it went. */
  private async lookAgain(client: FrameClient): Promise<CourseEnd | undefined> {
    try {
      const hello = await askHello(client);
      if (hello.device !== this.hello?.device) return "unplugged";
      this.hello = hello;
      return undefined;
    } catch (error) {
      const isAnother = error instanceof DockError && error.kind === "session"; // it knows nothing of the one agreed on
      return isAnother || this.stream?.wasPulledOut === true ? "unplugged" : "left";
    }
  }

  private async sayLeft(): Promise<void> {
    const { device } = this;
    if (device === undefined) return;
    clearInterval(this.heartbeat);
    await this.depot(this.shared.parts.depot.left(device)).catch((error: unknown) => this.depotSilent(error));
  }

  private async end(): Promise<void> {
    clearInterval(this.heartbeat);
    const wasPulledOut = this.stream?.wasPulledOut === true;
    this.stream?.close();
    if (wasPulledOut && this.shared.options.once) await this.sayLeft();
    if (this.device !== undefined) this.shared.claims.delete(this.device);
  }

  private depot<T>(asked: Promise<T>): Promise<T> {
    const tooSlow = (): Error => new Error("the depot did not answer in time");
    return within(asked, { wait_ms: this.shared.options.times.depot_ms }, tooSlow);
  }

  private tell(event: Omit<HallEvent, "port" | "device">): void {
    const { device } = this.hello ?? {};
    this.shared.parts.tell({ port: this.port, ...(device === undefined ? {} : { device }), ...event });
  }
}
