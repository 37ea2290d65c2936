// A ticket's text: what goes in comes out, and whatever is wrong with it is named without a word of it being quoted.
import assert from "node:assert/strict";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { encodeKeyFile } from "../../src/shared/wire/key-file.ts";
import { decodeTicket, encodeTicket, type Ticket } from "../../src/shared/ticket.ts";

const URL = "http://10.0.0.5:8080";
const keyFile = (device = 7, keyEpoch = 2): Uint8Array =>
  encodeKeyFile(nobleHash, { device, keyEpoch, key: new Uint8Array(32).fill(0xab), depotUrl: URL });
const HELD: Ticket = {
  device: 7,
  label: 'blue "7" \u0142',
  depotUrl: URL,
  heldKeyEpoch: 1,
  technicianKey: new Uint8Array(32).fill(0xcd),
};
const NEW: Ticket = {
  ...HELD,
  provisioning: {
    keyEpoch: 2,
    keyFile: keyFile(),
    mac: Uint8Array.from({ length: 32 }, (_, at) => at * 8),
    technicianKey: new Uint8Array(32).fill(0xef),
  },
};
const BLANK: Ticket = {
  device: 0xffff_ffff,
  label: "",
  depotUrl: URL,
  heldKeyEpoch: 0,
  provisioning: {
    keyEpoch: 1,
    keyFile: keyFile(0xffff_ffff, 1),
    mac: undefined,
    technicianKey: new Uint8Array(32).fill(1),
  },
};

/** The ticket's JSON with some of its fields changed; undefined takes a field out. */
function altered(change: Record<string, unknown>, inner: Record<string, unknown> = {}): string {
  const fields = JSON.parse(encodeTicket(NEW)) as Record<string, unknown>;
  const provisioning = { ...(fields["provisioning"] as object), ...inner };
  return JSON.stringify({ ...fields, provisioning, ...change });
}

describe("a bench's ticket", () => {
  for (const [name, ticket] of Object.entries({ HELD, NEW, BLANK })) {
    it(`says the same after it was written and read: ${name}`, () => {
      assert.deepEqual(decodeTicket(encodeTicket(ticket)), ticket);
    });
  }

  it("is JSON of a stated format and version, bytes as hex", () => {
    const fields = JSON.parse(encodeTicket(NEW)) as Record<string, unknown>;
    assert.deepEqual([fields["format"], fields["version"]], ["parola-ticket", 1]);
    assert.equal(fields["technicianKey"], "cd".repeat(32));
    assert.equal(
      (fields["provisioning"] as Record<string, unknown>)["keyFile"],
      Buffer.from(keyFile()).toString("hex"),
    );
    assert.equal(encodeTicket(NEW).at(-1), "\n");
  });

  it("passes over fields of later days", () => {
    assert.deepEqual(decodeTicket(altered({ shelf: "B4" }, { more: 1 })), NEW);
  });

  const wrong: [why: string, text: string, message: RegExp][] = [
    ["no JSON", "7", /has no fields/],
    ["cut off", encodeTicket(NEW).slice(0, 300), /not JSON/],
    ["far too long", encodeTicket(NEW) + " ".repeat(8192), /longer than/],
    ["a list", "[]", /has no fields/],
    ["null", "null", /has no fields/],
    ["another format", altered({ format: "parola" }), /format/],
    ["another version", altered({ version: 2 }), /version/],
    ["no device", altered({ device: undefined }), /at device/],
    ["device 0", altered({ device: 0 }), /at device/],
    ["device 2³²", altered({ device: 2 ** 32 }), /at device/],
    ["half a device", altered({ device: 1.5 }), /at device/],
    ["device as text", altered({ device: "7" }), /at device/],
    ["no label", altered({ label: null }), /at label/],
    ["a label without end", altered({ label: "x".repeat(201) }), /at label/],
    ["an address too long", altered({ depotUrl: `http://${"x".repeat(80)}` }), /at depotUrl/],
    ["another address", altered({ depotUrl: "ftp://x" }), /at depotUrl/],
    ["an epoch below 0", altered({ heldKeyEpoch: -1 }), /at heldKeyEpoch/],
    ["a held epoch without its key", altered({ technicianKey: undefined }), /technicianKey without a heldKeyEpoch/],
    ["a key without its epoch", altered({ heldKeyEpoch: 0 }), /technicianKey without a heldKeyEpoch/],
    ["a key too short", altered({ technicianKey: "cd".repeat(31) }), /32 bytes as hex at technicianKey/],
    ["a key that is no hex", altered({ technicianKey: "CD".repeat(32) }), /hex at technicianKey/],
    ["no fields in provisioning", altered({ provisioning: "x" }), /provisioning/],
    ["key epoch 0", altered({}, { keyEpoch: 0 }), /at keyEpoch/],
    ["a short key file", altered({}, { keyFile: "ab" }), /128 bytes as hex at keyFile/],
    ["something else than a key file", altered({}, { keyFile: "ab".repeat(128) }), /key file/],
    [
      "another handheld's key file",
      altered({}, { keyFile: Buffer.from(keyFile(8)).toString("hex") }),
      /another handheld/,
    ],
    ["another epoch's key file", altered({}, { keyEpoch: 3 }), /another handheld or key epoch/],
    ["a new key that is not newer", altered({ heldKeyEpoch: 2 }), /not newer/],
    ["no mac for a key that is held", altered({}, { mac: undefined }), /mac without/],
    ["a mac too short", altered({}, { mac: "00" }), /32 bytes as hex at mac/],
    ["no new technician key", altered({}, { technicianKey: undefined }), /at technicianKey/],
    [
      "nothing to work with",
      altered({ heldKeyEpoch: 0, technicianKey: undefined, provisioning: undefined }),
      /neither technicianKey nor provisioning/,
    ],
  ];
  for (const [why, text, message] of wrong) {
    it(`is refused by a RangeError: ${why}`, () => {
      assert.throws(
        () => decodeTicket(text),
        (error: unknown) => {
          assert.ok(error instanceof RangeError, String(error));
          assert.match(error.message, message);
          assert.ok(!/cdcd|CDCD|abab|efef|ftp/.test(error.message), "nothing of the ticket is quoted");
          return true;
        },
      );
    });
  }
});
