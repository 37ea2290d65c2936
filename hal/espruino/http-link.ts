// The link over the interpreter's HTTP client. A request that does not end is given up; `done` is called exactly once.
import type { Clock } from "../contract/clock.ts";
import type { Link } from "../contract/link.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { latin1Bytes, zeros } from "../../src/shared/wire/bytes.ts";

const TIMEOUT_MS = 15000;
const REPLY_MAX = 8192;
const NO_BYTES = zeros(0);

export class HttpLink implements Link {
  private http_: HttpModule;
  private clock_: Clock;
  private up_: boolean;
  private returned_: () => void;

  constructor(http: HttpModule, clock: Clock) {
    this.http_ = http;
    this.clock_ = clock;
    this.up_ = true;
    this.returned_ = () => undefined;
  }

  isUp(): boolean {
    return this.up_;
  }

  onUp(up: () => void): void {
    this.returned_ = up;
  }

  /** The radio's state, from whoever knows it. */
  setUp(up: boolean): void {
    const returns = up && !this.up_;
    this.up_ = up;
    if (returns) this.returned_();
  }

  post(address: string, body: Uint8Array, done: (fault: FaultNumber, reply: Uint8Array) => void): void {
    let open = true;
    const finish = (fault: FaultNumber, reply: Uint8Array): void => {
      if (!open) return;
      open = false;
      timer.cancel();
      done(fault, reply);
    };
    const timer = this.clock_.after(TIMEOUT_MS, () => finish(FaultNumber.SyncUnreachable, NO_BYTES));
    const target = url.parse(address);
    const request = this.http_.request(
      {
        host: target.host,
        port: target.port || 80,
        path: target.path,
        method: "POST",
        headers: { "Content-Type": "application/octet-stream", "Content-Length": body.length },
      },
      (response) => collect(response, finish),
    );
    request.on("error", () => finish(FaultNumber.SyncUnreachable, NO_BYTES));
    request.end(E.toString(body));
  }
}

function collect(response: HttpResponse, finish: (fault: FaultNumber, reply: Uint8Array) => void): void {
  let text = "";
  response.on("data", (piece) => {
    if (text.length <= REPLY_MAX) text += piece;
  });
  response.on("close", () => {
    if (+response.statusCode !== 200) finish(FaultNumber.SyncRefused, NO_BYTES);
    else finish(text.length > REPLY_MAX ? FaultNumber.SyncGarbage : FaultNumber.None, latin1Bytes(text));
  });
}
