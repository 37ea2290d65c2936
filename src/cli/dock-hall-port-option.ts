// Parses an option that is a port's address. It opens nothing.
import { InvalidArgumentError } from "commander";
import { parsePortAddress } from "../dock/open-port.ts";

/** An address as it stands, when it is one: tcp://host:port or a device. */
export function portOption(text: string): string {
  try {
    parsePortAddress(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  return text;
}
