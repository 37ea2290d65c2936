// Mutants made by hand: each breaks one of the orders and checks that the two promises stand on, in a way that no tool
// makes up. Each names the unit test that must fail.

/** One change of a source, and the test that must notice. */
export interface HandMade {
  /** What was done to the source. */
  readonly name: string;
  readonly file: string;
  /** Text that occurs once in the file, and what takes its place. */
  readonly from: string;
  readonly to: string;
  readonly test: string;
  /** Title of a test in it that must fail. */
  readonly fails: string;
}

const DOOR = "firmware/app/door/door-check.ts";
const ORDER = "test/firmware/door/order.test.ts";

const COUNT = `    const counted = this.day_.ledger.countTry(code.row, spent.tries + 1);
    if (counted !== FaultNumber.None) return this.stop_(counted);
`;
const HASH = `    const digest = codeDigest(this.board_.hash, code.salt, digits);
`;
const RECORD_AND_MARK = `    const fault =
      this.recorder_.write(this.entry_(RecordType.Accepted, parcel, code, proof), -1) ||
      this.day_.ledger.accept(code.row);
`;
const WRITE_THEN_SHOW = `  const fault = services.recorder.write(entry, parcel.index);
  if (fault === FaultNumber.None) return shell.show(noticeScreen(shell, big, parcel.tracking, tone));
`;

/** Those of the handheld. */
const ON_THE_HANDHELD: readonly HandMade[] = [
  {
    name: "the try is counted after the comparison",
    file: DOOR,
    from: `${COUNT}${HASH}    return tagOf(digest, code.tagBits) === code.tag
`,
    to: `${HASH}    const isRight = tagOf(digest, code.tagBits) === code.tag;
${COUNT}    return isRight
`,
    test: ORDER,
    fails: "counts a try with right digits in flash before they are hashed, in one block, once",
  },
  {
    name: "the verdict is given before the record",
    file: DOOR,
    from: `${RECORD_AND_MARK}    return fault === FaultNumber.None ? verdict(VerdictKind.Accepted) : this.stop_(fault);
`,
    to: `    this.board_.clock.after(1, () => {
${RECORD_AND_MARK}      if (fault !== FaultNumber.None) this.stop_(fault);
    });
    return verdict(VerdictKind.Accepted);
`,
    test: "test/firmware/screens/record-first.test.ts",
    fails: "as accepted is recorded and spent by then",
  },
  {
    name: "a handover is shown before its record",
    file: "firmware/app/screens/handover.screen.ts",
    from: WRITE_THEN_SHOW,
    to: `  shell.show(noticeScreen(shell, big, parcel.tracking, tone));
  const fault = services.recorder.write(entry, parcel.index);
  if (fault === FaultNumber.None) return;
`,
    test: "test/firmware/screens/record-first.test.ts",
    fails: "as handed over, not delivered or taken back is recorded by then",
  },
  {
    name: "the ledger's success before the record",
    file: DOOR,
    from: RECORD_AND_MARK,
    to: `    const fault =
      this.day_.ledger.accept(code.row) ||
      this.recorder_.write(this.entry_(RecordType.Accepted, parcel, code, proof), -1);
`,
    test: ORDER,
    fails: "records an acceptance and marks it spent before the verdict is given",
  },
  {
    name: "the digits are compared although the try does not read back",
    file: DOOR,
    from: "    if (counted !== FaultNumber.None) return this.stop_(counted);\n",
    to: "",
    test: ORDER,
    fails: "compares nothing when the try does not read back",
  },
  {
    name: "a flash write is believed unread",
    file: "hal/portable/storage-flash.ts",
    from: "if (this.holds_(name, offset, data)) return FaultNumber.None;",
    to: "return FaultNumber.None;",
    test: ORDER,
    fails: "reads each of its writes back",
  },
  {
    name: "a release answer is compared before it is counted",
    file: "firmware/app/door/release.ts",
    from: `    const counted = ledger.countWrongAnswer(thing.row);
    if (counted !== FaultNumber.None) return this.stop_(counted);
    const right = releaseAnswer(this.board_.hash, this.keys_.subkey("release"), lock) === digits;
`,
    to: `    const right = releaseAnswer(this.board_.hash, this.keys_.subkey("release"), lock) === digits;
    const counted = ledger.countWrongAnswer(thing.row);
    if (counted !== FaultNumber.None) return this.stop_(counted);
`,
    test: "test/firmware/door/release.test.ts",
    fails: "counts an answer before it is compared",
  },
  {
    name: "a void slot is used again",
    file: "firmware/app/journal/journal.ts",
    from: `    this.end++;
    return fault;
`,
    to: `    if (fault === FaultNumber.None) this.end++;
    return fault;
`,
    test: "test/firmware/journal/end.test.ts",
    fails: "retries a lost body in its own slot, and burns the slot of a torn one",
  },
  {
    name: "a reply's MAC is not checked",
    file: "src/shared/wire/sync.ts",
    from: "  if (!macHolds(hash, syncKey, bytes)) return FaultNumber.SyncMac;\n",
    to: "",
    test: "test/firmware/sync/session.test.ts",
    fails: "a reply with any one bit turned",
  },
  {
    name: "a reply's nonce is not checked",
    file: "src/shared/wire/sync.ts",
    from: "  if (!sameBytes(bytes.subarray(16, 16 + NONCE_BYTES), nonce)) return FaultNumber.SyncStale;\n",
    to: "",
    test: "test/firmware/sync/session.test.ts",
    fails: "a reply to an earlier request, or a second time",
  },
  {
    name: "an acknowledgement is believed without the MAC of the last record",
    file: "firmware/app/sync/sync-session.ts",
    from: ` ||
      !sameBytes(day.journal.macBefore(reply.acknowledged, NO_MAC), reply.lastMac);
`,
    to: ";\n",
    test: "test/firmware/sync/session.test.ts",
    fails: "a wrong MAC of the last record",
  },
];

