// A handheld's journal and sync, written by a test over the shared wire formats: it does what it is told, right or wrong.
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { codeDigest, proofOf } from "../../src/shared/crypto/code-digest.ts";
import { type KeyLabel, subkey } from "../../src/shared/crypto/keys.ts";
import { copyBytes, latin1Text, readU16, readU32 } from "../../src/shared/wire/bytes.ts";
import {
  encodeBody,
  joinRecord,
  Reason,
  type RecordBody,
  recordMac,
  RecordType,
} from "../../src/shared/wire/journal.ts";
import { decodeKeyFile, type KeyFile } from "../../src/shared/wire/key-file.ts";
import {
  CODE_BYTES,
  decodeManifestHeader,
  headBytes,
  MANIFEST_MAC_BYTES,
  type ManifestHeader,
  NO_CODE,
  PARCEL_BYTES,
} from "../../src/shared/wire/manifest.ts";
import {
  checkReply,
  decodeReply,
  encodeRequest,
  type SyncReply,
  type SyncRequest,
} from "../../src/shared/wire/sync.ts";
import { decodeUpdate, type Update, updateIsWhole } from "../../src/shared/wire/update.ts";

const ZERO_PROOF = new Uint8Array(16);

/** A parcel as the manifest lists it. */
export interface Listed {
  parcel: number;
  tracking: string;
  address: string;
  stop: number;
  flags: number;
  atStop: number;
  /** 0 for none. */
  code: number;
  salt: Uint8Array;
  codeDay: number;
  codeFlags: number;
  triesKnown: number;
  releasesKnown: number;
}

/** Reads all parcels of a sealed manifest, by its own offsets. */
export function listedParcels(bytes: Uint8Array): Listed[] {
  const header = decodeManifestHeader(bytes);
  const parcels = headBytes(header.chunks);
  const codes = parcels + header.parcels * PARCEL_BYTES;
  const texts = codes + header.codes * CODE_BYTES;
  return Array.from({ length: header.parcels }, (_, index) => {
    const row = parcels + index * PARCEL_BYTES;
    const codeIndex = readU16(bytes, row + 10);
    const code = codes + codeIndex * CODE_BYTES;
    const hasCode = codeIndex !== NO_CODE;
    const text = texts + readU16(bytes, row + 12);
    const address = text + 1 + bytes[text]!;
    return {
      parcel: readU32(bytes, row + 4),
      tracking: latin1Text(bytes, text + 1, bytes[text]!),
      address: latin1Text(bytes, address + 1, bytes[address]!),
      stop: readU16(bytes, row + 8),
      flags: bytes[row + 14]!,
      atStop: bytes[row + 15]!,
      code: hasCode ? readU32(bytes, code) : 0,
      salt: hasCode ? copyBytes(bytes, code + 4, 16) : new Uint8Array(16),
      codeDay: hasCode ? readU16(bytes, code + 24) : 0,
      codeFlags: hasCode ? bytes[code + 28]! : 0,
      triesKnown: hasCode ? bytes[code + 26]! : 0,
      releasesKnown: hasCode ? bytes[code + 27]! : 0,
    };
  });
}

/** Where a request goes; undefined is a refusal. */
export type SyncTo = (request: Uint8Array) => Promise<Uint8Array | undefined>;

/** One handheld with one manifest. */
export class JournalWriter {
  readonly keys: KeyFile;
  readonly header: ManifestHeader;
  /** Records by slot; undefined is a void slot. */
  readonly slots: (Uint8Array | undefined)[] = [];
  readonly updates: Update[] = [];
  acknowledged = 0;
  lastMac: Uint8Array = new Uint8Array(16);
  private readonly clock: { now_s(): number };
  private readonly listed: Map<string, Listed>;
  private chain: Uint8Array;
  private nonce = 0;

  constructor(keyFile: Uint8Array, manifest: Uint8Array, clock: { now_s(): number }) {
    const keys = decodeKeyFile(nobleHash, keyFile);
    if (keys === undefined) throw new Error("that is no key file");
    this.keys = keys;
    this.clock = clock;
    this.header = decodeManifestHeader(manifest);
    this.listed = new Map(listedParcels(manifest).map((entry) => [entry.tracking, entry]));
    this.chain = copyBytes(manifest, headBytes(this.header.chunks) - MANIFEST_MAC_BYTES, 16);
  }

  /** What the manifest says of a parcel. */
  parcel(tracking: string): Listed {
    const listed = this.listed.get(tracking);
    if (listed === undefined) throw new Error(`${tracking} is not in the manifest`);
    return listed;
  }

