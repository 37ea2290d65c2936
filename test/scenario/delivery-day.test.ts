// A courier's whole day on the simulated handheld, against a real depot process; the same as on the real interpreter.
import { loadFromDepot } from "../../src/cli/load-from-depot.ts";
import { parseDay } from "../../src/depot/calendar.ts";
import { BenchHandheld } from "../../src/dock/bench-handheld.ts";
import { ServiceStream } from "../../src/simulator/service-stream.ts";
import { SimulatedHandheld } from "../../src/simulator/simulated-handheld.ts";
import { nodeHash } from "../support/node-hash.ts";
import { simBundle } from "../support/sim-bundle.ts";
import { deliveryDay, DEVICE } from "./delivery-day.ts";
import { DepotProcess, localDay, noonZone } from "./depot-process.ts";
import type { Door } from "./door.ts";
import { importRound } from "./round.ts";

function simulatedDoor(handheld: SimulatedHandheld): Door {
  const bench = new BenchHandheld(new ServiceStream(handheld), nodeHash);
  return {
    press: (key) => Promise.resolve(handheld.press(key)),
    type: (digits) => Promise.resolve(handheld.type(digits)),
    scan: (label) => Promise.resolve(handheld.scan(`${label}\r`)),
    scanRaw: (raw) => Promise.resolve(handheld.scan(raw)),
    screen: () => bench.screen(),
    link: (up) => Promise.resolve(handheld.setLink(up)),
    cutPower: () => Promise.resolve(handheld.boot()),
  };
}

describe("a delivery day on the simulated handheld", function () {
  this.timeout(180_000);
  const depot = new DepotProcess();
  let handheld: SimulatedHandheld | undefined;
  after(async () => {
    handheld?.cutPower();
    await depot.remove();
  });

  it("gives every verdict and ends with books that agree with an independent tally", async () => {
    await depot.parola("init", "--name", "Test depot", "--timezone", noonZone());
    await depot.parola("device", "add", String(DEVICE));
    await importRound(depot, localDay());
    await depot.serve();
    const simulated = new SimulatedHandheld({ bundle: simBundle() });
    handheld = simulated;
    simulated.boot();
    const load = async (day: string): Promise<string> => {
      const wish = { device: DEVICE, day: parseDay(day), depotUrl: depot.url, maintenance: true };
      return (await loadFromDepot(await depot.books(), simulated.plugIn(), wish)).words;
    };
    await deliveryDay({ door: simulatedDoor(simulated), depot, load, say: () => undefined });
  });
});
