// The simulated cable into the dock: a byte stream over a simulated handheld's service port. Answers arrive later,
// as over a real cable, never inside the write that asked.
import { EndingStream } from "../dock/ending-stream.ts";

/** The handheld's side of the cable. */
interface ServicePort {
  readonly isRunning: boolean;
  docked: boolean;
  service(bytes: Uint8Array): Uint8Array;
}

/** A plugged-in cable. Closing it takes the handheld off the dock's power. */
export class ServiceStream extends EndingStream {
  private readonly port: ServicePort;

  constructor(port: ServicePort) {
    super();
    this.port = port;
  }

  protected override send(bytes: Uint8Array): void {
    const answer = this.port.service(bytes);
    queueMicrotask(() => this.deliver(answer));
  }

  protected override release(): void {
    this.port.docked = false;
  }

  private deliver(answer: Uint8Array): void {
    if (this.hasEnded) return;
    if (!this.port.isRunning) this.end("the handheld is switched off");
    else if (answer.length > 0) this.arrived(answer);
  }
}
