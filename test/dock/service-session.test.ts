// The host's end of a session against handhelds that hold the key, hold another, or only pretend: replay, reflection,
// downgrade and truncation open nothing, and nothing that was tampered with comes out of a session.
import assert from "node:assert/strict";
import { DockError } from "../../src/dock/dock-error.ts";
import { FrameClient } from "../../src/dock/frame-client.ts";
import { openSession, SessionRefused, type SessionWish } from "../../src/dock/service-session.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { Command, encodeFrame, FrameReader, SEALED_BIT } from "../../src/shared/wire/service-frame.ts";
import { Role, seal } from "../../src/shared/wire/service-session.ts";
import { bitFlips } from "../support/bit-flips.ts";
import { hex } from "../support/hex.ts";
import { nodeHash } from "../support/node-hash.ts";
import { ScriptedHandheld } from "../support/scripted-handheld.ts";
import { testKey } from "../support/test-round.ts";

const { Open, Prove, Hello, Diagnostics } = {
  Open: Command.Open,
  Prove: Command.Prove,
  Hello: Command.Hello,
  Diagnostics: Command.Diagnostics,
};

function refusedAs(reason: string, words = /./): (error: unknown) => boolean {
  return (error) => error instanceof SessionRefused && error.reason === reason && words.test(error.message);
}

function cableFails(kind: string): (error: unknown) => boolean {
  return (error) => error instanceof DockError && error.kind === kind;
}

