// The number that handhelds tell is the version of the package they were built from.
import assert from "node:assert/strict";
import { FIRMWARE_VERSION } from "../../firmware/app/version.ts";
import { projectVersion } from "../../scripts/build/project.ts";

describe("the firmware's version", () => {
  it("is package.json's, as major × 65536 + minor × 256 + patch", () => {
    const [major = 0, minor = 0, patch = 0] = projectVersion().split(".").map(Number);
    assert.equal(FIRMWARE_VERSION, major * 65536 + minor * 256 + patch);
  });
});
