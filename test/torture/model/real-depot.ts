// The real depot of a model run, over SQLite in a directory of its own: every draw repeats, and its clock is set by hand.
// What the buyers know (the digits) and what the books say is read here, next to the depot, never through it.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeContext } from "../../../src/depot/context.ts";
import { Depot } from "../../../src/depot/depot.ts";
import { DepotError } from "../../../src/depot/depot-error.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../../src/depot/settings.ts";
import { DATABASE_FILE } from "../../../src/depot/open-depot.ts";
import { openSqliteStore } from "../../../src/depot/store/sqlite.ts";
import type { Store } from "../../../src/depot/store/store.ts";
import { deviceKey, subkey } from "../../../src/shared/crypto/keys.ts";
import { nodeHash } from "../../support/node-hash.ts";
import type { Random } from "../random.ts";
import { Books } from "./books.ts";

/** The one handheld. */
export const MODEL_DEVICE = 7;
/** All parcels' round. */
export const MODEL_ROUND = "R";

/** A directory in memory, where the system has one: what is tried here is not the disk. */
const IN_MEMORY = "/dev/shm";

/** What the buyer knows of a code, and what the manifest says of it. */
export interface Secret {
  digits: string;
  salt: Uint8Array;
  tag: number;
  tagBits: number;
}

/** Bytes of SHA-256("parola.1" ‖ salt ‖ digits), by Node's own crypto. */
export function digestOf(salt: Uint8Array, digits: string): Buffer {
  return createHash("sha256").update("parola.1").update(salt).update(digits).digest();
}

/** Whether the door opens for digits: the first bits of their digest are the tag. */
export function opensDoor({ salt, tag, tagBits }: Secret, digits: string): boolean {
  return digestOf(salt, digits).readUIntBE(0, 3) >> (24 - tagBits) === tag;
}

/** Number of a parcel, by its id. */
export function trackingOf(parcel: number): string {
  return `TBA${String(parcel * 1_000_003).padStart(12, "0")}`;
}

/** The depot, its store, and the secrets. */
export class RealDepot {
  private readonly real: Depot;
  /** By code id, from 1. */
  readonly secrets: Secret[] = [];
  readonly books: Books;
  /** Set by everything that may change the books; cleared by whoever compared them. */
  isTouched = true;
  /** Codes by their salt. */
  private readonly codes = new Map<string, number>();
  private readonly store: Store;
  private readonly masterKey: Uint8Array;
  private readonly directory: string;
  private readonly entropy: { bytes(count: number): Uint8Array; below(limit: number): number };
  private readonly clock: { now_s(): number };

  private constructor(store: Store, directory: string, dice: Random, now_s: () => number) {
    this.store = store;
    this.directory = directory;
    this.books = new Books(join(directory, DATABASE_FILE));
    this.entropy = {
      bytes: (count) => Uint8Array.from({ length: count }, () => dice.below(256)),
      below: (limit) => dice.below(limit),
    };
    this.clock = { now_s };
    this.masterKey = this.entropy.bytes(32);
    this.real = new Depot(store, this.masterKey, { clock: this.clock, entropy: this.entropy });
  }

  /** The technician's subkey of a device. */
  technicianKey(device: number, keyEpoch: number): Uint8Array {
    return subkey(nodeHash, deviceKey(nodeHash, this.masterKey, device, keyEpoch), "technician");
  }

  /** A new depot. */
  static async make(settings: Partial<Settings>, dice: Random, now_s: () => number): Promise<RealDepot> {
    const directory = mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), "parola-model-"));
    const store = await openSqliteStore(join(directory, DATABASE_FILE));
    await store.transaction((tx) => tx.saveSettings({ ...DEFAULT_SETTINGS, ...settings }));
    const real = new RealDepot(store, directory, dice, now_s);
    await real.real.addDevice(MODEL_DEVICE);
    return real;
  }

  async end(): Promise<void> {
    this.books.close();
    await this.real.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The depot, for an action. */
  get use(): Depot {
    this.isTouched = true;
    return this.real;
  }

  /** A round of new parcels; each is worth a code or not. */
  async import(day: number, first: number, needCode: readonly boolean[]): Promise<void> {
    await this.use.importRound({
      day,
      name: MODEL_ROUND,
      parcels: needCode.map((asked, at) => ({
        tracking: trackingOf(first + at),
        stop: first + at,
        address: "Mill Lane",
        value_cents: 100,
        asked,
      })),
    });
    await this.learn();
  }

  /** Learns the digits of codes issued since. */
  async learn(): Promise<void> {
    const issued = this.books.codes().length;
    if (this.secrets.length === issued) return;
    const { vault } = makeContext(this.masterKey, nodeHash, this.clock, this.entropy);
    await this.store.transaction(async (tx) => {
      while (this.secrets.length < issued) {
        const code = (await tx.codes.find(this.secrets.length + 1))!;
        const { salt, tag, tagBits } = code;
        this.codes.set(Buffer.from(salt).toString("hex"), code.id);
        this.secrets.push({ digits: vault.open(code.box, code.id, code.parcel), salt, tag, tagBits });
      }
    });
  }

  /** The code that a salt belongs to, in hexadecimal. */
  codeOfSalt(salt: string): number {
    const code = this.codes.get(salt);
    if (code === undefined) throw new Error("digits are compared with a code that nobody issued");
    return code;
  }

  /** Runs an action; undefined when the depot refuses it. */
  async ask<T>(action: (depot: Depot) => Promise<T>): Promise<T | undefined> {
    try {
      const result = await action(this.use);
      await this.learn();
      return result;
    } catch (error) {
      if (error instanceof DepotError) return undefined;
      throw error;
    }
  }
}