describe("openSession", () => {
  let handheld: ScriptedHandheld;
  let client: FrameClient;
  let drawn: number;

  function wish(over: Partial<SessionWish> = {}): SessionWish {
    return {
      role: Role.Dock,
      roleKey: (device, keyEpoch) => testKey("dock", device, keyEpoch),
      random: (length) => new Uint8Array(length).fill(++drawn),
      ...over,
    };
  }

  beforeEach(() => {
    handheld = new ScriptedHandheld();
    client = new FrameClient(handheld.stream, nodeHash);
    drawn = 0;
  });

  it("proves both ways, and seals from then on", async () => {
    assert.deepEqual(await openSession(client, wish({ device: 7 })), { device: 7, keyEpoch: 1 });
    assert.equal(client.hasSession, true);
    assert.equal((await client.request(Diagnostics)).fault, 0);
    assert.equal((await client.request(Hello)).fault, 0);
    assert.deepEqual(
      handheld.frames.map(({ command }) => command),
      [Open, Prove, Diagnostics | SEALED_BIT, Hello | SEALED_BIT],
    );
    assert.deepEqual(
      handheld.frames.slice(2).map(({ sequence }) => sequence),
      [1, 2],
    );
  });

  it("asks for the role's key by device and key epoch, and may wait for it", async () => {
    handheld.hello = { ...handheld.hello, device: 300, keyEpoch: 5 };
    handheld.roleKey = testKey("technician", 300, 5);
    const asked: number[][] = [];
    const roleKey = (...whose: [number, number]): Promise<Uint8Array> => {
      asked.push(whose);
      return Promise.resolve(testKey("technician", ...whose));
    };
    const peer = await openSession(client, wish({ role: Role.Technician, roleKey }));
    assert.deepEqual([peer, asked], [{ device: 300, keyEpoch: 5 }, [[300, 5]]]);
  });

  it("draws a fresh nonce for each", async () => {
    await openSession(client, wish());
    await openSession(client, wish());
    const nonces = handheld.frames.filter(({ command }) => command === Open).map(({ data }) => hex(data.slice(2)));
    assert.equal(new Set(nonces).size, 2);
  });

  it("refuses a device it holds no key for, another device, and one without a key", async () => {
    await assert.rejects(openSession(client, wish({ roleKey: () => undefined })), refusedAs("unknown device"));
    await assert.rejects(openSession(client, wish({ device: 8 })), refusedAs("other device", /handheld 7, not 8/));
    handheld.bends = (challenge) => ({ ...challenge, device: 0 });
    await assert.rejects(openSession(client, wish()), refusedAs("no key"));
    assert.ok(!handheld.commands.includes(Prove));
    assert.equal(client.hasSession, false);
  });

  it("never proves anything to a handheld that does not", async () => {
    handheld.roleKey = testKey("dock", 8);
    await assert.rejects(openSession(client, wish()), refusedAs("wrong key"));
    handheld.roleKey = testKey("technician");
    await assert.rejects(openSession(client, wish()), refusedAs("wrong key"));
    assert.ok(!handheld.commands.includes(Prove));
  });

  const FAULTS: [FaultNumber, string, RegExp][] = [
    [FaultNumber.DockWait, "wait", /about a minute/],
    [FaultNumber.DockVersion, "version", /version/],
    [FaultNumber.KeyMissing, "no key", /no key/],
    [FaultNumber.DockProof, "wrong key", /does not take this key/],
    [FaultNumber.DockUnknownCommand, "refused", /does not know this command/],
  ];
  for (const [fault, reason, words] of FAULTS) {
    it(`fault ${fault} is "${reason}", whichever it answers`, async () => {
      for (const command of [Open, Prove]) {
        handheld.faults.set(command, [fault]);
        await assert.rejects(openSession(client, wish()), refusedAs(reason, words));
        assert.equal(client.hasSession, false);
      }
    });
  }

  it("no downgrade: another version or role is refused, its proof right or not", async () => {
    for (const version of [0, 2, 255]) {
      handheld.bends = (challenge) => ({ ...challenge, version });
      await assert.rejects(openSession(client, wish()), refusedAs("version"));
    }
    for (const role of [0, Role.Technician, 3]) {
      handheld.bends = (challenge) => ({ ...challenge, role });
      await assert.rejects(openSession(client, wish()), refusedAs("refused", /role/));
    }
    assert.ok(!handheld.commands.includes(Prove));
  });

  it("no bit of a challenge may be turned on the way", async () => {
    let refused = 0;
    for (let bit = 0; bit < 42 * 8; bit++) {
      handheld.says = (answer, frame) => {
        if (frame.command !== Open) return answer;
        const data = [...bitFlips(answer.slice(8, 50))][bit]!.flipped;
        return encodeFrame(nodeHash, frame.sequence, Open | 0x80, Uint8Array.of(0, 0, ...data));
      };
      await assert.rejects(openSession(client, wish()), (error) => error instanceof SessionRefused);
      refused++;
    }
    assert.equal(refused, 336);
    assert.ok(!handheld.commands.includes(Prove));
  });

  it("no truncation: a challenge of any other length is garbage", async () => {
    for (const length of [0, 1, 26, 41, 43]) {
      handheld = new ScriptedHandheld();
      client = new FrameClient(handheld.stream, nodeHash);
      handheld.says = (answer, frame) =>
        encodeFrame(
          nodeHash,
          frame.sequence,
          frame.command | 0x80,
          Uint8Array.from({ length: 2 + length }, (_, i) => (i < 2 ? 0 : (answer[6 + i] ?? 0))),
        );
      await assert.rejects(openSession(client, wish()), cableFails("garbage"));
    }
  });

  it("no replay: the challenge and the answers of another session open nothing", async () => {
    const heard: Uint8Array[] = [];
    handheld.says = (answer) => {
      heard.push(answer);
      return answer;
    };
    await openSession(client, wish());
    await client.request(Diagnostics);

    const impostor = new ScriptedHandheld();
    const victim = new FrameClient(impostor.stream, nodeHash);
    impostor.says = (_, frame, n) => {
      const [before] = new FrameReader(nodeHash).push(heard[n]!);
      return encodeFrame(nodeHash, frame.sequence, before!.command, before!.data);
    };
    await assert.rejects(openSession(victim, wish()), refusedAs("wrong key"));
    assert.deepEqual(impostor.commands, [Open]);
  });

  it("no reflection: a handheld without the key gets nothing out of what the host says", async () => {
    // It sends the host's own nonce back as its nonce, and anything of the host's as its proof.
    handheld.bends = (challenge) => {
      const nonce = handheld.frames.at(-1)!.data.slice(2);
      return { ...challenge, deviceNonce: nonce, proof: nonce };
    };
    await assert.rejects(openSession(client, wish()), refusedAs("wrong key"));

    const loop = new ScriptedHandheld();
    loop.stream.respond = (bytes) => loop.stream.deliver(bytes);
    await assert.rejects(openSession(new FrameClient(loop.stream, nodeHash), wish(), 3), cableFails("garbage"));
  });

  it("opens anew with another nonce when Open or Prove is lost, and never sends one twice", async () => {
    for (const lost of [0, 1]) {
      for (const way of ["hears", "says"] as const) {
        handheld = new ScriptedHandheld();
        client = new FrameClient(handheld.stream, nodeHash);
        if (way === "hears") handheld.hears = (_, n) => n !== lost;
        else handheld.says = (answer, _, n) => (n === lost ? undefined : answer);
        await openSession(client, wish(), 10);
        assert.equal((await client.request(Diagnostics)).fault, 0);
        const sums = handheld.frames.map(({ sum }) => sum);
        assert.equal(new Set(sums).size, sums.length);
      }
    }
  });

  it("gives a silent port up after three tries, and closes it", async () => {
    handheld.hears = () => false;
    await assert.rejects(openSession(client, wish(), 3), cableFails("time-out"));
    assert.equal(handheld.frames.length, 3);
    assert.equal(handheld.stream.isClosed, true);
  });
});

