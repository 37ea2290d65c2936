// The depot's part in a hall of docks, for one delivery day. Keys and manifests go straight from the depot to the cable.
import type { Depot } from "../depot/depot.ts";
import type { HallDepot } from "../dock/hall/hall-parts.ts";

/** What `src/dock/hall` asks of a depot. @param day delivery day, days since 1970-01-01; the depot's today if undefined */
export function hallDepot(depot: Depot, day: number | undefined): HallDepot {
  const dayNow = async (): Promise<number> => day ?? (await depot.today());
  return {
    portKey: (device, keyEpoch) => depot.portKey(device, keyEpoch, "dock"),
    sync: (request, device) => depot.handleSync(request, device),
    roundFor: async (device) => depot.roundFor(device, await dayNow()),
    assignRound: async (device, round) => void (await depot.assignRound(device, await dayNow(), round)),
    manifest: async (device, round) => (await depot.manifestFor(device, await dayNow(), round)).bytes,
    arrived: async (device, seen) => void (await depot.dockArrived(device, seen)),
    left: async (device) => void (await depot.dockLeft(device)),
  };
}
