// The device's own settings at the bench: read, changed one by one, kept and read back. Needs an open session.
import { sameBytes } from "../shared/wire/bytes.ts";
import { decodeSettings, encodeSettings, SETTINGS_BYTES, type Settings } from "../shared/wire/service-data.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { BenchError } from "./bench-error.ts";
import { BenchFault } from "./faults.ts";
import { ask, type TechnicianPort } from "./technician-port.ts";

function decode(bytes: Uint8Array): Settings {
  const settings = decodeSettings(bytes);
  if (settings === undefined) throw new BenchError(BenchFault.SettingsUnkept, "the handheld's settings make no sense");
  return settings;
}

/**
 * The settings that hold.
 * @throws BenchError with the handheld's fault, or 1032 when they make no sense
 */
export async function readSettings(port: TechnicianPort): Promise<Settings> {
  return decode(await ask(port, Command.Settings, undefined, { least: SETTINGS_BYTES }));
}

/**
 * Changes settings; those not named stay, and without any nothing is written.
 * @returns those that hold then
 * @throws BenchError 701 from the handheld when one is out of its range, 1032 when it keeps others
 */
export async function keepSettings(port: TechnicianPort, changes: Partial<Settings>): Promise<Settings> {
  const held = await readSettings(port);
  const wanted = encodeSettings({ ...held, ...changes });
  if (sameBytes(wanted, encodeSettings(held))) return held;
  await ask(port, Command.Settings, wanted, { least: SETTINGS_BYTES });
  const kept = await readSettings(port);
  if (!sameBytes(wanted, encodeSettings(kept))) {
    throw new BenchError(BenchFault.SettingsUnkept, `the handheld kept other settings: ${settingsWords(kept)}`);
  }
  return kept;
}

/** Settings in words. */
export function settingsWords({ language, boardRevision, volume, backlight }: Settings): string {
  const revision = boardRevision === 0 ? "unknown" : String(boardRevision);
  return `language ${language}, board revision ${revision}, volume ${volume} of 10, backlight ${backlight} of 10`;
}
