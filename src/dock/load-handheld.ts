// The loading procedure, SPEC.md §10.6: key, session, results in, manifest on, clock set, and a verdict in words.
// It knows no depot: keys, replies and manifests come through callbacks. It never retries what a handheld refused.
import { randomBytes } from "node:crypto";
import { FaultNumber } from "../shared/faults.ts";
import type { Hello } from "../shared/wire/service-data.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { Role } from "../shared/wire/service-session.ts";
import type { ByteStream } from "./byte-stream.ts";
import { DockError } from "./dock-error.ts";
import { faultWords } from "./fault-words.ts";
import type { FrameClient } from "./frame-client.ts";
import { ManifestNotWhole, sendManifest } from "./send-manifest.ts";
import { openSession, SessionRefused } from "./service-session.ts";
import { askHello, syncFailed, syncSession, type SyncWithDepot } from "./sync-session.ts";

/** Battery in percent below which a loaded handheld stays in the dock, unless the caller says otherwise. */
export const CHARGE_BELOW_PERCENT = 30;
/** Times that a cable which failed is opened again. */
const REOPENS_MAX = 3;
const BATTERY_UNKNOWN = 255;

/** What happens while a handheld is loaded. */
export type LoadEvent =
  | { at: "hello"; hello: Hello }
  | { at: "provisioned" }
  | { at: "results" | "clock"; unsent: number }
  | { at: "maintenance" }
  | { at: "loading"; sent: number; total: number }
  | { at: "loaded" };

/** The depot's part of loading. */
export interface LoadCallbacks {
  sync: SyncWithDepot;
  /** The device's dock subkey in a key epoch, 32 bytes; undefined when the depot does not know the device or its key. */
  portKey(device: number, keyEpoch: number): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  /** Key file for a handheld that has no key; undefined to refuse. */
  keyFile(hello: Hello): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  /** The sealed manifest for this handheld; asked for once, after its results are in. */
  manifest(hello: Hello): Promise<Uint8Array> | Uint8Array;
  progress?(event: LoadEvent): void;
}

/** Choices of whoever loads. */
export interface LoadOptions {
  /** Number the handheld must have; any when left out. */
  device?: number;
  /** Run maintenance when the flash needs it: takes seconds, and the handheld must stay on power. */
  maintenance?: boolean;
  /** Take its results and set its clock, and load nothing: the evening. */
  resultsOnly?: boolean;
  /** Percent below which it needs charging, {@link CHARGE_BELOW_PERCENT} when left out. */
  chargeBelow?: number;
  /** Opens the cable again after it failed; without it, a failing cable ends the loading. */
  reopen?(): Promise<ByteStream>;
  /** Fresh random bytes for the session; node:crypto's when left out. */
  random?(length: number): Uint8Array;
}

/** What became of it; the first three are loaded, of which "needs charging" stays in the dock. */
export type LoadVerdict =
  "ready" | "already loaded" | "needs charging" | "results taken" | "needs maintenance" | "unknown device" | "refused";

/** The verdict on one handheld. */
export interface LoadResult {
  verdict: LoadVerdict;
  /** The handheld's fault number; 0 when it is loaded, or when something other than the handheld refused. */
  fault: number;
  words: string;
}

/** Whether the manifest is on the handheld and its clock set. */
export function isLoaded({ verdict }: LoadResult): boolean {
  return verdict === "ready" || verdict === "already loaded" || verdict === "needs charging";
}

/** Ends the procedure with its verdict. */
class Refusal extends Error {
  readonly verdict: LoadVerdict;
  readonly fault: number;

  constructor(fault: number, words: string, verdict: LoadVerdict = "refused") {
    super(words);
    this.fault = fault;
    this.verdict = verdict;
  }
}

class Loading {
  private readonly client: FrameClient;
  private readonly depot: LoadCallbacks;
  private readonly options: LoadOptions;
  /** The handheld that is loaded; another one in the dock, after the cable was plugged in again, is refused. */
  private device: number | undefined;
  private manifest: Uint8Array | undefined;
  private hasReopenedSession = false;
  private hasSent = false;
  private reopensLeft = REOPENS_MAX;

  constructor(client: FrameClient, depot: LoadCallbacks, options: LoadOptions) {
    this.client = client;
    this.depot = depot;
    this.options = options;
    this.device = options.device;
  }

  /** Runs the procedure, again from the start over each cable that is opened anew. */
  async run(): Promise<LoadResult> {
    for (;;) {
      try {
        return await this.once();
      } catch (error) {
        const isCable = error instanceof DockError && error.kind !== "session";
        if (!isCable || this.options.reopen === undefined || this.reopensLeft === 0) throw error;
        this.reopensLeft--;
        this.client.close();
        this.client.attach(await this.options.reopen());
      }
    }
  }

  private async once(): Promise<LoadResult> {
    const hello = await this.keyed(await this.hello());
    this.checkDevice(hello);
    this.device = hello.device;
    await this.openSession();
    const synced = await this.inSession(() => this.sync("results", "its results could not be taken"));
    if (this.options.resultsOnly === true) {
      return { verdict: "results taken", fault: 0, words: "results taken: all that was on it is at the depot" };
    }
    this.manifest ??= await this.depot.manifest(synced);
    const fault = await this.load(this.manifest);
    const clockFailure = "the manifest is loaded, but the clock could not be set";
    const { battery } = await this.inSession(() => this.sync("clock", clockFailure));
    return this.verdict(fault, battery);
  }