/** Those of the depot. */
const AT_THE_DEPOT: readonly HandMade[] = [
  {
    name: "records are acknowledged before they are committed",
    file: "src/depot/sync/handle-sync.ts",
    from: `  const answer = await store.transaction(async (tx) => {
    const device = await tx.devices.find(request.device);
    if (device === undefined || request.keyEpoch > device.keyEpoch) return undefined;
    return answerRequest(tx, context, device, request);
  });
`,
    to: `  const answer = await new Promise<Answer | undefined>((resolve, reject) => {
    const kept = store.transaction(async (tx) => {
      const device = await tx.devices.find(request.device);
      if (device === undefined || request.keyEpoch > device.keyEpoch) return undefined;
      const early = await answerRequest(tx, context, device, request);
      resolve(early);
      return early;
    });
    kept.then(resolve, reject);
  });
`,
    test: "test/depot/commit-first.test.ts",
    fails: "is not given when the records could not be kept; the same request is taken afterwards",
  },
  {
    name: "a record's place in the chain is not checked",
    file: "src/depot/sync/mend-record.ts",
    from: "    return isSameButOneBit(record, right) ? right : undefined;\n",
    to: "    return right;\n",
    test: "test/depot/sync-standing.test.ts",
    fails: "says in its alarms which handheld, which journal, and what is wrong",
  },
  {
    name: "a second proof is compared after a wrong one",
    file: "src/depot/settle/accepted.ts",
    from: "  if (await wasJudged(settlement, parcel, code)) {",
    to: "  if (false as boolean) {",
    test: "test/depot/settle/alarms.test.ts",
    fails: "about proofs says which parcel, and what is wrong with it",
  },
];

/** All of them. */
export const HAND_MADE: readonly HandMade[] = [...ON_THE_HANDHELD, ...AT_THE_DEPOT];
