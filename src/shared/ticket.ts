// A ticket: what a technician's bench needs to work on one handheld, and no more. One text, written by the depot and read
// at the bench, which never sees the master key. What is wrong with a ticket is told without quoting any of it: it is secret.
import { readU16, readU32, zeros } from "./wire/bytes.ts";
import { KEY_BYTES } from "./crypto/keys.ts";
import { DEPOT_URL_MAX, KEY_FILE_BYTES, KEY_FILE_VERSION } from "./wire/key-file.ts";

export const TICKET_FORMAT = "parola-ticket";
export const TICKET_VERSION = 1;

/** Characters of a handheld's label in a ticket, at most. */
export const LABEL_MAX = 200;
/** Characters of a ticket, at most: a longer text is no ticket. */
const TEXT_MAX = 8192;
const KEY_FILE_MAGIC = 0x59454b50; // "PKEY"
const DIGITS = "0123456789abcdef";

/** A key to put on the handheld. */
export interface TicketProvisioning {
  /** Of the new key, 1…2³²−1. */
  keyEpoch: number;
  /** 128 bytes, SPEC.md §3.2; a handheld without a key takes it alone. Secret. */
  keyFile: Uint8Array;
  /** HMAC over the key file by the technician key that is held, 32 bytes; undefined when none is held. */
  mac?: Uint8Array | undefined;
  /** Technician subkey of the new key, 32 bytes: proves afterwards that it was taken. Secret. */
  technicianKey: Uint8Array;
}

/** What the bench may know of one handheld. */
export interface Ticket {
  /** Handheld number, 1…2³²−1. */
  device: number;
  /** What is written on it; may be empty. */
  label: string;
  /** Where it finds its depot, `http://…`. */
  depotUrl: string;
  /** Epoch of the key that the depot takes it to hold; 0 none. */
  heldKeyEpoch: number;
  /** Technician subkey of that epoch, 32 bytes; undefined when there is none. Secret. */
  technicianKey?: Uint8Array | undefined;
  /** Undefined: the ticket is good for work under the key it holds only. */
  provisioning?: TicketProvisioning | undefined;
}

type Fields = { [name: string]: unknown };

function toHex(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++)
    text += DIGITS.charAt((bytes[i] ?? 0) >> 4) + DIGITS.charAt((bytes[i] ?? 0) & 15);
  return text;
}

/** Value of a hex digit in lower case, -1 for anything else. */
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}

function ticketError(what: string): RangeError {
  return new RangeError("the ticket " + what);
}

/** Bytes written as hex, exactly `length` of them. */
function bytesAt(fields: Fields, name: string, length: number): Uint8Array {
  const text = fields[name];
  if (typeof text !== "string" || text.length !== length * 2) {
    throw ticketError("does not have " + length + " bytes as hex at " + name);
  }
  const bytes = zeros(length);
  for (let i = 0; i < length; i++) {
    const high = digitOf(text.charCodeAt(2 * i));
    const low = digitOf(text.charCodeAt(2 * i + 1));
    if (high < 0 || low < 0) throw ticketError("has something else than hex at " + name);
    bytes[i] = high * 16 + low;
  }
  return bytes;
}

function numberAt(fields: Fields, name: string, least: number): number {
  const value = fields[name];
  if (typeof value !== "number" || !(value >= least && value <= 0xffffffff) || Math.floor(value) !== value) {
    throw ticketError("has no number " + least + " to 4294967295 at " + name);
  }
  return value;
}

function textAt(fields: Fields, name: string, longest: number): string {
  const value = fields[name];
  if (typeof value !== "string" || value.length > longest) {
    throw ticketError("has no text of at most " + longest + " characters at " + name);
  }
  return value;
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw ticketError(what);
  return value as Fields;
}

/**
 * Writes a ticket.
 * @returns one line of JSON, bytes as hex in lower case, with a line end. Secret: it belongs into a file that only its owner reads
 */
