// A hall with scripted handhelds on fake ports and a depot made up for the test. What happens is told, and can be awaited.
import { Hall } from "../../../src/dock/hall/hall.ts";
import type { HallEvent } from "../../../src/dock/hall/hall-event.ts";
import {
  type DockSeen,
  HALL_TIMES,
  type HallDepot,
  type HallOptions,
  type HallParts,
} from "../../../src/dock/hall/hall-parts.ts";
import type { ByteStream } from "../../../src/dock/byte-stream.ts";
import { DockError } from "../../../src/dock/dock-error.ts";
import { loadHandheld } from "../../../src/dock/load-handheld.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { ScriptedHandheld } from "../../support/scripted-handheld.ts";
import { sealRound, testKey } from "../../support/test-round.ts";

const MANIFEST = sealRound({
  parcels: Array.from({ length: 60 }, (_, i) => ({ tracking: `TBA${String(i).padStart(12, "0")}` })),
}).bytes;

/** A depot whose rounds and devices are lists. */
export class ListDepot implements HallDepot {
  /** Devices it knows. */
  readonly known = new Set<number>();
  /** Rounds by device, as assigned. */
  readonly assigned = new Map<number, string>();
  /** Rounds that are nobody's. */
  readonly free: string[] = [];
  /** "arrived 7", "left 7", "manifest 7 R1", in order. */
  readonly log: string[] = [];
  readonly seen = new Map<number, DockSeen>();
  /** Thrown by manifest. */
  refusal: Error | undefined;
  manifestBytes = MANIFEST;

  portKey(device: number): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.known.has(device) ? testKey("dock") : undefined);
  }

  sync(_request: Uint8Array, device: number): Promise<Uint8Array> {
    this.log.push(`sync ${device}`);
    return Promise.resolve(new Uint8Array(10));
  }

  roundFor(device: number): Promise<{ round: string; how: "its own" | "free" } | undefined> {
    const own = this.assigned.get(device);
    if (own !== undefined) return Promise.resolve({ round: own, how: "its own" });
    const [free] = this.free;
    return Promise.resolve(free === undefined ? undefined : { round: free, how: "free" });
  }

  assignRound(device: number, round: string): Promise<void> {
    if (!this.free.includes(round)) return Promise.reject(new Error(`${round} is another's`));
    this.free.splice(this.free.indexOf(round), 1);
    this.assigned.set(device, round);
    return Promise.resolve();
  }

  manifest(device: number, round: string): Promise<Uint8Array> {
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    this.log.push(`manifest ${device} ${round}`);
    return Promise.resolve(this.manifestBytes);
  }

  arrived(device: number, seen: DockSeen): Promise<void> {
    this.log.push(`arrived ${device}`);
    this.seen.set(device, seen);
    return Promise.resolve();
  }

  left(device: number): Promise<void> {
    this.log.push(`left ${device}`);
    return Promise.resolve();
  }
}

/** What a rig is made with. */
export interface RigWish {
  options?: Partial<HallOptions>;
  ask?: HallParts["ask"];
  load?: HallParts["load"];
}

/** The rig. */
export class HallRig {
  readonly depot = new ListDepot();
  readonly events: HallEvent[] = [];
  readonly hall: Hall;
  /** What is plugged into each port: a handheld, or what opening it brings. */
  readonly plugged = new Map<string, ScriptedHandheld | (() => Promise<ByteStream>)>();
  private readonly waiting = new Set<() => void>();
  private looking: NodeJS.Timeout | undefined;

  constructor(wish: RigWish = {}) {
    const parts: HallParts = {
      hash: nodeHash,
      depot: this.depot,
      open: (address) => this.open(address),
      tell: (event) => {
        this.events.push(event);
        for (const look of [...this.waiting]) look();
      },
      ask: wish.ask,
      load: wish.load ?? loadHandheld,
    };
    this.hall = new Hall(parts, {
      assignFree: false,
      maintenance: false,
      resultsOnly: false,
      once: false,
      retried: new Set(),
      times: { ...HALL_TIMES, look_ms: 5, heartbeat_ms: 5, replug_ms: 1, retry_ms: 5 },
      ...wish.options,
    });
  }

  /** A handheld of a number in a port; known to the depot, with a round unless that is "". */
  plug(port: string, device: number, round = "R1"): ScriptedHandheld {
    const handheld = new ScriptedHandheld();
    handheld.hello.device = device;
    this.depot.known.add(device);
    if (round !== "") this.depot.assigned.set(device, round);
    this.plugged.set(port, handheld);
    return handheld;
  }

  /** Looks at the ports now and again, as the watch does, until {@link end}. */
  watch(): void {
    this.hall.present([...this.plugged.keys()]);
    this.looking = setInterval(() => this.hall.present([...this.plugged.keys()]), 2);
  }

  /** Takes a handheld out of its port. */
  pull(port: string): void {
    const there = this.plugged.get(port);
    this.plugged.delete(port);
    if (there instanceof ScriptedHandheld) there.stream.endWith("unplugged");
  }

  async end(): Promise<void> {
    clearInterval(this.looking);
    await this.hall.stop();
  }

  /** The first event that fits, among those told and those to come. */
  told(fits: (event: HallEvent) => boolean): Promise<HallEvent> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.events.find(fits);
        if (found === undefined) return;
        this.waiting.delete(look);
        resolve(found);
      };
      this.waiting.add(look);
      look();
    });
  }

  /** The first verdict of a port from event number `from` on. */
  verdict(port: string, from = 0): Promise<HallEvent> {
    return this.told((event) => event.port === port && event.at === "verdict" && this.events.indexOf(event) >= from);
  }

  private open(address: string): Promise<ByteStream> {
    const there = this.plugged.get(address);
    if (there === undefined) return Promise.reject(new DockError("unreachable", `no port ${address}`));
    return there instanceof ScriptedHandheld ? Promise.resolve(there.plugIn()) : there();
  }
}
