// A whole simulated board from a host: inputs are wired to the host's `ready`, outputs go to the host.
import type { Board } from "../contract/board.ts";
import type { Clock } from "../contract/clock.ts";
import type { Link } from "../contract/link.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { Command } from "../../src/shared/wire/service-frame.ts";
import { concatBytes, latin1Bytes, latin1Text } from "../../src/shared/wire/bytes.ts";
import { NobleHash } from "../portable/noble-hash.ts";
import { LineJoiner } from "../portable/line-joiner.ts";
import { StorageFlash, type StorageGround } from "../portable/storage-flash.ts";
import type { Hash } from "../contract/hash.ts";
import type { FlashChip, SimHost, SimInputs } from "./host.ts";
import { SimDisplay } from "./sim-display.ts";
import { SimStorage } from "./sim-storage.ts";

function simClock(host: SimHost): Clock {
  return {
    now_s: () => host.now_s(),
    adjust: (now_s) => host.setClock(now_s),
    isSet: () => host.clockIsSet(),
    after: (delay_ms, then) => ({ cancel: host.after(delay_ms, then) }),
  };
}

function simLink(host: SimHost, onUp: (up: () => void) => void): Link {
  return {
    isUp: () => host.linkIsUp(),
    onUp: onUp,
    post: (url, body, done) => {
      host.post(url, body, (status, reply) => {
        const fault = status === 200 ? FaultNumber.None : FaultNumber.SyncRefused;
        done(status === 0 ? FaultNumber.SyncUnreachable : fault, reply);
      });
    },
  };
}

/** The driver of the interpreter's Storage over a simulated one; made anew, Storage starts anew. */
export function simFlash(chip: FlashChip): StorageFlash {
  return new StorageFlash(new SimStorage(chip), groundOf(chip));
}

function groundOf(chip: FlashChip): StorageGround {
  return {
    start: 0,
    bytes: chip.bytes,
    pageBytes: chip.pageBytes,
    read: (length, address) => chip.readBytes(address, length),
    write: (data, address) => chip.program(address, data),
    erase: (address) => chip.erasePage(address),
    toBytes: latin1Bytes,
    toText: (bytes) => latin1Text(bytes, 0, bytes.length),
    crc32: (text) => new NobleHash().crc32(latin1Bytes(text)),
  };
}

/** Builds the board; the host gets its inputs once the app listens. */
export function simBoard(host: SimHost, hash: Hash, parcelsMax: number): Board {
  const inputs: SimInputs = {
    key: () => undefined,
    scan: () => undefined,
    service: () => new Uint8Array(0),
    linkUp: () => undefined,
  };
  const clock = simClock(host);
  let said: Uint8Array[] = [];
  return {
    name: "sim",
    parcelsMax: parcelsMax,
    clock: clock,
    display: new SimDisplay(host),
    entropy: { random: (length) => host.random(length) },
    flash: simFlash(host.chip),
    ground: groundOf(host.chip),
    hash: hash,
    keypad: {
      onKey: (pressed) => {
        inputs.key = pressed;
      },
    },
    link: simLink(host, (up) => {
      inputs.linkUp = up;
    }),
    power: { battery: () => host.battery(), isDocked: () => host.isDocked() },
    scanner: {
      onScan: (scanned) => {
        const joiner = new LineJoiner(clock, scanned);
        inputs.scan = (raw) => joiner.push(raw);
      },
    },
    service: {
      onConnect: (connect) => {
        const take = connect((bytes) => said.push(bytes));
        inputs.service = (bytes) => {
          take(bytes);
          const answers = concatBytes(said);
          said = [];
          return answers;
        };
      },
    },
    sounder: { play: (tone) => host.play(tone) },
    about: () => "simulated",
    bench: (command, data, screen) => benchAnswer(inputs, command, data, screen),
    openConsole: (open) => {
      if (host.openConsole) host.openConsole(open);
    },
    reboot: () => {
      if (host.reboot) host.reboot();
    },
    started: () => host.ready(inputs),
  };
}

/** The bench's commands that a simulated board knows: its keys, labels and screen. */
function benchAnswer(inputs: SimInputs, command: number, data: Uint8Array, screen: string): Uint8Array | FaultNumber {
  switch (command) {
    case Command.Key:
      if (data.length !== 1 || data[0] > 15) return FaultNumber.DockBadFrame;
      inputs.key(data[0]);
      return FaultNumber.None;
    case Command.Scan:
      inputs.scan(latin1Text(data, 0, data.length));
      return FaultNumber.None;
    case Command.Screen:
      return latin1Bytes(screen);
    default:
      return FaultNumber.DockUnknownCommand;
  }
}
