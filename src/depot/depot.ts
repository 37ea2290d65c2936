// The depot's public face: every action of one depot, each in one transaction. Command line, server and tests use this
// class only. It hands out codes to the buyer's view alone, and of keys only one handheld's: its key file, and the subkeys
// by which dock and bench open a session with it.
import type { Ticket } from "../shared/ticket.ts";
import { dayOf } from "./calendar.ts";
import type { DayClosed } from "./day/close-day.ts";
import { closeDay } from "./day/close-day.ts";
import type { Reissue } from "./day/reissue.ts";
import { reissue } from "./day/reissue.ts";
import type { DayReport } from "./day/report.ts";
import { dayReport } from "./day/report.ts";
import type { TrackingView } from "./day/track.ts";
import { track } from "./day/track.ts";
import type { DepotContext } from "./context.ts";
import { makeContext, settingsOf } from "./context.ts";
import type { Provisioning, ProvisioningWish } from "./device/devices.ts";
import { addDevice, provision } from "./device/devices.ts";
import type { LostBooking } from "./device/lost-device.ts";
import { markLost } from "./device/lost-device.ts";
import type { PortRole } from "./device/port-key.ts";
import { portKey } from "./device/port-key.ts";
import type { TicketWish } from "./device/ticket.ts";
import { makeTicket } from "./device/ticket.ts";
import type { DockWord } from "./dock/dock-visit.ts";
import { dockArrived, dockLeft } from "./dock/dock-visit.ts";
import type { RollCallMoment, RollCallRow } from "./dock/roll-call.ts";
import { rollCall } from "./dock/roll-call.ts";
import { nobleHash } from "./noble-hash.ts";
import type { Release, ReleaseWish } from "./release/release.ts";
import { release } from "./release/release.ts";
import type { RoundForDevice } from "./round/assign-round.ts";
import { assignRound, roundFor } from "./round/assign-round.ts";
import type { RoundImported } from "./round/import-round.ts";
import { importRound } from "./round/import-round.ts";
import type { ParsedRound } from "./round/parsed-round.ts";
import type { ImportWish } from "./round/read-round.ts";
import { readRound } from "./round/read-round.ts";
import type { SealedManifest } from "./seal/seal-manifest.ts";
import { manifestFor, sealManifest } from "./seal/seal-manifest.ts";
import type { Settings } from "./settings.ts";
import type { Alarm, Assignment, Device } from "./store/rows.ts";
import type { Store } from "./store/store.ts";
import type { Clock, Entropy } from "./surroundings.ts";
import { systemClock, systemEntropy } from "./surroundings.ts";
import { handleSync } from "./sync/handle-sync.ts";

/** What a depot may be handed instead of the machine's own. */
export interface DepotParts {
  clock?: Clock;
  entropy?: Entropy;
}

/** One depot. Methods throw DepotError (FAULTS.md, 9xx) when they refuse; nothing was changed then. */
export class Depot {
  private readonly store: Store;
  private readonly context: DepotContext;

  /**
   * @param store open and migrated; closed with the depot
   * @param masterKey 32 bytes
   */
  constructor(store: Store, masterKey: Uint8Array, parts: DepotParts = {}) {
    this.store = store;
    this.context = makeContext(masterKey, nobleHash, parts.clock ?? systemClock, parts.entropy ?? systemEntropy);
  }

  /** Lets go of the store; safe to call twice. */
  async close(): Promise<void> {
    await this.store.close();
  }

  /** Name, time zone, threshold and policy. */
  async settings(): Promise<Settings> {
    return this.store.transaction(settingsOf);
  }

  /** The depot's local day now, in days since 1970-01-01. */
  async today(): Promise<number> {
    const { timeZone } = await this.settings();
    return dayOf(this.context.clock.now_s(), timeZone);
  }

  /** Reads a round file (CSV or JSON shape) and imports it; faults 905…913. */
  async importRoundFile(path: string, wish: Partial<ImportWish> = {}): Promise<RoundImported> {
    const { threshold_cents } = await this.settings();
    const all: ImportWish = { day: wish.day, name: wish.name, route: wish.route };
    return this.importRound(readRound(this.context.hash, path, all, threshold_cents));
  }

  /** Imports a round that is in memory, and issues codes for its protected parcels; faults 909…913. */
  async importRound(round: ParsedRound): Promise<RoundImported> {
    return this.store.transaction((tx) => importRound(tx, this.context, round));
  }

  /** Adds a handheld, in key epoch 1; faults 901, 915. */
  async addDevice(device: number, label = ""): Promise<Device> {
    return this.store.transaction((tx) => addDevice(tx, this.context, device, label));
  }

  /** All handhelds, by number. */
  async devices(): Promise<Device[]> {
    return this.store.transaction((tx) => tx.devices.list());
  }