describe("a session", () => {
  let handheld: ScriptedHandheld;
  let client: FrameClient;

  async function open(): Promise<void> {
    handheld = new ScriptedHandheld();
    client = new FrameClient(handheld.stream, nodeHash);
    await openSession(client, {
      role: Role.Dock,
      roleKey: () => testKey("dock"),
      random: (length) => new Uint8Array(length).fill(9),
    });
  }

  beforeEach(open);

  it("no bit of a sealed answer may be turned, its CRC made right again or not", async () => {
    for (let bit = 0; bit < 10 * 8; bit++) {
      await open();
      handheld.says = (answer, frame) => {
        const data = [...bitFlips(answer.slice(6, -4))][bit]!.flipped;
        return encodeFrame(nodeHash, frame.sequence, frame.command | 0x80, data);
      };
      await assert.rejects(client.request(Diagnostics), cableFails("session"), `bit ${bit}`);
      assert.equal(client.hasSession, false);
    }
  });

  it("an answer without a seal, with too short a one, or sealed for another sequence ends it", async () => {
    const forgeries: ((data: Uint8Array, sequence: number) => Uint8Array)[] = [
      () => new Uint8Array(2),
      () => new Uint8Array(9),
      (data) => data.slice(0, -1),
      (_, sequence) => seal(nodeHash, testKey("dock"), sequence, Diagnostics | 0xc0, new Uint8Array(2)),
      (data) => data.slice(2),
    ];
    for (const forge of forgeries) {
      await open();
      handheld.says = (answer, frame) =>
        encodeFrame(nodeHash, frame.sequence, frame.command | 0x80, forge(answer.slice(6, -4), frame.sequence));
      await assert.rejects(client.request(Diagnostics), cableFails("session"));
    }
  });

  it("the answer to a request before does not pass for the answer to this one", async () => {
    let before: Uint8Array | undefined;
    handheld.says = (answer) => (before = answer);
    await client.request(Diagnostics);
    handheld.says = (_, frame) => {
      const [old] = new FrameReader(nodeHash).push(before!);
      return encodeFrame(nodeHash, frame.sequence, old!.command, old!.data);
    };
    await assert.rejects(client.request(Diagnostics), cableFails("session"));
  });

  for (const fault of [FaultNumber.DockNoSession, FaultNumber.DockProof, FaultNumber.DockWait]) {
    it(`an unsealed ${fault} ends it in words, and another one may be opened`, async () => {
      handheld.says = (_, frame) =>
        encodeFrame(nodeHash, frame.sequence, frame.command | 0x80, Uint8Array.of(fault & 0xff, fault >> 8));
      await assert.rejects(client.request(Diagnostics), (error) => {
        return error instanceof DockError && error.kind === "session" && error.message.includes(`F${fault}`);
      });
      assert.equal(handheld.stream.isClosed, false);
      handheld.says = (answer) => answer;
      await openSession(client, {
        role: Role.Dock,
        roleKey: () => testKey("dock"),
        random: (length) => new Uint8Array(length).fill(8),
      });
      assert.equal((await client.request(Diagnostics)).fault, 0);
    });
  }

  it("a frame that is sent again is the same frame, and is done once", async () => {
    handheld.says = (answer, _, n) => (n === 2 ? undefined : answer);
    assert.equal((await client.request(Diagnostics, undefined, 5)).fault, 0);
    assert.deepEqual(handheld.frames[3], handheld.frames[2]);
    assert.deepEqual(handheld.commands, [Open, Prove, Diagnostics]);
  });

  it("is over when its sequences are used up", async () => {
    (client as unknown as { session: { last: number } }).session.last = 65_535;
    await assert.rejects(client.request(Diagnostics), cableFails("session"));
    assert.equal(handheld.frames.length, 2);
  });

  it("is gone with its cable", async () => {
    handheld.stream.endWith("cable pulled");
    assert.equal(client.hasSession, false);
  });
});
