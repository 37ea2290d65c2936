// `parola init` and `parola device …`: a new depot, and its handhelds.
import { type Command, InvalidArgumentError } from "commander";
import { timeText } from "../depot/calendar.ts";
import { initDepot, MASTER_KEY_FILE } from "../depot/open-depot.ts";
import { DEFAULT_SETTINGS, type Settings } from "../depot/settings.ts";
import type { Device } from "../depot/store/rows.ts";
import { dataDirectory, depotParts, deviceOption, numberOption, print, withDepot } from "./depot-session.ts";
import { registerLost } from "./lost-command.ts";
import { registerTicket } from "./ticket-command.ts";

interface InitOptions {
  name: string;
  timezone: string;
  threshold: number;
  tries: number;
  deviceTries: number;
  wrongAnswers: number;
  releases: number;
  tagBits: number;
  refuseEstimated?: boolean;
  language: string;
}

function centsOption(text: string): number {
  const match = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError("an amount like 100 or 99.90.");
  return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

function settingsOf(options: InitOptions): Settings {
  return {
    name: options.name,
    timeZone: options.timezone,
    threshold_cents: options.threshold,
    triesPerCode: options.tries,
    triesPerDevice: options.deviceTries,
    wrongAnswersPerLock: options.wrongAnswers,
    releasesPerLock: options.releases,
    tagBits: options.tagBits,
    refuseEstimatedClock: options.refuseEstimated === true,
    language: options.language,
  };
}

/** `parola init`. */
function registerInitCommand(program: Command): void {
  const standard = DEFAULT_SETTINGS;
  program
    .command("init")
    .description("make a new depot: database, master key, settings")
    .option("--name <name>", "the depot's name", standard.name)
    .option("--timezone <zone>", "IANA time zone of the delivery day, like Europe/Rome", standard.timeZone)
    .option("--threshold <amount>", "value from which a parcel needs a code", centsOption, standard.threshold_cents)
    .option("--tries <n>", "tries a code", numberOption(1, 9), standard.triesPerCode)
    .option("--device-tries <n>", "tries a handheld, without success", numberOption(1, 99), standard.triesPerDevice)
    .option("--wrong-answers <n>", "wrong release answers a lock", numberOption(1, 9), standard.wrongAnswersPerLock)
    .option("--releases <n>", "releases a lock", numberOption(0, 2), standard.releasesPerLock)
    .option("--tag-bits <n>", "tag bits of new codes", numberOption(8, 16), standard.tagBits)
    .option("--refuse-estimated", "refuse codes while the handheld's clock is only estimated")
    .option("--language <code>", "of the handheld's screens, ISO 639-1", standard.language)
    .action(async (options: InitOptions, command: Command) => {
      const directory = dataDirectory(command);
      const depot = await initDepot(directory, settingsOf(options), depotParts());
      await depot.close();
      process.stdout.write(
        `depot "${options.name}" made in ${directory}\n` +
          `back up ${directory}/${MASTER_KEY_FILE} offline: without it nothing can be loaded, released or opened again\n`,
      );
    });
}

function deviceWords(device: Device): string {
  const key = device.lost ? "LOST" : `key epoch ${device.keyEpoch}`;
  const sync = device.lastSync_s === undefined ? "never synced" : `last sync ${timeText(device.lastSync_s)}`;
  const battery = device.battery === undefined ? "" : `, battery ${device.battery} %`;
  return `${String(device.id).padStart(6)}  ${device.label.padEnd(16)}  ${key}, ${sync}${battery}`;
}

function registerDeviceCommands(program: Command): void {
  const device = program.command("device").description("the depot's handhelds");
  device
    .command("add")
    .description("add a handheld by its number")
    .argument("<number>", "1…4294967295", deviceOption)
    .option("--label <text>", "what is written on it", "")
    .action(async (number: number, options: { label: string }, command: Command) => {
      await withDepot(command, (depot) => depot.addDevice(number, options.label));
      process.stdout.write(`handheld ${number} added\n`);
    });
  device
    .command("list")
    .description("list all handhelds")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }, command: Command) => {
      const devices = await withDepot(command, (depot) => depot.devices());
      print(devices, options.json, () => devices.map(deviceWords).join("\n") || "no handhelds yet");
    });
  registerLost(device);
  registerTicket(device);
}

/** Adds `init` and `device`. */
export function registerInit(program: Command): void {
  registerInitCommand(program);
  registerDeviceCommands(program);
}