export function encodeTicket(ticket: Ticket): string {
  const { technicianKey, provisioning } = ticket;
  const fields: Fields = {
    format: TICKET_FORMAT,
    version: TICKET_VERSION,
    device: ticket.device,
    label: ticket.label,
    depotUrl: ticket.depotUrl,
    heldKeyEpoch: ticket.heldKeyEpoch,
  };
  if (technicianKey !== undefined) fields["technicianKey"] = toHex(technicianKey);
  if (provisioning !== undefined) {
    const inner: Fields = { keyEpoch: provisioning.keyEpoch, keyFile: toHex(provisioning.keyFile) };
    if (provisioning.mac !== undefined) inner["mac"] = toHex(provisioning.mac);
    inner["technicianKey"] = toHex(provisioning.technicianKey);
    fields["provisioning"] = inner;
  }
  return JSON.stringify(fields) + "\n";
}

/**
 * Reads a ticket. Fields that this version does not know are passed over.
 * @throws RangeError that names what is wrong and quotes nothing of the text
 */
export function decodeTicket(text: string): Ticket {
  const fields = parsed(text);
  if (fields["format"] !== TICKET_FORMAT) throw ticketError("is none: its format is not " + TICKET_FORMAT);
  if (fields["version"] !== TICKET_VERSION)
    throw ticketError("has a version that is not known here; this is version 1");
  const device = numberAt(fields, "device", 1);
  const heldKeyEpoch = numberAt(fields, "heldKeyEpoch", 0);
  const hasKey = fields["technicianKey"] !== undefined;
  if (hasKey !== heldKeyEpoch > 0)
    throw ticketError("has a technicianKey without a heldKeyEpoch, or the other way round");
  const depotUrl = textAt(fields, "depotUrl", DEPOT_URL_MAX);
  if (!depotUrl.startsWith("http://")) throw ticketError("has no address http:// at depotUrl");
  const ticket: Ticket = {
    device: device,
    label: textAt(fields, "label", LABEL_MAX),
    depotUrl: depotUrl,
    heldKeyEpoch: heldKeyEpoch,
  };
  if (hasKey) ticket.technicianKey = bytesAt(fields, "technicianKey", KEY_BYTES);
  const provisioning = fields["provisioning"];
  if (provisioning !== undefined) {
    ticket.provisioning = provisioningOf(fieldsOf(provisioning, "has no fields in provisioning"), ticket);
  }
  if (!hasKey && ticket.provisioning === undefined) throw ticketError("has neither technicianKey nor provisioning");
  return ticket;
}

function parsed(text: string): Fields {
  if (text.length > TEXT_MAX) throw ticketError("is none: it is longer than " + TEXT_MAX + " characters");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw ticketError("is none: it is not JSON");
  }
  return fieldsOf(value, "is none: it has no fields");
}

function provisioningOf(fields: Fields, ticket: Ticket): TicketProvisioning {
  const keyEpoch = numberAt(fields, "keyEpoch", 1);
  const keyFile = bytesAt(fields, "keyFile", KEY_FILE_BYTES);
  if (readU32(keyFile, 0) !== KEY_FILE_MAGIC || readU16(keyFile, 4) !== KEY_FILE_VERSION) {
    throw ticketError("has something else than a key file at keyFile");
  }
  if (readU32(keyFile, 8) !== ticket.device || readU32(keyFile, 12) !== keyEpoch) {
    throw ticketError("has the key file of another handheld or key epoch");
  }
  if (keyEpoch <= ticket.heldKeyEpoch) throw ticketError("has a new key that is not newer than the one held");
  const hasMac = fields["mac"] !== undefined;
  if (hasMac !== ticket.heldKeyEpoch > 0) throw ticketError("has a mac without a heldKeyEpoch, or the other way round");
  return {
    keyEpoch: keyEpoch,
    keyFile: keyFile,
    mac: hasMac ? bytesAt(fields, "mac", KEY_BYTES) : undefined,
    technicianKey: bytesAt(fields, "technicianKey", KEY_BYTES),
  };
}
