// What a handheld says of itself over the service port, SPEC.md §10.4.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeDiagnostics,
  decodeHello,
  decodeSettings,
  type Diagnostics,
  DIAGNOSTICS_BYTES,
  encodeDiagnostics,
  encodeHello,
  encodeSettings,
  type Hello,
  HELLO_BYTES,
  type Settings,
  SETTINGS_BYTES,
  settingsHold,
} from "../../src/shared/wire/service-data.ts";
import { hex, unhex } from "../support/hex.ts";
import { holds } from "../support/properties.ts";
import { vectors } from "../support/vectors.ts";

const stored = vectors<{
  hello: Hello & { bytes: string };
  settings: Settings & { bytes: string };
  diagnostics: Diagnostics & { bytes: string };
}>("frames");

describe("hello", () => {
  const { bytes, ...fields } = stored.hello;

  it("is the vector's, and comes back as it was", () => {
    assert.equal(hex(encodeHello(fields)), bytes);
    assert.deepEqual(decodeHello(unhex(bytes)), fields);
  });

  it("of any bytes never throws", () => {
    holds(fc.property(fc.uint8Array({ minLength: HELLO_BYTES, maxLength: 80 }), (any) => void decodeHello(any)));
  });
});

describe("settings", () => {
  const { bytes, ...fields } = stored.settings;

  it("are the vector's, and come back as they were", () => {
    assert.equal(hex(encodeSettings(fields)), bytes);
    assert.deepEqual(decodeSettings(unhex(bytes)), fields);
  });

  it("of another length are none", () => {
    for (const length of [0, SETTINGS_BYTES - 1, SETTINGS_BYTES + 1]) {
      const wrong = new Uint8Array(length);
      wrong.set(unhex(bytes).slice(0, length));
      assert.equal(settingsHold(wrong), false, `${length} bytes`);
      assert.equal(decodeSettings(wrong), undefined);
    }
  });

  const wrong: [string, Partial<Settings>][] = [
    ["an upper-case letter", { language: "iT" }],
    ["a digit", { language: "i1" }],
    ["volume 11", { volume: 11 }],
    ["backlight 11", { backlight: 11 }],
  ];
  for (const [what, change] of wrong) {
    it(`with ${what} are none`, () => {
      assert.equal(decodeSettings(encodeSettings({ ...fields, ...change })), undefined);
    });
  }

  it("at the ends of their ranges hold", () => {
    for (const level of [0, 10]) {
      const edge = { language: "az", boardRevision: level * 6553, volume: level, backlight: level };
      assert.deepEqual(decodeSettings(encodeSettings(edge)), edge);
    }
  });
});

describe("diagnostics", () => {
  const { bytes, ...fields } = stored.diagnostics;

  it("are the vector's, and come back as they were", () => {
    assert.equal(hex(encodeDiagnostics(fields)), bytes);
    assert.deepEqual(decodeDiagnostics(unhex(bytes)), fields);
  });

  it("without a day have no slot", () => {
    assert.deepEqual(decodeDiagnostics(encodeDiagnostics({ ...fields, slot: "", link: false })), {
      ...fields,
      slot: "",
      link: false,
    });
  });

  it("of any bytes never throw", () => {
    const any = fc.uint8Array({ minLength: DIAGNOSTICS_BYTES, maxLength: 60 });
    holds(fc.property(any, (data) => void decodeDiagnostics(data)));
  });
});
