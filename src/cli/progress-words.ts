// What happens in the dock, in words for the person who stands there. One line for each event worth a line.
import type { LoadEvent } from "../dock/load-handheld.ts";

function version(firmware: number): string {
  return `${firmware >>> 16}.${(firmware >>> 8) & 255}.${firmware & 255}`;
}

/** A line for an event; undefined when it is not worth one. */
export function progressWords(event: LoadEvent): string | undefined {
  switch (event.at) {
    case "hello": {
      const { device, board, firmware, unsent } = event.hello;
      const who = device === 0 ? "a handheld without a key" : `handheld ${device}`;
      return `${who}, board ${board}, firmware ${version(firmware)}, ${unsent} unsent`;
    }
    case "provisioned":
      return "key given";
    case "results":
      return event.unsent > 0 ? `results taken, ${event.unsent} still to come` : "results taken";
    case "clock":
      return event.unsent > 0 ? undefined : "clock set";
    case "maintenance":
      return "maintenance: leave it on power";
    case "loading":
      return event.sent === event.total ? `${event.total} bytes sent` : undefined;
    case "loaded":
      return "manifest verified and active";
  }
}
