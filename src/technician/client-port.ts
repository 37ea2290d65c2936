// The bench's port over the dock's frame client. It holds no key: each session's identity is handed in and passed on.
import type { Answer, FrameClient } from "../dock/frame-client.ts";
import { openSession } from "../dock/service-session.ts";
import { Role } from "../shared/wire/service-session.ts";
import type { TechnicianIdentity, TechnicianPort } from "./technician-port.ts";

/** A handheld behind a frame client. */
export class ClientPort implements TechnicianPort {
  private readonly client: FrameClient;
  private readonly random: (length: number) => Uint8Array;

  /** @param random fresh random bytes */
  constructor(client: FrameClient, random: (length: number) => Uint8Array) {
    this.client = client;
    this.random = random;
  }

  request(command: number, data?: Uint8Array): Promise<Answer> {
    return this.client.request(command, data);
  }

  async openSession({ device, keyEpoch, technicianKey }: TechnicianIdentity): Promise<void> {
    await openSession(this.client, {
      role: Role.Technician,
      device,
      roleKey: (_device, heldEpoch) => (heldEpoch === keyEpoch ? technicianKey : undefined),
      random: this.random,
    });
  }

  endSession(): void {
    this.client.useSession(undefined);
  }

  close(): void {
    this.client.close();
  }
}
