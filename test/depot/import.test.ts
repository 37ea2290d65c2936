// Importing a round: both shapes, and everything that is wrong with files people send. What is refused changes nothing.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDay } from "../../src/depot/calendar.ts";
import { addressLine } from "../../src/depot/round/address-line.ts";
import { readRound } from "../../src/depot/round/read-round.ts";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { checkDigitHolds, trackingFamily } from "../../src/shared/tracking-number.ts";
import {
  ASKED,
  buyerCode,
  DEAR,
  fault,
  importTestRound,
  makeTestDepot,
  ROUND_CSV,
  TEST_DAY,
  type TestDepot,
} from "../support/test-depot.ts";

const HEADER = "tracking,stop,address,value,asked";
const GOOD = "TBA000000000001,1,Via dei Tigli 1,20.00,yes";
const REAL = join(import.meta.dirname, "../../../shared/data/rounds");

/** One route of three stops in the data set's shape; "DC" is the station and has no packages. */
const ROUTE = "RouteID_0a1b2c3d-0000-4000-8000-000000000000";
const PACKAGES = {
  [ROUTE]: {
    AA: { "PackageID_00000000-0000-4000-8000-000000000001": { time_window: null } },
    BB: {
      "PackageID_00000000-0000-4000-8000-000000000002": {},
      "PackageID_00000000-0000-4000-8000-000000000003": {},
    },
    DC: {},
  },
};
const ROUTES = {
  [ROUTE]: {
    station_code: "DXX1",
    date_YYYY_MM_DD: "2018-08-11",
    stops: { AA: { zone_id: "C-1.1A" }, BB: { zone_id: null }, DC: { zone_id: null } },
  },
};
const SEQUENCES = { [ROUTE]: { actual: { DC: 0, BB: 1, AA: 2 } } };

