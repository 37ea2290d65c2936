// The whole firmware from source on a test's host, without a bundle: quick to start, for walks over all screens.
import { Handheld } from "../../firmware/app/handheld.ts";
import { Key } from "../../hal/contract/keypad.ts";
import { simBoard } from "../../hal/sim/sim-board.ts";
import { latin1Text } from "../../src/shared/wire/bytes.ts";
import { Command } from "../../src/shared/wire/service-frame.ts";
import { DockHand } from "./dock-hand.ts";
import { nodeHash } from "./node-hash.ts";
import { TestHost } from "./test-host.ts";
import { NOON_S } from "./test-round.ts";

const GUARD_MS = 500;

/** A view, as the service port tells it. */
export interface SeenView {
  title: string;
  big: string;
  lines: string[];
  hint: string;
}

/** A running handheld. */
export class UnitHandheld {
  readonly host: TestHost;
  private readonly hand = new DockHand((bytes) => this.host.inputs!.service(bytes));

  constructor(image: Uint8Array, clockIsSet = true, start_s = NOON_S) {
    this.host = new TestHost(image, start_s);
    if (clockIsSet) this.host.setClock(start_s);
    new Handheld(simBoard(this.host, nodeHash, 512)).start();
    this.wait(10);
  }

  wait(ms: number): void {
    this.host.clock.advance(ms);
  }

  /** Presses keys, each after any guard. */
  press(...keys: Key[]): void {
    for (const key of keys) {
      this.host.inputs!.key(key);
      this.wait(GUARD_MS);
    }
  }

  type(digits: string): void {
    for (const digit of digits) this.host.inputs!.key(Number(digit));
  }

  scan(label: string): void {
    this.host.inputs!.scan(`${label}\r`);
    this.wait(GUARD_MS);
  }

  view(): SeenView {
    const { fault, data } = this.hand.open(Command.Screen);
    if (fault !== 0) throw new Error("no screen");
    const lines = latin1Text(data, 0, data.length).split("\n");
    return { title: lines[0]!, big: lines[1]!, lines: lines.slice(2, -1), hint: lines.at(-1)! };
  }

  isIdle(): boolean {
    return this.view().title.startsWith("PAROLA");
  }

  /** Presses Back until idle; how often, or −1 when it does not get there. */
  backToIdle(): number {
    for (let turn = 0; turn <= 25; turn++) {
      if (this.isIdle()) return turn;
      this.press(Key.Back);
    }
    return -1;
  }
}
