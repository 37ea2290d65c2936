// The manifest read in place: every parcel and code is found, two numbers with one CRC-32 are kept apart, and a chunk
// that changed is noticed before anything in it is believed.
import assert from "node:assert/strict";
import { Manifest, openManifest } from "../../../firmware/app/manifest/manifest.ts";
import { CHUNK_BYTES } from "../../../src/shared/wire/manifest.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { manyParcels, parcelIdAt, sealRound, testKey, type TestParcel } from "../../support/test-round.ts";
import { loadedImage, UnitBoard, unitDay } from "../../support/unit-day.ts";

/** Two labels with one CRC-32, found by search; the lookup key alone does not tell them apart. */
function collidingLabels(): [string, string] {
  const seen = new Map<number, string>();
  for (let n = 0; ; n++) {
    const label = `C${(n * 2_654_435_761) % 4_294_967_296}`;
    const key = nodeHash.crc32(Buffer.from(label));
    const other = seen.get(key);
    if (other !== undefined && other !== label) return [other, label];
    seen.set(key, label);
  }
}

describe("the manifest on the handheld", () => {
  it("finds every parcel of a long round with its stop, address and code, and no other", () => {
    const parcels: TestParcel[] = manyParcels(300, 2).map((parcel, i) => ({ ...parcel, address: `House ${i}` }));
    const image = loadedImage({ parcels }, 256 * 1024).image;
    const unit = new UnitBoard(image);
    const manifest = open(unit)!;
    parcels.forEach(({ tracking, code }, i) => {
      const found = manifest.find(tracking)!;
      assert.deepEqual(
        [found.id, found.address, found.stop, found.atStop],
        [parcelIdAt(i), `House ${i}`, 1 + (i >> 1), 2],
      );
      assert.equal(found.codeIndex >= 0, code !== undefined);
      assert.equal(manifest.indexOfParcel(found.id), found.index);
      if (found.codeIndex >= 0) assert.equal(manifest.indexOfCode(manifest.code(found.codeIndex).id), found.codeIndex);
    });
    for (const stranger of ["", "TBA", "TBA100000000001", "ZZZ", "TBA1000000000000"]) {
      assert.equal(manifest.find(stranger), undefined);
    }
    assert.deepEqual(
      [manifest.indexOfCode(1), manifest.indexOfCode(999_999), manifest.indexOfParcel(9999)],
      [-1, -1, -1],
    );
    assert.equal(manifest.damaged, false);
  });

  it("keeps two tracking numbers with one CRC-32 apart", () => {
    const [first, second] = collidingLabels();
    const unit = unitDay({ parcels: [{ tracking: first }, { tracking: second }, ...manyParcels(3)] });
    assert.equal(unit.parcel(first).id, parcelIdAt(0));
    assert.equal(unit.parcel(second).id, parcelIdAt(1));
  }).timeout(60_000);

  it("notices a changed bit in whatever chunk is read", () => {
    const { image, sealed } = loadedImage({ parcels: manyParcels(120) }, 128 * 1024);
    const { bytes, head } = sealed;
    const start = Buffer.from(image).indexOf(bytes.subarray(0, 96));
    for (let chunk = 0; chunk < sealed.header.chunks; chunk++) {
      const at = start + head.length + chunk * CHUNK_BYTES + 17;
      image[at]! ^= 4;
      const manifest = open(new UnitBoard(image))!;
      for (let i = 0; i < 120; i++) manifest.parcel(i);
      for (let i = 0; i < sealed.header.codes; i++) manifest.code(i);
      assert.equal(manifest.damaged, true, `chunk ${chunk}`);
      image[at]! ^= 4;
    }
  });

  it("checks a chunk once after a start, not at every read", () => {
    const { image, sealed } = loadedImage({ parcels: manyParcels(60) }, 128 * 1024);
    let hashed = 0;
    const hash = { ...nodeHash, sha256: (data: Uint8Array) => (hashed++, nodeHash.sha256(data)) };
    const unit = new UnitBoard(image);
    const manifest = new Manifest(unit.board.flash, hash, "man.a", sealed.head);
    for (let turn = 0; turn < 3; turn++) for (let i = 0; i < 60; i++) manifest.parcel(i);
    assert.ok(hashed <= sealed.header.chunks);
  });

  it("reads the longest tracking number and address at the very end of the texts", () => {
    const tracking = "9".repeat(34);
    const address = "A".repeat(40);
    for (let count = 1; count <= 4; count++) {
      const parcels = [...manyParcels(count - 1), { tracking, address, code: "123456" }];
      const found = unitDay({ parcels }).parcel(tracking);
      assert.deepEqual([found.tracking, found.address], [tracking, address]);
    }
  });

  it("is active only with a whole commit cell and for its own device", () => {
    const { image, sealed } = loadedImage({ parcels: manyParcels(2) });
    const unit = new UnitBoard(image);
    assert.ok(open(unit));
    const key = testKey("manifest");
    assert.equal(openManifest(unit.board.flash, nodeHash, "man.a", key, 8, 1), undefined);
    assert.equal(openManifest(unit.board.flash, nodeHash, "man.a", key, 7, 2), undefined);
    assert.equal(openManifest(unit.board.flash, nodeHash, "man.b", key, 7, 1), undefined);
    const cell = Buffer.from(image).indexOf(sealed.bytes) + ((sealed.bytes.length + 7) & ~7);
    image[cell + 4]! ^= 1;
    assert.equal(open(unit), undefined);
  });

  it("holds 512 parcels, all protected", () => {
    const parcels = manyParcels(512);
    const unit = new UnitBoard(loadedImage({ parcels }, 512 * 1024).image);
    const manifest = open(unit)!;
    for (const { tracking } of parcels) assert.equal(manifest.find(tracking)?.tracking, tracking);
    assert.equal(sealRound({ parcels }).header.codes, 512);
  });
});

function open(unit: UnitBoard): Manifest | undefined {
  return openManifest(unit.board.flash, nodeHash, "man.a", testKey("manifest"), 7, 1);
}