  /** Key file for a handheld, and the MAC that lets it take it; faults 901, 914, 916, 917. */
  async provisionKeyFile(device: number, depotUrl: string, wish: ProvisioningWish = {}): Promise<Provisioning> {
    return this.store.transaction((tx) => provision(tx, this.context, device, depotUrl, wish));
  }

  /**
   * Key for a session on a handheld's service port, 32 bytes: the subkey of the role, in the present or an earlier key
   * epoch; a lost handheld's, too, for its results. Undefined when handheld or epoch are not known. Secret.
   */
  async portKey(device: number, keyEpoch: number, role: PortRole): Promise<Uint8Array | undefined> {
    return this.store.transaction((tx) => portKey(tx, this.context, device, keyEpoch, role));
  }

  /** What the bench needs to work on one handheld; with `newKey` its key epoch rises. Secret. Faults 901, 914, 916, 917. */
  async ticket(device: number, depotUrl: string, wish: TicketWish = {}): Promise<Ticket> {
    return this.store.transaction((tx) => makeTicket(tx, this.context, device, depotUrl, wish));
  }

  /** Books a handheld as lost and replaces every undelivered code on it; a second time changes nothing; fault 914. */
  async markLost(device: number): Promise<LostBooking> {
    return this.store.transaction((tx) => markLost(tx, this.context, device));
  }

  /** The round to load a handheld with on a day: its own, or a free one; undefined when there is none; 914, 917. */
  async roundFor(device: number, day: number): Promise<RoundForDevice | undefined> {
    return this.store.transaction((tx) => roundFor(tx, device, day));
  }

  /** Keeps a round for a handheld on a day; faults 914, 917, 918, 930. */
  async assignRound(device: number, day: number, round: string): Promise<Assignment> {
    return this.store.transaction((tx) => assignRound(tx, device, day, round));
  }

  /** A handheld is in the dock: to be said at least every 30 s, else it has left after 90 s; fault 914. */
  async dockArrived(device: number, word: DockWord): Promise<void> {
    return this.store.transaction((tx) => dockArrived(tx, this.context, device, word));
  }

  /** A handheld was taken out of the dock; fault 914. */
  async dockLeft(device: number): Promise<void> {
    return this.store.transaction((tx) => dockLeft(tx, this.context, device));
  }

  /** Where every handheld is, by number, and whose results may be missing. */
  async rollCall(day: number, moment: RollCallMoment = "morning"): Promise<RollCallRow[]> {
    return this.store.transaction((tx) => rollCall(tx, this.context, day, moment));
  }

  /** Seals a new manifest; faults 914, 917…919. */
  async sealManifest(device: number, day: number, round: string): Promise<SealedManifest> {
    return this.store.transaction((tx) => sealManifest(tx, this.context, device, day, round));
  }

  /** The manifest to load now: the one sealed before while it still holds, else a new one; faults 914, 917…919. */
  async manifestFor(device: number, day: number, round?: string): Promise<SealedManifest> {
    return this.store.transaction((tx) => manifestFor(tx, this.context, device, day, round));
  }

  /**
   * Answers a sync request.
   * @param sender the device it must come from, when the way it came says so
   * @returns the reply, or undefined: refuse it and say no more
   */
  async handleSync(request: Uint8Array, sender?: number): Promise<Uint8Array | undefined> {
    return handleSync(this.store, this.context, request, sender);
  }

  /** A new code for a parcel, the old one dead; faults 920, 921. */
  async reissue(tracking: string, days: { day?: number; forDay?: number } = {}): Promise<Reissue> {
    return this.store.transaction((tx) => reissue(tx, this.context, tracking, days.day, days.forDay));
  }

  /** Moves what was not delivered to the next day (default: the day after), protected parcels with new codes; 927. */
  async closeDay(day: number, next: number = day + 1): Promise<DayClosed> {
    return this.store.transaction((tx) => closeDay(tx, this.context, day, next));
  }

  /** Issues a release for a lock, by phone or as an update; faults 914, 917, 922…926. */
  async release(wish: ReleaseWish): Promise<Release> {
    return this.store.transaction((tx) => release(tx, this.context, wish));
  }

  /** The books of one day. */
  async report(day: number): Promise<DayReport> {
    return this.store.transaction((tx) => dayReport(tx, day));
  }

  /** Every alarm, in the order raised. */
  async alarms(): Promise<Alarm[]> {
    return this.store.transaction((tx) => tx.alarms.list());
  }

  /** The buyer's view of a parcel, with the code while it opens the door; fault 920. */
  async track(tracking: string, day?: number): Promise<TrackingView> {
    return this.store.transaction((tx) => track(tx, this.context, tracking, day));
  }
}
