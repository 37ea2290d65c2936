// Manifests that were not meant for this handheld now: older, the same again with other bytes, another handheld's, another
// key epoch's, one made with the handheld's own key. Through the service port, against the real depot.
import assert from "node:assert/strict";
import { dayFiles } from "../../../firmware/app/files.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { subkey } from "../../../src/shared/crypto/keys.ts";
import { readU16, writeU32 } from "../../../src/shared/wire/bytes.ts";
import { decodeKeyFile } from "../../../src/shared/wire/key-file.ts";
import { headBytes, MANIFEST_MAC_BYTES, manifestMac } from "../../../src/shared/wire/manifest.ts";
import { DAY, DAY_START_S } from "../../support/test-round.ts";
import { Random } from "../random.ts";
import { testSeed } from "../run-share.ts";
import { Books } from "./books.ts";
import { fastHash } from "./fast-digest.ts";
import { fileOf, withFile } from "./file-flash.ts";
import { Handset } from "./handset.ts";
import { alarmsOf, load, loadedHandset, statusOf, syncTo } from "./loaded-handset.ts";

const PARCEL = "TBA100000000001";
const OTHER = "TBA100000000002";

describe("a manifest that is not for this handheld now", () => {
  let books: Books;
  let handset: Handset;

  beforeEach(async () => {
    books = await Books.open(new Random(testSeed()));
    await books.importRound([PARCEL, OTHER]);
    handset = await loadedHandset(books, 7);
  });
  afterEach(() => books.close());

  /** The bytes that the depot sealed for a journal epoch. */
  const sealed = (device: number, journalEpoch: number): Promise<Uint8Array> =>
    books.read(async (tx) => (await tx.manifests.bytes(device, journalEpoch))!);

  const activeSequence = (): number => handset.open().day.manifest.header.sequence;

  /** Signs a manifest's head again with the key that lies in the handheld's flash. */
  function signedByThief(manifest: Uint8Array, change: (header: Uint8Array) => void): Uint8Array {
    const forged = manifest.slice();
    const signed = headBytes(readU16(forged, 58)) - MANIFEST_MAC_BYTES;
    change(forged);
    const { key } = decodeKeyFile(fastHash, fileOf(handset.flash.snapshot(), "key"))!;
    forged.set(manifestMac(fastHash, subkey(fastHash, key, "manifest"), forged.subarray(0, signed)), signed);
    return forged;
  }

  it("is refused when it is older, with tries spent or not, before and after maintenance", async () => {
    const old = await sealed(7, 1);
    handset.tryCode(PARCEL, "000000");
    await handset.sync(syncTo(books));
    await books.depot.sealManifest(7, DAY, "R1");
    await load(books, handset, 7);
    assert.equal(handset.load(old), FaultNumber.ManifestOlder);
    assert.equal(activeSequence(), 3);
    books.clock.time_s = DAY_START_S + 86_400 + 3_600;
    assert.equal(await handset.sync(syncTo(books)), 0);
    assert.equal(handset.command(Command.Maintenance).fault, 0);
    assert.equal(handset.services(), undefined, "the day was retired");
    assert.equal(handset.load(old), FaultNumber.ManifestOlder);
    assert.equal(handset.load(await sealed(7, 3)), FaultNumber.ManifestEqualOtherBytes, "not the retired one either");
  });

  it("is refused with the sequence of the active one and other bytes, and again with the same bytes changes nothing", async () => {
    const own = await sealed(7, 1);
    const files = handset.flash.snapshot();
    assert.equal(handset.load(own), FaultNumber.ManifestAlreadyLoaded);
    const other = signedByThief(own, (header) => writeU32(header, 28, DAY_START_S - 86_400));
    assert.equal(handset.load(other), FaultNumber.ManifestEqualOtherBytes);
    assert.deepEqual(handset.flash.snapshot(), files);
  });

  it("is refused when it is another handheld's", async () => {
    await loadedHandset(books, 8);
    assert.equal(handset.load(await sealed(8, 1)), FaultNumber.ManifestOtherDevice);
    const relabelled = (await sealed(8, 1)).slice();
    writeU32(relabelled, 8, 7);
    writeU32(relabelled, 16, 9);
    assert.equal(handset.load(relabelled), FaultNumber.ManifestAltered, "relabelled, without the key");
    assert.equal(activeSequence(), 1);
  });

  it("is refused when it is of another key epoch, and what lies in flash under the former key does not open", async () => {
    const former = await sealed(7, 1);
    const { keyFile, mac } = await books.depot.provisionKeyFile(7, "http://depot.test", { again: true });
    const command = new Uint8Array([...keyFile, ...mac!]);
    assert.equal(handset.command(Command.Provision, command).fault, 0);
    assert.equal(handset.load(former), FaultNumber.ManifestOtherKeyEpoch);
    await load(books, handset, 7);
    const files = withFile(handset.flash.snapshot(), dayFiles(handset.open().day.slot).manifest, (bytes) => {
      bytes.set(former.slice(0, bytes.length));
    });
    assert.equal(new Handset(files).services(), undefined);
  });

  it("made with the handheld's own key rules its own screen, and is an alarm at the next sync: nothing of it is booked", async () => {
    const forged = signedByThief(await sealed(7, 1), (header) => {
      writeU32(header, 16, 2);
      writeU32(header, 20, 77);
      header[42] = 200;
      header[43] = 255;
    });
    assert.equal(handset.load(forged), 0);
    assert.equal(handset.tryCode(PARCEL, await books.codeOf(PARCEL)), "ACCEPTED");
    assert.equal(await handset.sync(syncTo(books)), FaultNumber.SyncUnknownJournal);
    assert.deepEqual(await alarmsOf(books), ["unknown journal"]);
    assert.equal(await statusOf(books, PARCEL), "open");
  });
});
