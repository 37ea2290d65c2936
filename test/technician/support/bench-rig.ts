// A bench for tests: the built firmware in a simulated handheld, the real frame client on its cable, tickets from the
// tests' own keys, time in the test's hands. `tamper` changes what the handheld answers, as a broken part would.
import { hmac } from "../../../src/shared/crypto/hmac.ts";
import { FrameClient } from "../../../src/dock/frame-client.ts";
import type { Ticket } from "../../../src/shared/ticket.ts";
import { ManualClock } from "../../../src/simulator/handheld-clock.ts";
import { SimulatedHandheld } from "../../../src/simulator/simulated-handheld.ts";
import { ClientPort } from "../../../src/technician/client-port.ts";
import type { SelfTestWish, TestSurroundings } from "../../../src/technician/self-test-wish.ts";
import type { StepOutcome } from "../../../src/technician/step-report.ts";
import type { TechnicianIdentity, TechnicianPort } from "../../../src/technician/technician-port.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { simBundle } from "../../support/sim-bundle.ts";
import { DEPOT_URL, DEVICE, NOON_S, testKey, testKeyFile } from "../../support/test-round.ts";

/** An answer on its way to the bench. */
export interface Answer {
  fault: number;
  data: Uint8Array;
}

/** Changes an answer; returns the one to give. */
export type Tamper = (command: number, sent: Uint8Array, answer: Answer) => Answer;

/** Different bytes each time, always the same in the same test. */
function countingRandom(): (length: number) => Uint8Array {
  let drawn = 0;
  return (length) => {
    drawn++;
    return Uint8Array.from({ length }, (_, i) => (drawn * 41 + i * 7) & 0xff);
  };
}

/** A ticket of the tests' keys. */
export function testTicket(held: number, next?: number, device = DEVICE): Ticket {
  const ticket: Ticket = { device, label: "van <4> & Söhne", depotUrl: DEPOT_URL, heldKeyEpoch: held };
  if (held > 0) ticket.technicianKey = testKey("technician", device, held);
  if (next !== undefined) {
    const keyFile = testKeyFile(device, next);
    ticket.provisioning = { keyEpoch: next, keyFile, technicianKey: testKey("technician", device, next) };
    if (held > 0) ticket.provisioning.mac = hmac(nodeHash, ticket.technicianKey!, [keyFile]);
  }
  return ticket;
}

/** One handheld and its cable. */
export class BenchRig implements TechnicianPort {
  readonly clock = new ManualClock(NOON_S);
  readonly handheld = new SimulatedHandheld({ bundle: simBundle(), clock: this.clock });
  readonly outcomes: StepOutcome[] = [];
  /** Commands that went out. */
  readonly commands: number[] = [];
  tamper: Tamper = (_command, _sent, answer) => answer;
  readonly surroundings: TestSurroundings = {
    now_ms: () => this.clock.now_ms(),
    pause: (delay_ms) => Promise.resolve(this.clock.advance(delay_ms)),
    random: countingRandom(),
  };
  private port: ClientPort;

  constructor() {
    this.handheld.boot();
    this.clock.advance(10);
    this.port = this.plugIn();
  }

  /** A new cable. */
  plugIn(): ClientPort {
    this.port = new ClientPort(new FrameClient(this.handheld.plugIn(), nodeHash), this.surroundings.random);
    return this.port;
  }

  readonly report = (outcome: StepOutcome): void => void this.outcomes.push(outcome);

  /** Steps and their faults. */
  get faults(): (readonly [string, number])[] {
    return this.outcomes.map(({ step, fault }) => [step, fault] as const);
  }

  /** Words of a step that ran. */
  words(step: string): string {
    return this.outcomes.find((outcome) => outcome.step === step)?.words ?? `no step ${step}`;
  }

  /** A wish for a self-test through the bench's commands. */
  testWish(wish: Partial<SelfTestWish> = {}): SelfTestWish {
    const { surroundings } = this;
    return { hands: "bench", without: [], surroundings, ownLabel: "PAROLA-7", patience_ms: 2000, ...wish };
  }

  async request(command: number, data?: Uint8Array): Promise<Answer> {
    this.commands.push(command);
    const sent = data ?? new Uint8Array(0);
    return this.tamper(command, sent, await this.port.request(command, data));
  }

  openSession(identity: TechnicianIdentity): Promise<void> {
    return this.port.openSession(identity);
  }

  endSession(): void {
    this.port.endSession();
  }

  close(): void {
    this.port.close();
  }
}
