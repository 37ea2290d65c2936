// A whole simulated board from a host: inputs are wired to the host's `ready`, outputs go to the host.
import type { Board } from "../contract/board.ts";
import type { Clock, Timer } from "../contract/clock.ts";
import type { Link } from "../contract/link.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import {
  ANSWER_BIT,
  answerData,
  Command,
  encodeFrame,
  FRAME_SILENCE_MS,
  FrameReader,
} from "../../src/shared/wire/service-frame.ts";
import { concatBytes, latin1Bytes, latin1Text } from "../../src/shared/wire/bytes.ts";
import { LineJoiner } from "../portable/line-joiner.ts";
import { StorageFlash } from "../portable/storage-flash.ts";
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
  return new StorageFlash(new SimStorage(chip), {
    start: 0,
    bytes: chip.bytes,
    pageBytes: chip.pageBytes,
    read: (length, address) => chip.readBytes(address, length),
    write: (data, address) => chip.program(address, data),
    erase: (address) => chip.erasePage(address),
    toBytes: latin1Bytes,
    toText: (bytes) => latin1Text(bytes, 0, bytes.length),
  });
}

/** Answers each frame in a piece of the service port's stream. */
function answerFrames(
  hash: Hash,
  reader: FrameReader,
  bytes: Uint8Array,
  answer: (command: number, data: Uint8Array) => Uint8Array,
): Uint8Array {
  const answers: Uint8Array[] = [];
  for (const frame of reader.push(bytes)) {
    answers.push(encodeFrame(hash, frame.command | ANSWER_BIT, answer(frame.command, frame.data)));
  }
  return concatBytes(answers);
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
  const reader = new FrameReader(hash);
  let screen = (): string => "";
  return {
    name: "sim",
    parcelsMax: parcelsMax,
    clock: clock,
    display: new SimDisplay(host),
    entropy: { random: (length) => host.random(length) },
    flash: simFlash(host.chip),
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
      onCommand: (answer) => {
        let silence: Timer | undefined;
        inputs.service = (bytes) => {
          if (silence) silence.cancel();
          silence = clock.after(FRAME_SILENCE_MS, () => reader.reset());
          return answerFrames(hash, reader, bytes, (command, data) =>
            command === Command.Screen ? answerData(FaultNumber.None, latin1Bytes(screen())) : answer(command, data),
          );
        };
      },
    },
    sounder: { play: (tone) => host.play(tone) },
    offerScreen: (read) => {
      screen = read;
    },
    started: () => host.ready(inputs),
  };
}
