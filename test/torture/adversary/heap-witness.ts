// Run by nothing-of-the-digits.test.ts in a process of its own: types digits at a handheld and looks for them in the whole
// heap, while they are being typed (they must be there) and when the verdict has been drawn. Prints both counts as JSON.
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { getHeapSnapshot } from "node:v8";
import { Key } from "../../../hal/contract/keypad.ts";
import { sealRound, testKeyFile } from "../../support/test-round.ts";
import { Handset } from "./handset.ts";

const LABEL = "TBA100000000001";
const RIGHT = "777777";

/** The digits, from arguments that do not spell them: 3,1,4,1,5,9. */
const typed = (process.argv[2] ?? "").split(",").map(Number);

/** Where a snapshot's strings begin; before them stand numbers only. */
const STRINGS = Buffer.from('"strings":[');

/** How often the digits stand in the strings of the heap; what counts them holds none. */
async function countInHeap(): Promise<number> {
  const digits = Buffer.from(typed.map((digit) => 0x30 + digit));
  let found = 0;
  let isInStrings = false;
  let tail: Buffer = Buffer.alloc(0);
  const search = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      const bytes = Buffer.concat([tail, chunk]);
      const start = isInStrings ? 0 : bytes.indexOf(STRINGS);
      isInStrings ||= start >= 0;
      for (let at = start; isInStrings && at >= 0; at = bytes.indexOf(digits, at + 1)) {
        if (digits.compare(bytes, at, at + digits.length) === 0) found++;
      }
      tail = bytes.subarray(-Math.max(STRINGS.length, digits.length) + 1);
      if (isInStrings) tail = tail.subarray(-digits.length + 1);
      done();
    },
  });
  await pipeline(getHeapSnapshot(), search);
  return found;
}

async function main(): Promise<void> {
  const handset = new Handset(new Map([["key", testKeyFile()]]));
  const fault = handset.load(sealRound({ parcels: [{ tracking: LABEL, code: RIGHT }] }).bytes);
  if (fault !== 0) throw new Error(`the round does not load: F${fault}`);
  handset.scan(LABEL);
  handset.press(Key.Enter);
  for (const digit of typed) handset.host.inputs!.key(digit);
  const during = await countInHeap();
  handset.press(Key.Enter);
  const verdict = handset.title();
  const after = await countInHeap();
  process.stdout.write(JSON.stringify({ during, verdict, after }));
}

await main();
