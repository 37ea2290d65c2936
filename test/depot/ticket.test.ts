// Keys that leave the depot: a session's subkey for dock or bench, and tickets. Each is one handheld's, and no more.
import assert from "node:assert/strict";
import { join } from "node:path";
import { readMasterKey } from "../../src/depot/master-key.ts";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { MASTER_KEY_FILE } from "../../src/depot/open-depot.ts";
import { hmac } from "../../src/shared/crypto/hmac.ts";
import { deviceKey, type KeyLabel, subkey } from "../../src/shared/crypto/keys.ts";
import { decodeTicket, encodeTicket } from "../../src/shared/ticket.ts";
import { decodeKeyFile } from "../../src/shared/wire/key-file.ts";
import {
  fault,
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  TEST_DAY,
  TEST_DEVICE,
  TEST_URL,
  type TestDepot,
} from "../support/test-depot.ts";

describe("keys for dock and bench", () => {
  let test: TestDepot;
  const keyOf = (device: number, keyEpoch: number, label: KeyLabel): Uint8Array => {
    const master = readMasterKey(join(test.directory, "data", MASTER_KEY_FILE));
    return subkey(nobleHash, deviceKey(nobleHash, master, device, keyEpoch), label);
  };
  const sync = async (): Promise<void> => {
    const handheld = await loadedHandheld(test);
    await handheld.sync((request) => test.depot.handleSync(request));
  };
  const device = async () => (await test.depot.devices()).find(({ id }) => id === TEST_DEVICE);

  beforeEach(async () => {
    test = await makeTestDepot();
    await test.depot.addDevice(TEST_DEVICE, "blue");
    await importTestRound(test);
  });
  afterEach(() => test.end());

  describe("a session's subkey", () => {
    it("is the role's, of the present key epoch or an earlier one", async () => {
      await test.depot.provisionKeyFile(TEST_DEVICE, TEST_URL, { again: true });
      for (const role of ["dock", "technician"] as const) {
        for (const epoch of [1, 2]) {
          assert.deepEqual(await test.depot.portKey(TEST_DEVICE, epoch, role), keyOf(TEST_DEVICE, epoch, role));
        }
      }
    });

    it("is none for a handheld or a key epoch that is not known", async () => {
      for (const [id, epoch] of [
        [8, 1],
        [0, 1],
        [TEST_DEVICE, 0],
        [TEST_DEVICE, 2],
        [TEST_DEVICE, 0.5],
      ] as const) {
        assert.equal(await test.depot.portKey(id, epoch, "dock"), undefined, `${id}, ${epoch}`);
      }
    });

    it("is there for a lost handheld, whose results are taken and which gets no manifest", async () => {
      await test.depot.markLost(TEST_DEVICE);
      assert.deepEqual(await test.depot.portKey(TEST_DEVICE, 1, "dock"), keyOf(TEST_DEVICE, 1, "dock"));
      await assert.rejects(test.depot.manifestFor(TEST_DEVICE, TEST_DAY), fault(917));
      await assert.rejects(test.depot.roundFor(TEST_DEVICE, TEST_DAY), fault(917));
    });
  });

  describe("a ticket", () => {
    it("gives a handheld that never synced its first key, and raises nothing", async () => {
      const ticket = await test.depot.ticket(TEST_DEVICE, TEST_URL);
      const { keyFile } = await test.depot.provisionKeyFile(TEST_DEVICE, TEST_URL);
      assert.deepEqual(ticket, {
        device: TEST_DEVICE,
        label: "blue",
        depotUrl: TEST_URL,
        heldKeyEpoch: 0,
        provisioning: { keyEpoch: 1, keyFile, mac: undefined, technicianKey: keyOf(TEST_DEVICE, 1, "technician") },
      });
      assert.deepEqual(await test.depot.ticket(TEST_DEVICE, TEST_URL), ticket, "and again");
      assert.equal((await device())?.keyEpoch, 1);
    });

    it("is good for the key it holds once it has synced", async () => {
      await sync();
      const ticket = await test.depot.ticket(TEST_DEVICE, TEST_URL);
      assert.deepEqual(
        [ticket.heldKeyEpoch, ticket.technicianKey, ticket.provisioning],
        [1, keyOf(TEST_DEVICE, 1, "technician"), undefined],
      );
    });

    it("with a new key carries both, and the proof of the one held", async () => {
      await sync();
      const ticket = await test.depot.ticket(TEST_DEVICE, TEST_URL, { newKey: true });
      const given = ticket.provisioning!;
      assert.deepEqual([ticket.heldKeyEpoch, given.keyEpoch, (await device())?.keyEpoch], [1, 2, 2]);
      assert.equal(decodeKeyFile(nobleHash, given.keyFile)?.keyEpoch, 2);
      assert.deepEqual(given.mac, hmac(nobleHash, keyOf(TEST_DEVICE, 1, "technician"), [given.keyFile]));
      assert.deepEqual(given.technicianKey, keyOf(TEST_DEVICE, 2, "technician"));
      assert.equal(
        (await test.depot.report(TEST_DAY)).devices[0]?.closed,
        true,
        "manifests of the former key are closed",
      );
    });

    it("that was lost is made again without a further epoch, until the handheld syncs under the new key", async () => {
      await sync();
      const first = await test.depot.ticket(TEST_DEVICE, TEST_URL, { newKey: true });
      assert.deepEqual(await test.depot.ticket(TEST_DEVICE, TEST_URL), first);
      await sync();
      const later = await test.depot.ticket(TEST_DEVICE, TEST_URL);
      assert.deepEqual([later.heldKeyEpoch, later.provisioning], [2, undefined]);
    });

    it("is not misled by an old request that comes again under the former key", async () => {
      const handheld = await loadedHandheld(test);
      const old = handheld.seal(handheld.fields());
      await test.depot.ticket(TEST_DEVICE, TEST_URL, { newKey: true });
      await sync();
      await test.depot.handleSync(old);
      assert.equal((await test.depot.ticket(TEST_DEVICE, TEST_URL)).heldKeyEpoch, 2);
    });

    it("with a new key for one that never synced counts on the key that it was given last", async () => {
      const ticket = await test.depot.ticket(TEST_DEVICE, TEST_URL, { newKey: true });
      assert.deepEqual([ticket.heldKeyEpoch, ticket.provisioning?.keyEpoch], [1, 2]);
      assert.deepEqual(ticket.technicianKey, keyOf(TEST_DEVICE, 1, "technician"));
    });

    it("goes by the key that the handheld says it holds", async () => {
      await test.depot.provisionKeyFile(TEST_DEVICE, TEST_URL, { again: true });
      const blank = await test.depot.ticket(TEST_DEVICE, TEST_URL, { heldKeyEpoch: 0 });
      assert.deepEqual(
        [blank.technicianKey, blank.provisioning?.mac, blank.provisioning?.keyEpoch],
        [undefined, undefined, 2],
      );
      const holding = await test.depot.ticket(TEST_DEVICE, TEST_URL, { heldKeyEpoch: 2 });
      assert.deepEqual([holding.heldKeyEpoch, holding.provisioning], [2, undefined]);
      await assert.rejects(test.depot.ticket(TEST_DEVICE, TEST_URL, { heldKeyEpoch: 3 }), fault(916, /3/));
      await assert.rejects(test.depot.ticket(TEST_DEVICE, TEST_URL, { heldKeyEpoch: 3, newKey: true }), fault(916));
      assert.equal((await device())?.keyEpoch, 2, "nothing was raised");
    });

    it("brings a lost handheld back with a new key only", async () => {
      await test.depot.markLost(TEST_DEVICE);
      await assert.rejects(test.depot.ticket(TEST_DEVICE, TEST_URL), fault(917));
      const ticket = await test.depot.ticket(TEST_DEVICE, TEST_URL, { newKey: true });
      assert.deepEqual([ticket.provisioning?.keyEpoch, (await device())?.lost], [2, false]);
    });

    it("is not made for an unknown handheld or an address it cannot store", async () => {
      await assert.rejects(test.depot.ticket(9, TEST_URL), fault(914));
      await assert.rejects(test.depot.ticket(TEST_DEVICE, "https://x", { newKey: true }), fault(901));
      assert.equal((await device())?.keyEpoch, 1);
    });

    it("is read at the bench as it was made, whatever it is for", async () => {
      const tickets = [await test.depot.ticket(TEST_DEVICE, TEST_URL)];
      await sync();
      tickets.push(await test.depot.ticket(TEST_DEVICE, TEST_URL));
      tickets.push(await test.depot.ticket(TEST_DEVICE, TEST_URL, { newKey: true }));
      for (const ticket of tickets) assert.deepEqual(decodeTicket(encodeTicket(ticket)), ticket);
    });
  });
});
