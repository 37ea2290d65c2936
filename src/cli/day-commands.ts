// The commands of a delivery day: import, assign, seal, reissue, release, close-day.
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { dayText } from "../depot/calendar.ts";
import { DepotError } from "../depot/depot-error.ts";
import { DepotFault } from "../depot/faults.ts";
import { dayOption, deviceOption, print, withDepot } from "./depot-session.ts";

function registerImport(program: Command): void {
  program
    .command("import")
    .description("import a round and issue its codes: CSV, or the data set's package_data.json or its directory")
    .argument("<file>", "round file or directory")
    .option("--day <day>", "delivery day, YYYY-MM-DD", dayOption)
    .option("--round <name>", "the round's name on that day")
    .option("--route <id>", "which route of a JSON file")
    .option("--json", "as JSON")
    .action(async (file: string, options: ImportOptions, command: Command) => {
      const wish = { day: options.day, name: options.round, route: options.route };
      const done = await withDepot(command, (depot) => depot.importRoundFile(file, wish));
      print({ ...done, day: dayText(done.day) }, options.json, () => {
        const adopted = done.adopted === 0 ? "" : `, ${done.adopted} of them from earlier days`;
        const size = `${done.parcels} parcels${adopted}, ${done.stops} stops, ${done.codes} codes issued`;
        return `round "${done.name}" of ${dayText(done.day)}: ${size}`;
      });
    });
}

interface ImportOptions {
  day?: number;
  round?: string;
  route?: string;
  json?: boolean;
}

interface AssignOptions {
  round: string;
  day?: number;
  json?: boolean;
}

function registerAssign(program: Command): void {
  program
    .command("assign")
    .description("keep a round for a handheld: the dock loads it with that one")
    .argument("<device>", "the handheld", deviceOption)
    .requiredOption("--round <name>", "the round")
    .option("--day <day>", "delivery day (default: today)", dayOption)
    .option("--json", "as JSON")
    .action(async (device: number, options: AssignOptions, command: Command) => {
      const done = await withDepot(command, async (depot) =>
        depot.assignRound(device, options.day ?? (await depot.today()), options.round),
      );
      print({ ...done, day: dayText(done.day) }, options.json, () => {
        return `round "${done.round}" of ${dayText(done.day)} is kept for handheld ${done.device}`;
      });
    });
}

interface SealOptions {
  device: number;
  day?: number;
  round?: string;
  out?: string;
  again?: boolean;
  json?: boolean;
}

function registerSeal(program: Command): void {
  program
    .command("seal")
    .description("seal the manifest of a handheld for a day")
    .requiredOption("--device <number>", "the handheld", deviceOption)
    .option("--day <day>", "delivery day (default: today)", dayOption)
    .option("--round <name>", "the round, when the day has several")
    .option("--again", "seal a new one even if the last one still holds")
    .option("--out <file>", "write the manifest's bytes here")
    .option("--json", "as JSON")
    .action(async (options: SealOptions, command: Command) => {
      const { bytes, ...sealed } = await withDepot(command, async (depot) => {
        const day = options.day ?? (await depot.today());
        const kept = await depot.manifestFor(options.device, day, options.round);
        return options.again === true ? depot.sealManifest(options.device, day, kept.round) : kept;
      });
      if (options.out !== undefined) writeFileSync(options.out, bytes);
      print({ ...sealed, day: dayText(sealed.day), bytes: bytes.length }, options.json, () => {
        const size = `${sealed.parcels} parcels, ${sealed.codes} codes, ${bytes.length} bytes`;
        const what = `manifest ${sealed.sequence} of handheld ${sealed.device}`;
        return `${what}, round "${sealed.round}" of ${dayText(sealed.day)}: ${size}`;
      });
    });
}

interface ReissueOptions {
  day?: number;
  for?: number;
  json?: boolean;
}

function registerReissue(program: Command): void {
  program
    .command("reissue")
    .description("give a parcel a new code; the old one is dead")
    .argument("<parcel>", "tracking number")
    .option("--day <day>", "which parcel, when its number was used before", dayOption)
    .option("--for <day>", "delivery day of the new code (default: unchanged)", dayOption)
    .option("--json", "as JSON")
    .action(async (tracking: string, options: ReissueOptions, command: Command) => {
      const days = {
        ...(options.day === undefined ? {} : { day: options.day }),
        ...(options.for === undefined ? {} : { forDay: options.for }),
      };
      const done = await withDepot(command, (depot) => depot.reissue(tracking, days));
      print({ ...done, day: dayText(done.day) }, options.json, () => {
        return `parcel ${done.tracking}: new code for ${dayText(done.day)}; the buyer sees it under "track"`;
      });
    });
}

interface ReleaseOptions {
  device: number;
  parcel?: string;
  wholeDevice?: boolean;
  day?: number;
  challenge?: string;
  online?: boolean;
  json?: boolean;
}

function registerRelease(program: Command): void {
  program
    .command("release")
    .description("open a lock: prints the answer to read out over the phone")
    .requiredOption("--device <number>", "the handheld", deviceOption)
    .option("--parcel <tracking>", "the locked parcel")
    .option("--whole-device", "the whole handheld is locked")
    .option("--day <day>", "delivery day of its manifest (default: today)", dayOption)
    .option("--challenge <digits>", "the 8 digits on the handheld")
    .option("--online", "send it with the next sync instead of telling an answer")
    .option("--json", "as JSON")
    .action(async (options: ReleaseOptions, command: Command) => {
      if ((options.parcel === undefined) !== (options.wholeDevice === true)) {
        throw new DepotError(DepotFault.Usage, "name either --parcel or --whole-device");
      }
      const done = await withDepot(command, async (depot) =>
        depot.release({
          device: options.device,
          tracking: options.parcel,
          day: options.day ?? (await depot.today()),
          challenge: options.challenge,
          online: options.online === true,
        }),
      );
      print(done, options.json, () =>
        done.answer === undefined ? "queued for the next sync" : `answer ${done.answer}`,
      );
    });
}

interface CloseOptions {
  next?: number;
  json?: boolean;
}

function registerCloseDay(program: Command): void {
  program
    .command("close-day")
    .description("close a delivery day: what is not delivered moves on, protected parcels with new codes")
    .argument("<day>", "YYYY-MM-DD", dayOption)
    .option("--next <day>", "the following delivery day (default: the day after)", dayOption)
    .option("--json", "as JSON")
    .action(async (day: number, options: CloseOptions, command: Command) => {
      const done = await withDepot(command, (depot) => depot.closeDay(day, options.next));
      print({ ...done, day: dayText(done.day), next: dayText(done.next) }, options.json, () =>
        [
          `${dayText(done.day)} closed: ${done.moved} parcels move to ${dayText(done.next)}, ${done.reissued} with a new code`,
          `${done.replanned} had come again with a newer round, ${done.manifestsClosed} manifests closed`,
          ...(done.acceptedOnly === 0 ? [] : [`${done.acceptedOnly} ACCEPTED BUT NOT HANDED OVER: look into them`]),
        ].join("\n"),
      );
    });
}

/** Adds the commands of a delivery day. */
export function registerDayCommands(program: Command): void {
  registerImport(program);
  registerAssign(program);
  registerSeal(program);
  registerReissue(program);
  registerRelease(program);
  registerCloseDay(program);
}