  /** The proof that these digits make under a parcel's code. */
  proof(tracking: string, digits: string): Uint8Array {
    return proofOf(codeDigest(nobleHash, this.parcel(tracking).salt, digits));
  }

  /** Writes a record; returns its slot. */
  write(body: Partial<RecordBody> & Pick<RecordBody, "type">): number {
    const slot = this.slots.length;
    const whole: RecordBody = {
      flags: 0,
      reason: Reason.None,
      tries: 0,
      time_s: this.clock.now_s(),
      parcel: 0,
      code: 0,
      proof: ZERO_PROOF,
      handedOver: 0,
      detail: 0,
      triesInAll: 0,
      battery: 80,
      acknowledged: this.acknowledged,
      ...body,
    };
    const bytes = encodeBody(nobleHash, whole, this.header.journalEpoch, slot);
    this.chain = recordMac(nobleHash, this.key("record"), this.header.journalEpoch, this.chain, slot, bytes);
    this.slots.push(joinRecord(bytes, this.chain));
    return slot;
  }

  /** Writes a record about a parcel, under its code. */
  about(tracking: string, type: RecordType, body: Partial<RecordBody> = {}): number {
    const { parcel, code } = this.parcel(tracking);
    return this.write({ type, parcel, code, ...body });
  }

  /** Accepts a parcel's code with these digits' proof. */
  accept(tracking: string, digits: string, body: Partial<RecordBody> = {}): number {
    return this.about(tracking, RecordType.Accepted, { tries: 1, proof: this.proof(tracking, digits), ...body });
  }

  /** Hands a parcel over. */
  handOver(tracking: string, body: Partial<RecordBody> = {}): number {
    return this.about(tracking, RecordType.HandedOver, body);
  }

  /** A slot that a power cut tore. */
  tear(): number {
    this.slots.push(undefined);
    return this.slots.length - 1;
  }

  /** A subkey of this handheld's key. */
  key(label: KeyLabel): Uint8Array {
    return subkey(nobleHash, this.keys.key, label);
  }

  /** Starts again: what is written next follows the last record as it lies in flash. */
  goOnFromFlash(): void {
    this.chain = macOf(this.slots.at(-1));
  }

  /** The fields of a request that tells of slots from … to − 1. */
  fields(from = this.acknowledged, to = Math.min(this.slots.length, from + 24)): SyncRequest {
    const records = this.slots
      .map((record, slot) => ({ slot, record }))
      .slice(from, to)
      .flatMap(({ slot, record }) => (record === undefined ? [] : [{ slot, record }]));
    this.nonce++;
    return {
      flags: 0,
      device: this.keys.device,
      keyEpoch: this.keys.keyEpoch,
      sequence: this.header.sequence,
      journalEpoch: this.header.journalEpoch,
      nonce: new Uint8Array(16).fill(this.nonce),
      time_s: this.clock.now_s(),
      lastUpdate: this.updates.at(-1)?.number ?? 0,
      from,
      to,
      end: this.slots.length,
      battery: 80,
      firmware: 0x000100,
      records,
    };
  }

  /** A request of these fields, under this handheld's MAC. */
  seal(fields: SyncRequest): Uint8Array {
    return encodeRequest(nobleHash, this.key("sync"), fields);
  }

  /** Checks a reply to a request as a handheld does; decodes it. */
  open(reply: Uint8Array | undefined, fields: SyncRequest): SyncReply {
    if (reply === undefined) throw new Error("the depot refused the request");
    const wrong = checkReply(nobleHash, this.key("sync"), reply, fields.nonce);
    if (wrong !== 0) throw new Error(`the reply does not check: F${wrong}`);
    return decodeReply(reply);
  }

  /** Sends one request and takes what the reply says. */
  async sync(to: SyncTo, fields = this.fields()): Promise<SyncReply> {
    const reply = this.open(await to(this.seal(fields)), fields);
    this.acknowledged = reply.acknowledged;
    this.lastMac = copyBytes(reply.lastMac, 0, 16);
    for (const update of reply.updates) this.store(update);
    return reply;
  }

  private store(bytes: Uint8Array): void {
    if (!updateIsWhole(nobleHash, bytes, this.header.journalEpoch)) throw new Error("the update is not whole");
    const update = decodeUpdate(bytes);
    const last = this.updates.at(-1)?.number ?? 0;
    if (update.number > last + 1) throw new Error(`update ${update.number} came after ${last}`);
    if (update.number === last + 1) this.updates.push(update);
  }
}

/** MAC of a record. */
export function macOf(record: Uint8Array | undefined): Uint8Array {
  return record === undefined ? new Uint8Array(16) : copyBytes(record, 48, 16);
}