describe("round import", () => {
  let test: TestDepot;
  beforeEach(async () => {
    test = await makeTestDepot();
  });
  afterEach(() => test.end());

  const importCsv = (content: string | Uint8Array, wish = {}): Promise<unknown> =>
    test.depot.importRoundFile(test.file("round.csv", content), { day: TEST_DAY, ...wish });

  describe("from CSV", () => {
    it("takes the round, decides who needs a code, and issues it for the day", async () => {
      const done = await test.depot.importRoundFile(test.file("north.csv", ROUND_CSV), { day: TEST_DAY });
      assert.deepEqual(done, { day: TEST_DAY, name: "north", parcels: 5, stops: 4, codes: 3, adopted: 0 });
      const report = await test.depot.report(TEST_DAY);
      assert.deepEqual(
        report.lines.map((line) => [line.tracking.slice(-1), line.stop, line.needsCode]),
        [
          ["1", 1, true],
          ["2", 2, true],
          ["3", 2, false],
          ["4", 3, true],
          ["5", 4, false],
        ],
      );
      assert.match(await buyerCode(test.depot, ASKED), /^\d{6}$/);
    });

    it("takes a parcel at the threshold as worth a code, one cent below not", async () => {
      const lines = ["TBA000000000001,1,a,100,no", "TBA000000000002,1,a,99.99,no", "TBA000000000003,1,a,100.0,no"];
      await importCsv([HEADER, ...lines].join("\n"));
      const report = await test.depot.report(TEST_DAY);
      assert.deepEqual(
        report.lines.map((line) => line.needsCode),
        [true, false, true],
      );
    });

    it("takes columns in any order, quotes, CRLF, a byte order mark, spaced labels and a day column", async () => {
      const rows = ["day,Asked,value,address,stop,tracking", '2026-11-24,NO,1,"a ""b"", c",7,"tba 0000-0000 0001"'];
      await test.depot.importRoundFile(test.file("round.csv", `\ufeff${rows.join("\r\n")}\r\n\r\n`));
      const [line] = (await test.depot.report(TEST_DAY)).lines;
      assert.deepEqual([line?.tracking, line?.stop], [ASKED, 7]);
    });

    it("writes addresses in ISO 8859-1, cut to 40 characters", () => {
      assert.equal(addressLine("Győri út 5 – Łódź, Straße “x” €"), 'Gyori út 5 - Lódz, Straße "x" EUR');
      assert.equal(addressLine("Cafe\u0301\t日本 \u0007"), "Café ?? ?");
      assert.equal(addressLine("x".repeat(60)).length, 40);
    });

    const long = "A".repeat(35);
    const many = Array.from({ length: 513 }, (_, i) => `TBA${String(i).padStart(12, "0")},1,a,1,no`);
    const refused: [name: string, content: string | Uint8Array, number: number, message: RegExp, wish?: object][] = [
      ["a missing column", "tracking,stop,address,value\nX,1,a,1", 907, /line 1: column "asked" is missing/],
      ["an extra column", `${HEADER},recipient\n${GOOD},Anna`, 907, /line 1: column "recipient" is not known/],
      ["a doubled column", `${HEADER},stop\n${GOOD},1`, 907, /"stop" stands there twice/],
      ["another separator", `${HEADER.replaceAll(",", ";")}\n${GOOD}`, 907, /not known/],
      ["a line with a field too few", `${HEADER}\n${GOOD}\nTBA000000000002,1,a,1`, 907, /line 3: 4 fields/],
      ["a line with a field too many", `${HEADER}\n${GOOD},x`, 907, /line 2: 6 fields/],
      [
        "ISO 8859-1",
        Buffer.from(`${HEADER}\nTBA000000000001,1,Stra\xdfe,1,no`, "latin1"),
        906,
        /line 2, byte 23: not UTF-8/,
      ],
      ["UTF-16", Buffer.from(`\ufeff${HEADER}`, "utf16le"), 906, /line 1, byte 1: /],
      ["a cut character", Buffer.from([...Buffer.from(`${HEADER}\n`), 0xc5]), 906, /line 2, byte 1: /],
      ["a broken quotation", `${HEADER}\nTBA000000000001,1,"a,1,no`, 905, /not CSV/],
      [
        "the same parcel twice",
        `${HEADER}\n${GOOD}\n${GOOD}`,
        909,
        /line 3: parcel TBA000000000001 stands in .*line 2/,
      ],
      ["one parcel in two spellings", `${HEADER}\n${GOOD}\ntba 000000-000001,1,a,1,no`, 909, /line 3/],
      ["a failed check digit", `${HEADER}\nRR123456789IT,1,a,1,no`, 908, /line 2, column "tracking": the check digit/],
      ["an empty tracking number", `${HEADER}\n-,1,a,1,no`, 908, /column "tracking": .*empty/],
      ["letters no label has", `${HEADER}\nTBÄ1,1,a,1,no`, 908, /letters that no label has/],
      ["a tracking number too long", `${HEADER}\n${long},1,a,1,no`, 908, /longer than 34/],
      ["more than 512 parcels", [HEADER, ...many].join("\n"), 910, /513 parcels; a round has at most 512/],
      ["an empty file", "", 911, /empty/],
      ["a file of white space", "\n\n", 911, /empty/],
      ["a header alone", `${HEADER}\n`, 911, /no parcels/],
      ["two days mixed", `${HEADER},day\n${GOOD},2026-11-24\nTBA1,1,a,1,no,2026-11-25`, 912, /line 3, column "day"/],
      ["another day than --day", `${HEADER},day\n${GOOD},2026-11-25`, 912, /line 2.*2026-11-24/],
      ["no day at all", `${HEADER}\n${GOOD}`, 912, /which day/, { day: undefined }],
      ["a day that does not exist", `${HEADER},day\n${GOOD},2026-02-30`, 908, /column "day": "2026-02-30"/],
      ["stop 0", `${HEADER}\nX1,0,a,1,no`, 908, /line 2, column "stop": "0"/],
      ["stop 65536", `${HEADER}\nX1,65536,a,1,no`, 908, /column "stop"/],
      ["a stop that is no number", `${HEADER}\nX1,1a,a,1,no`, 908, /column "stop": "1a"/],
      ["a stop with a sign", `${HEADER}\nX1,-1,a,1,no`, 908, /column "stop"/],
      ["a value with a comma", `${HEADER}\nX1,1,a,"1,50",no`, 908, /column "value": "1,50"/],
      ["a negative value", `${HEADER}\nX1,1,a,-1,no`, 908, /column "value"/],
      ["a value with three decimals", `${HEADER}\nX1,1,a,1.505,no`, 908, /column "value"/],
      ["no value", `${HEADER}\nX1,1,a,,no`, 908, /column "value"/],
      ["asked: perhaps", `${HEADER}\nX1,1,a,1,perhaps`, 908, /column "asked": "perhaps"/],
      ["a name of nothing", `${HEADER}\n${GOOD}`, 901, /name is empty/, { name: "  " }],
    ];
    for (const [name, content, number, message, wish] of refused) {
      it(`refuses ${name}, and changes nothing`, async () => {
        await assert.rejects(importCsv(content, wish), fault(number, message));
        const report = await test.depot.report(TEST_DAY);
        assert.deepEqual([report.parcels, report.rounds.length], [0, 0]);
        await importTestRound(test);
        assert.equal((await test.depot.report(TEST_DAY)).parcels, 5);
      });
    }

    it("refuses a file that is not there", async () => {
      await assert.rejects(test.depot.importRoundFile("/nowhere/x.csv", { day: TEST_DAY }), fault(905, /ENOENT/));
    });

    it("refuses a round imported before, and a parcel that is on that day already", async () => {
      await importTestRound(test);
      await assert.rejects(importTestRound(test), fault(913, /R1/));
      const other = importTestRound(test, TEST_DAY, "R2", `${HEADER}\nTBA000000000009,1,a,1,yes\n${GOOD}\n`);
      await assert.rejects(other, fault(909, /TBA000000000001 is on 2026-11-24 already, in round "R1"/));
      const report = await test.depot.report(TEST_DAY);
      assert.deepEqual([report.parcels, report.rounds.length], [5, 1]);
    });

    it("takes the same number again on another day, as another parcel with another code", async () => {
      await importTestRound(test);
      await importTestRound(test, TEST_DAY + 60);
      assert.equal((await test.depot.report(TEST_DAY)).parcels, 5);
      assert.equal((await test.depot.report(TEST_DAY + 60)).parcels, 5);
      assert.equal((await test.depot.track(DEAR, TEST_DAY)).deliveryDay, "2026-11-24");
      assert.equal((await test.depot.track(DEAR)).deliveryDay, "2027-01-23");
      assert.match(await buyerCode(test.depot, DEAR, TEST_DAY), /^\d{6}$/);
    });
  });

  describe("from the data set's JSON shape", () => {
    const writeSet = (
      packages: unknown = PACKAGES,
      routes: unknown = ROUTES,
      sequences: unknown = SEQUENCES,
    ): string => {
      test.file("route_data.json", JSON.stringify(routes));
      test.file("actual_sequences.json", JSON.stringify(sequences));
      return test.file("package_data.json", JSON.stringify(packages));
    };

    it("numbers stops in the order driven, and makes up the rest the same way each time", async () => {
      const path = writeSet();
      const read = () => readRound(nobleHash, path, { day: undefined, name: undefined, route: undefined }, 10_000);
      const round = read();
      assert.deepEqual(read(), round);
      assert.deepEqual([round.day, round.name], [parseDay("2018-08-11"), "DXX1-0a1b2c3d"]);
      assert.deepEqual(
        round.parcels.map((parcel) => parcel.stop),
        [1, 1, 2],
      );
      assert.match(round.parcels[2]?.address ?? "", /^\d+ .*\(C-1\.1A AA\)$/);
      assert.equal(round.parcels[0]?.address, round.parcels[1]?.address, "one stop, one door");
    });

    it("takes the directory, --day and --route", async () => {
      const path = writeSet();
      const wish = { day: TEST_DAY, route: "0a1b", name: "J" };
      const done = await test.depot.importRoundFile(dirname(path), wish);
      assert.deepEqual([done.day, done.name, done.parcels, done.stops], [TEST_DAY, "J", 3, 2]);
    });

    it("does without the other two files when --day is given", async () => {
      const path = test.file("other.json", JSON.stringify(PACKAGES));
      assert.equal((await test.depot.importRoundFile(path, { day: TEST_DAY })).stops, 2);
      await assert.rejects(test.depot.importRoundFile(path, { name: "again" }), fault(912));
    });

    const two = { ...PACKAGES, RouteID_other: PACKAGES[ROUTE] };
    const cases: [name: string, files: unknown[], number: number, message: RegExp, route?: string][] = [
      ["several routes and none named", [two], 905, /2 routes fit; name one with --route: .*RouteID_other/],
      ["a route that is not in it", [PACKAGES], 905, /no route zzz/, "zzz"],
      ["no route", [{}], 911, /no route/],
      ["a list instead of an object", [[]], 905, /object was expected/],
      ["a stop that is no object", [{ [ROUTE]: { AA: 5 } }], 905, /stop AA: an object/],
      ["a route without packages", [{ [ROUTE]: { DC: {} } }], 911, /no parcels/],
      ["a stop missing in the order", [PACKAGES, ROUTES, { [ROUTE]: { actual: { AA: 1 } } }], 908, /stop BB/],
    ];
    for (const [name, [packages, routes, sequences], number, message, route] of cases) {
      it(`refuses ${name}`, async () => {
        const path = writeSet(packages, routes, sequences);
        const wish = route === undefined ? {} : { route };
        await assert.rejects(test.depot.importRoundFile(path, wish), fault(number, message));
      });
    }

    it("refuses what is not JSON, or not UTF-8", async () => {
      await assert.rejects(test.depot.importRoundFile(test.file("a.json", "{")), fault(905, /a\.json: not JSON/));
      const bytes = Buffer.from('{"\xff": 1}', "latin1");
      await assert.rejects(test.depot.importRoundFile(test.file("b.json", bytes)), fault(906, /line 1, byte 3/));
    });

    it("refuses more than 512 packages", async () => {
      const stop = Object.fromEntries(Array.from({ length: 513 }, (_, i) => [`PackageID_${i}`, {}]));
      const path = writeSet({ [ROUTE]: { AA: stop } });
      await assert.rejects(test.depot.importRoundFile(path), fault(910));
    });

    it("makes up labels of every family, with their check digits, one in four dear", async () => {
      const stop = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`PackageID_${i}`, {}]));
      const path = writeSet({ [ROUTE]: { AA: stop } });
      const wish = { day: undefined, name: undefined, route: undefined };
      const { parcels } = readRound(nobleHash, path, wish, 10_000);
      const families = new Set(parcels.map((parcel) => trackingFamily(parcel.tracking)));
      assert.deepEqual([...families].sort(), [1, 2, 3, 4, 5, 6]);
      assert.ok(parcels.every((parcel) => checkDigitHolds(parcel.tracking)));
      const dear = parcels.filter((parcel) => parcel.value_cents >= 10_000).length;
      assert.ok(dear > 70 && dear < 130, `${dear} of 400`);
    });

    it("takes the real rounds, where they are present", async function () {
      if (!existsSync(REAL)) return this.skip();
      const sizes: [route: string, parcels: number, stops: number][] = [
        ["15baae2d", 287, 192],
        ["7f5d87f0", 253, 181],
        ["2b8df66d", 248, 132],
      ];
      for (const [route, parcels, stops] of sizes) {
        const done = await test.depot.importRoundFile(REAL, { route, day: TEST_DAY });
        assert.deepEqual([done.parcels, done.stops], [parcels, stops]);
        assert.ok(done.codes > parcels / 8 && done.codes < parcels / 2.5, `${done.codes} of ${parcels}`);
      }
    });
  });
});
