// Sessions on the handheld's side, SPEC.md §10.2 and §10.3: who gets in, what is taken from whom, what a repeated frame does;
// and every way round it that was thought of.
import assert from "node:assert/strict";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { hmac } from "../../../src/shared/crypto/hmac.ts";
import { concatBytes, readU16, readU32 } from "../../../src/shared/wire/bytes.ts";
import { ANSWER_BIT, Command, encodeFrame, FrameReader, SEALED_BIT } from "../../../src/shared/wire/service-frame.ts";
import { decodeDiagnostics } from "../../../src/shared/wire/service-data.ts";
import {
  decodeChallenge,
  encodeOpen,
  Role,
  seal,
  sessionHmac,
  transcript,
} from "../../../src/shared/wire/service-session.ts";
import { Key } from "../../../hal/contract/keypad.ts";
import { bitFlips } from "../../support/bit-flips.ts";
import { DockHand } from "../../support/dock-hand.ts";
import { type LoadedHandheld, loadedHandheld } from "../../support/loaded-handheld.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { manyParcels, sealRound, testKey, testKeyFile } from "../../support/test-round.ts";

const PARCELS = manyParcels(4, 2);
const ROUND = { parcels: PARCELS };
const NONCE = new Uint8Array(16).fill(0x31);
/** Commands that need a session. */
const SEALED = [0x10, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20];
const TECHNICIANS = [
  Command.Slot,
  Command.Provision,
  Command.Settings,
  Command.SelfTest,
  Command.Console,
  Command.Wipe,
];

