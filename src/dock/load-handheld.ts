// The loading procedure, SPEC.md §10.3: key, results in, manifest on, clock set, and a verdict in words.
// It knows no depot: keys, replies and manifests come through callbacks. It never retries what a handheld refused.
import { FaultNumber } from "../shared/faults.ts";
import { Command, type Hello } from "../shared/wire/service-frame.ts";
import { DockError } from "./dock-error.ts";
import { faultWords } from "./fault-words.ts";
import type { FrameClient } from "./frame-client.ts";
import { sendManifest } from "./send-manifest.ts";
import { askHello, syncFailed, syncSession, type SyncWithDepot } from "./sync-session.ts";

const MAINTENANCE_TIMEOUT_MS = 120_000;

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
  /** Key file for a handheld that has no key; undefined to refuse. */
  keyFile(hello: Hello): Promise<Uint8Array | undefined> | Uint8Array | undefined;
  /** The sealed manifest for this handheld; asked for after its results are in. */
  manifest(hello: Hello): Promise<Uint8Array> | Uint8Array;
  progress?(event: LoadEvent): void;
}

/** Choices of whoever loads. */
export interface LoadOptions {
  /** Number the handheld must have; any when left out. */
  device?: number;
  /** Run maintenance when the flash needs it: takes seconds, and the handheld must stay on power. */
  maintenance?: boolean;
}

/** The verdict on one handheld. */
export interface LoadResult {
  verdict: "ready" | "already loaded" | "refused";
  /** The handheld's fault number; 0 when it is ready, or when something other than the handheld refused. */
  fault: number;
  words: string;
}

/** Ends the procedure with its verdict. */
class Refusal extends Error {
  readonly fault: number;

  constructor(fault: number, words: string) {
    super(words);
    this.fault = fault;
  }
}

class Loading {
  private readonly client: FrameClient;
  private readonly depot: LoadCallbacks;
  private readonly options: LoadOptions;

  constructor(client: FrameClient, depot: LoadCallbacks, options: LoadOptions) {
    this.client = client;
    this.depot = depot;
    this.options = options;
  }

  async run(): Promise<LoadResult> {
    const hello = await this.keyed(await this.hello());
    this.checkDevice(hello);
    const synced = await this.sync("results", "its results could not be taken");
    const manifest = await this.depot.manifest(synced);
    const fault = await this.load(manifest);
    await this.sync("clock", "the manifest is loaded, but the clock could not be set");
    if (fault === FaultNumber.ManifestAlreadyLoaded) {
      return { verdict: "already loaded", fault: 0, words: "already loaded: this manifest was on it, nothing changed" };
    }
    return { verdict: "ready", fault: 0, words: "ready: results taken, manifest loaded, clock set" };
  }

  private async hello(): Promise<Hello> {
    const hello = await askHello(this.client);
    this.tell({ at: "hello", hello });
    return hello;
  }

  private async keyed(hello: Hello): Promise<Hello> {
    if (hello.device !== 0) return hello;
    const file = await this.depot.keyFile(hello);
    if (file === undefined) throw new Refusal(FaultNumber.KeyMissing, "it has no key, and none was offered");
    const { fault } = await this.client.request(Command.Provision, file);
    if (fault !== 0) throw new Refusal(fault, `provisioning: ${faultWords(fault)}`);
    this.tell({ at: "provisioned" });
    return askHello(this.client);
  }

  private checkDevice(hello: Hello): void {
    const wanted = this.options.device;
    if (wanted === undefined || hello.device === wanted) return;
    throw new Refusal(0, `this is handheld ${hello.device}, not ${wanted}`);
  }

  private async sync(at: "results" | "clock", failure: string): Promise<Hello> {
    const outcome = await syncSession(this.client, this.depot.sync, (unsent) => this.tell({ at, unsent }));
    if (syncFailed(outcome)) throw new Refusal(outcome.fault, `${failure}: ${faultWords(outcome.fault)}`);
    return outcome.hello;
  }

  /** Sends the manifest; returns 0 or ManifestAlreadyLoaded. */
  private async load(manifest: Uint8Array): Promise<number> {
    let fault = await this.send(manifest);
    if (fault === FaultNumber.DockNeedsMaintenance && this.options.maintenance === true) {
      this.tell({ at: "maintenance" });
      const done = await this.client.request(Command.Maintenance, undefined, MAINTENANCE_TIMEOUT_MS);
      if (done.fault !== 0) throw new Refusal(done.fault, `maintenance: ${faultWords(done.fault)}`);
      // It has started anew, and goes by the last count of acknowledged results that a record holds.
      await this.sync("results", "its results could not be taken");
      fault = await this.send(manifest);
    }
    if (fault === 0) this.tell({ at: "loaded" });
    if (fault === 0 || fault === FaultNumber.ManifestAlreadyLoaded) return fault;
    const hint =
      fault === FaultNumber.DockNeedsMaintenance ? "; load again with maintenance, and keep it on power" : "";
    throw new Refusal(fault, `loading: ${faultWords(fault)}${hint}`);
  }

  private send(manifest: Uint8Array): Promise<number> {
    return sendManifest(this.client, manifest, (sent) => this.tell({ at: "loading", sent, total: manifest.length }));
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
    if (error instanceof Refusal) return { verdict: "refused", fault: error.fault, words: `refused: ${error.message}` };
    if (!(error instanceof DockError)) throw error;
    return { verdict: "refused", fault: 0, words: `refused: ${error.message}; nothing is lost, load it again` };
  }
}