  private verdict(fault: number, battery: number): LoadResult {
    if (battery !== BATTERY_UNKNOWN && battery < (this.options.chargeBelow ?? CHARGE_BELOW_PERCENT)) {
      const words = `needs charging: loaded, but its battery is at ${battery} %; leave it in the dock`;
      return { verdict: "needs charging", fault: 0, words };
    }
    if (fault === FaultNumber.ManifestAlreadyLoaded && !this.hasSent) {
      return { verdict: "already loaded", fault: 0, words: "already loaded: this manifest was on it, nothing changed" };
    }
    return { verdict: "ready", fault: 0, words: "ready: results taken, manifest loaded, clock set" };
  }

  private async hello(): Promise<Hello> {
    this.client.useSession(undefined);
    const hello = await askHello(this.client);
    this.tell({ at: "hello", hello });
    return hello;
  }

  private async keyed(hello: Hello): Promise<Hello> {
    if (hello.device !== 0) return hello;
    const file = await this.depot.keyFile(hello);
    if (file === undefined) {
      throw new Refusal(FaultNumber.KeyMissing, "it has no key, and none was offered", "unknown device");
    }
    const { fault } = await this.client.request(Command.Provision, file);
    if (fault !== 0) throw new Refusal(fault, `provisioning: ${faultWords(fault)}`);
    this.tell({ at: "provisioned" });
    return askHello(this.client);
  }

  private checkDevice(hello: Hello): void {
    if (this.device === undefined || hello.device === this.device) return;
    throw new Refusal(0, `this is handheld ${hello.device}, not ${this.device}`);
  }

  private async openSession(): Promise<void> {
    try {
      await openSession(this.client, {
        role: Role.Dock,
        device: this.device,
        roleKey: (device, keyEpoch) => this.depot.portKey(device, keyEpoch),
        random: this.options.random ?? ((length) => new Uint8Array(randomBytes(length))),
      });
    } catch (error) {
      if (!(error instanceof SessionRefused)) throw error;
      const isUnknown = error.reason === "unknown device" || error.reason === "wrong key";
      throw new Refusal(error.fault, error.message, isUnknown ? "unknown device" : "refused");
    }
  }

  /** Does a step that may be done twice; once in a loading, a session that was lost is opened anew for it. */
  private async inSession<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof DockError) || error.kind !== "session" || this.hasReopenedSession) throw error;
      this.hasReopenedSession = true;
      await this.openSession();
      return step();
    }
  }

  private async sync(at: "results" | "clock", failure: string): Promise<Hello> {
    const outcome = await syncSession(this.client, this.depot.sync, (unsent) => this.tell({ at, unsent }));
    if (syncFailed(outcome)) throw new Refusal(outcome.fault, `${failure}: ${faultWords(outcome.fault)}`);
    return outcome.hello;
  }

  /** Sends the manifest; returns 0 or ManifestAlreadyLoaded. */
  private async load(manifest: Uint8Array): Promise<number> {
    let fault = await this.inSession(() => this.send(manifest));
    if (fault === FaultNumber.DockNeedsMaintenance && this.options.maintenance === true) {
      await this.maintain();
      fault = await this.inSession(() => this.send(manifest));
    }
    if (fault === 0) this.tell({ at: "loaded" });
    if (fault === 0 || fault === FaultNumber.ManifestAlreadyLoaded) return fault;
    if (fault !== FaultNumber.DockNeedsMaintenance) throw new Refusal(fault, `loading: ${faultWords(fault)}`);
    const words = `${faultWords(fault)}; load again with maintenance, and keep it on power`;
    throw new Refusal(fault, words, this.options.maintenance === true ? "refused" : "needs maintenance");
  }

  /** Maintenance, after which the handheld has started anew: its session is gone, and so may be what it knew was sent. */
  private async maintain(): Promise<void> {
    this.tell({ at: "maintenance" });
    const { fault } = await this.inSession(() => this.client.request(Command.Maintenance));
    if (fault !== 0) throw new Refusal(fault, `maintenance: ${faultWords(fault)}`);
    await this.openSession();
    await this.inSession(() => this.sync("results", "its results could not be taken"));
  }

  private send(manifest: Uint8Array): Promise<number> {
    return sendManifest(this.client, manifest, (sent) => {
      this.hasSent = true; // should the handheld say that it is there already, it is by this load
      this.tell({ at: "loading", sent, total: manifest.length });
    });
  }

  private tell(event: LoadEvent): void {
    this.depot.progress?.(event);
  }
}

/**
 * Loads one handheld. Refusals and a failing cable are verdicts; what a callback throws is thrown on.
 * @returns the verdict, with words for the person at the dock
 */
export async function loadHandheld(
  client: FrameClient,
  depot: LoadCallbacks,
  options: LoadOptions = {},
): Promise<LoadResult> {
  try {
    return await new Loading(client, depot, options).run();
  } catch (error) {
    if (error instanceof Refusal) {
      const { verdict, fault, message } = error;
      return { verdict, fault, words: `${verdict}: ${message}` };
    }
    if (error instanceof ManifestNotWhole) {
      return { verdict: "refused", fault: 0, words: `refused: ${error.message}; do not send it out, load it again` };
    }
    if (!(error instanceof DockError)) throw error;
    return { verdict: "refused", fault: 0, words: `refused: ${error.message}; nothing is lost, load it again` };
  }
}