describe("a session", () => {
  let loaded: LoadedHandheld;
  let dock: DockHand;

  beforeEach(() => {
    loaded = loadedHandheld(ROUND);
    dock = new DockHand((bytes) => loaded.handheld.service(bytes), { role: Role.Dock });
  });

  function raw(sequence: number, command: number, data: Uint8Array): { fault: number; bytes: Uint8Array } {
    const bytes = loaded.handheld.service(encodeFrame(nodeHash, sequence, command, data));
    const [frame] = new FrameReader(nodeHash).push(bytes);
    assert.ok(frame, "an answer");
    return { fault: readU16(frame.data, 0), bytes };
  }

  /** Asks for a session and proves with `key`, under a label; the fault. */
  function prove(key: Uint8Array, what: "d" | "h" = "h", cut = 16): number {
    const challenge = decodeChallenge(dock.open(Command.Open, encodeOpen(Role.Dock, NONCE)).data)!;
    const proof = sessionHmac(nodeHash, key, what, transcript(challenge, NONCE));
    return dock.open(Command.Prove, proof.slice(0, cut)).fault;
  }

  it("opens for whoever holds the role's key", () => {
    assert.equal(prove(testKey("dock")), 0);
    assert.equal(dock.openSession(), 0);
    assert.equal(dock.command(Command.Diagnostics).fault, 0);
  });

  it("opens for no other key, role, label or part of a proof", () => {
    const others = [testKey("technician"), testKey("sync"), testKey("dock", 7, 2), testKey("dock", 8)];
    for (const key of others) {
      assert.equal(prove(key), FaultNumber.DockProof);
      assert.equal(prove(testKey("dock")), 0, "a right one starts the count anew");
    }
    assert.equal(prove(testKey("dock"), "d"), FaultNumber.DockProof, "its own proof, reflected");
    for (const cut of [0, 8, 15, 17, 32]) {
      assert.equal(prove(testKey("dock")), 0);
      assert.equal(prove(testKey("dock"), "h", cut), FaultNumber.DockProof, `${cut} bytes of a proof`);
    }
  });

  it("reflects nothing: the handheld's own challenge and proof open no session", () => {
    const asked = dock.open(Command.Open, encodeOpen(Role.Dock, NONCE));
    const challenge = decodeChallenge(asked.data)!;
    const mirrored = dock.open(Command.Open, encodeOpen(Role.Dock, challenge.deviceNonce));
    const { proof } = decodeChallenge(mirrored.data)!;
    for (const answer of [challenge.proof, proof]) {
      assert.equal(dock.open(Command.Prove, answer).fault, FaultNumber.DockProof);
    }
  });

  it("replays nothing: a proof opens the session it was made for, once", () => {
    const challenge = decodeChallenge(dock.open(Command.Open, encodeOpen(Role.Dock, NONCE)).data)!;
    const proof = sessionHmac(nodeHash, testKey("dock"), "h", transcript(challenge, NONCE)).slice(0, 16);
    assert.equal(dock.open(Command.Prove, proof).fault, 0);
    assert.equal(dock.open(Command.Prove, proof).fault, FaultNumber.DockProof);
    const again = decodeChallenge(dock.open(Command.Open, encodeOpen(Role.Dock, NONCE)).data)!;
    assert.notDeepEqual(again.deviceNonce, challenge.deviceNonce);
    assert.equal(dock.open(Command.Prove, proof).fault, FaultNumber.DockProof);
  });

  it("speaks no other version, and knows no other role", () => {
    for (const version of [0, 2, 255]) {
      const open = concatBytes([new Uint8Array([version, Role.Dock]), NONCE]);
      assert.equal(dock.open(Command.Open, open).fault, FaultNumber.DockVersion);
    }
    for (const role of [0, 3, 255]) {
      assert.equal(dock.open(Command.Open, encodeOpen(role as Role, NONCE)).fault, FaultNumber.DockBadFrame);
    }
    for (const length of [0, 1, 2, 17, 19]) {
      const open = encodeOpen(Role.Dock, new Uint8Array(40)).slice(0, length);
      assert.equal(dock.open(Command.Open, open).fault, FaultNumber.DockBadFrame, `${length} bytes`);
    }
  });

  it("is needed for everything that changes something, and for most that tells something", () => {
    const image = loaded.handheld.image.slice();
    for (const command of SEALED) {
      assert.equal(dock.open(command, sealRound(ROUND).head).fault, FaultNumber.DockNoSession, `command ${command}`);
    }
    assert.equal(dock.openSession(), 0);
    for (const command of SEALED) {
      assert.equal(raw(900 + command, command, new Uint8Array(0)).fault, FaultNumber.DockNoSession, "unsealed in it");
    }
    assert.deepEqual(loaded.handheld.image, image);
  });

  it("keeps the technician's commands from the dock", () => {
    const image = loaded.handheld.image.slice();
    const next = testKeyFile(7, 2);
    for (const command of TECHNICIANS) {
      for (const data of [new Uint8Array([1]), concatBytes([next, hmac(nodeHash, testKey("technician"), [next])])]) {
        assert.equal(dock.command(command, data).fault, FaultNumber.DockTechnicianOnly);
      }
    }
    assert.deepEqual(loaded.handheld.image, image);
    assert.equal(loaded.handheld.consoleIsOpen, false);
  });

  describe("once open", () => {
    let key: Uint8Array;

    beforeEach(() => {
      const challenge = decodeChallenge(dock.open(Command.Open, encodeOpen(Role.Dock, NONCE)).data)!;
      const said = transcript(challenge, NONCE);
      const proof = sessionHmac(nodeHash, testKey("dock"), "h", said).slice(0, 16);
      assert.equal(dock.open(Command.Prove, proof).fault, 0);
      key = sessionHmac(nodeHash, testKey("dock"), "s", said);
    });

    const sealed = (sequence: number, command: Command, data = new Uint8Array(0)): Uint8Array => {
      const byte = command | SEALED_BIT;
      return encodeFrame(nodeHash, sequence, byte, seal(nodeHash, key, sequence, byte, data));
    };

    function answerOf(bytes: Uint8Array): { command: number; data: Uint8Array } {
      const [frame] = new FrameReader(nodeHash).push(loaded.handheld.service(bytes));
      assert.ok(frame);
      return frame;
    }

    it("answers the same frame with the same bytes, and does it once", () => {
      loaded.scan(PARCELS[1]!.tracking);
      loaded.press(Key.Reason, 1 as Key);
      const frame = sealed(1, Command.SyncRequest);
      const first = loaded.handheld.service(frame);
      assert.deepEqual(loaded.handheld.service(frame), first, "the same nonce: the request was not made anew");
      const second = loaded.handheld.service(sealed(2, Command.SyncRequest));
      assert.notDeepEqual(second, first);
      assert.equal(readU16(answerOf(frame).data, 0), FaultNumber.DockNoSession, "an older one is a replay");
      assert.equal(answerOf(sealed(3, Command.Diagnostics)).data.length > 10, true, "the session lives on");
    });

    it("is never refused a gap in the sequence, and never given an earlier one", () => {
      assert.equal(answerOf(sealed(10, Command.Diagnostics)).command, Command.Diagnostics | SEALED_BIT | ANSWER_BIT);
      for (const sequence of [9, 10, 1, 0]) {
        const { data } = answerOf(sealed(sequence, Command.Time));
        assert.deepEqual([data.length, readU16(data, 0)], [2, FaultNumber.DockNoSession]);
      }
      assert.equal(answerOf(sealed(65535, Command.Diagnostics)).data.length > 10, true);
    });

    it("ends at a seal in which any bit is wrong", () => {
      const { data } = new FrameReader(nodeHash).push(sealed(1, Command.Maintenance))[0]!;
      for (const { bit, flipped } of bitFlips(data)) {
        loaded.handheld.docked = true;
        const hurt = encodeFrame(nodeHash, 1, Command.Maintenance | SEALED_BIT, flipped);
        assert.ok([707, 709].includes(readU16(answerOf(hurt).data, 0)), `bit ${bit}`);
        const good = answerOf(sealed(1, Command.Maintenance));
        assert.ok([707, 709].includes(readU16(good.data, 0)), "and nothing under it is taken any more");
      }
    });

    it("carries neither command nor sequence from one frame to another", () => {
      const { data } = new FrameReader(nodeHash).push(sealed(1, Command.Diagnostics))[0]!;
      for (const [sequence, command] of [
        [2, Command.Diagnostics],
        [1, Command.Time],
        [1, Command.Maintenance],
      ] as const) {
        const moved = encodeFrame(nodeHash, sequence, command | SEALED_BIT, data);
        assert.equal(readU16(answerOf(moved).data, 0), FaultNumber.DockNoSession);
      }
    });

    it("takes no answer of its own for a command", () => {
      const answer = loaded.handheld.service(sealed(1, Command.Diagnostics));
      assert.equal(loaded.handheld.service(answer).length, 0, "an echo gets no answer");
      const frame = new FrameReader(nodeHash).push(answer)[0]!;
      const turned = encodeFrame(nodeHash, 2, Command.Diagnostics | SEALED_BIT, frame.data);
      assert.equal(readU16(answerOf(turned).data, 0), FaultNumber.DockNoSession);
    });

    it("ends with a restart", () => {
      loaded.restart();
      assert.equal(readU16(answerOf(sealed(1, Command.Diagnostics)).data, 0), FaultNumber.DockNoSession);
    });
  });

  it("ends when the handheld gets another key, and goes on when it opens its files anew", () => {
    const next = testKeyFile(7, 2);
    const technician = loaded.hand;
    assert.equal(loaded.load(sealRound({ ...ROUND, sequence: 2 })), 0);
    assert.equal(technician.command(Command.Diagnostics).fault, 0);
    const data = concatBytes([next, hmac(nodeHash, testKey("technician"), [next])]);
    assert.equal(dock.openSession(), 0);
    assert.equal(technician.command(Command.Provision, data).fault, 0, "sealed with the session of the old key");
    assert.equal(loaded.hello().keyEpoch, 2);
    assert.equal(technician.command(Command.Diagnostics).fault, 0, "a new session, under the new key");
  });

  it("makes whoever is wrong five times wait, twice as long each time, 64 seconds at most", () => {
    for (let turn = 1; turn <= 4; turn++) assert.equal(prove(testKey("sync")), FaultNumber.DockProof);
    assert.equal(prove(testKey("sync")), FaultNumber.DockProof, "the fifth");
    for (const wait_s of [1, 2, 4, 8, 16, 32, 64, 64]) {
      const refused = dock.open(Command.Open, encodeOpen(Role.Dock, NONCE)).fault;
      assert.equal(refused, FaultNumber.DockWait, `before ${wait_s} s`);
      assert.equal(dock.open(Command.Prove, NONCE).fault, FaultNumber.DockWait);
      loaded.wait(wait_s * 1000 - 10);
      assert.equal(dock.open(Command.Open, encodeOpen(Role.Dock, NONCE)).fault, FaultNumber.DockWait);
      loaded.wait(20);
      assert.equal(prove(testKey("sync")), FaultNumber.DockProof, "one more try, and a longer wait");
    }
    assert.equal(dock.hello().device, 7, "hello is answered all the same");
    loaded.wait(64_000);
    assert.equal(dock.openSession(), 0);
    const { failedProofs } = decodeDiagnostics(dock.command(Command.Diagnostics).data);
    assert.equal(failedProofs, 13);
    assert.equal(prove(testKey("sync")), FaultNumber.DockProof);
    assert.equal(dock.openSession(), 0, "the count began anew");
  });

  it("tells its challenge the device and key epoch that it proves", () => {
    const { data } = dock.open(Command.Open, encodeOpen(Role.Technician, NONCE));
    const challenge = decodeChallenge(data)!;
    assert.deepEqual([challenge.version, challenge.role, challenge.device, challenge.keyEpoch], [1, 2, 7, 1]);
    const expected = sessionHmac(nodeHash, testKey("technician"), "d", transcript(challenge, NONCE)).slice(0, 16);
    assert.deepEqual(challenge.proof, expected);
    assert.equal(readU32(data, 2), 7);
  });
});
