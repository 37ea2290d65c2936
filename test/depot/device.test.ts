// Handhelds and their keys: added once, provisioned with a proof of the key they hold.
import assert from "node:assert/strict";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { hmac } from "../../src/shared/crypto/hmac.ts";
import { subkey } from "../../src/shared/crypto/keys.ts";
import { decodeKeyFile } from "../../src/shared/wire/key-file.ts";
import { fault, makeTestDepot, TEST_URL, type TestDepot } from "../support/test-depot.ts";

describe("handhelds at the depot", () => {
  let test: TestDepot;
  beforeEach(async () => {
    test = await makeTestDepot();
  });
  afterEach(() => test.end());

  it("are added once, by a number 1…2³²−1", async () => {
    await test.depot.addDevice(0xffff_ffff, "red");
    await test.depot.addDevice(1);
    assert.deepEqual(
      (await test.depot.devices()).map((device) => [device.id, device.label, device.keyEpoch]),
      [
        [1, "", 1],
        [0xffff_ffff, "red", 1],
      ],
    );
    await assert.rejects(test.depot.addDevice(1), fault(915, /1/));
    for (const id of [0, -1, 1.5, 2 ** 32, NaN]) await assert.rejects(test.depot.addDevice(id), fault(901));
  });

  it("get a key file with their own key, and no MAC while they hold none", async () => {
    await test.depot.addDevice(7);
    await test.depot.addDevice(8);
    const [one, two] = [await test.depot.provisionKeyFile(7, TEST_URL), await test.depot.provisionKeyFile(8, TEST_URL)];
    assert.equal(one.mac, undefined);
    const file = decodeKeyFile(nobleHash, one.keyFile);
    assert.deepEqual([file?.device, file?.keyEpoch, file?.depotUrl, file?.key.length], [7, 1, TEST_URL, 32]);
    assert.notDeepEqual(file?.key, decodeKeyFile(nobleHash, two.keyFile)?.key);
    assert.deepEqual(await test.depot.provisionKeyFile(7, TEST_URL), one, "a dock that was cut off may try again");
  });

  it("get the next epoch's key under the technician key of the one they hold", async () => {
    await test.depot.addDevice(7);
    const held = decodeKeyFile(nobleHash, (await test.depot.provisionKeyFile(7, TEST_URL)).keyFile)!;
    const next = await test.depot.provisionKeyFile(7, TEST_URL, { again: true });
    const mac = hmac(nobleHash, subkey(nobleHash, held.key, "technician"), [next.keyFile]);
    assert.deepEqual([next.keyEpoch, next.mac], [2, mac]);
    const file = decodeKeyFile(nobleHash, next.keyFile)!;
    assert.notDeepEqual(file.key, held.key);
    const repeated = await test.depot.provisionKeyFile(7, TEST_URL, { heldKeyEpoch: 1 });
    assert.deepEqual(repeated, next, "tried again, for a handheld that still holds the first key");
    assert.equal((await test.depot.provisionKeyFile(7, TEST_URL, { heldKeyEpoch: 0 })).mac, undefined);
    await assert.rejects(test.depot.provisionKeyFile(7, TEST_URL, { heldKeyEpoch: 3 }), fault(916, /3/));
  });

  it("are given no address they cannot store", async () => {
    await test.depot.addDevice(7);
    for (const url of ["", "depot", "ftp://x", `http://${"x".repeat(80)}`, "http://x y", "http://ü"]) {
      await assert.rejects(test.depot.provisionKeyFile(7, url), fault(901));
    }
    await assert.rejects(test.depot.provisionKeyFile(9, TEST_URL), fault(914));
  });

  it("that were lost come back with a new key only", async () => {
    await test.depot.addDevice(7);
    assert.deepEqual((await test.depot.markLost(7)).reissued, []);
    await assert.rejects(test.depot.provisionKeyFile(7, TEST_URL), fault(917));
    assert.equal((await test.depot.provisionKeyFile(7, TEST_URL, { again: true })).keyEpoch, 2);
    assert.equal((await test.depot.devices())[0]?.lost, false);
    await assert.rejects(test.depot.markLost(9), fault(914));
  });
});
