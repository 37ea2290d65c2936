// `parola lost` (and `parola device lost`): books a handheld as lost and prints the list that the platform needs to send
// new codes to their buyers: parcels, days and ids of codes, never a code itself.
import type { Command } from "commander";
import { dayText } from "../depot/calendar.ts";
import type { LostBooking } from "../depot/device/lost-device.ts";
import { deviceOption, print, withDepot } from "./depot-session.ts";

/** The booking in words: one line a parcel. */
function lostWords(booking: LostBooking): string {
  if (booking.wasLost) return `handheld ${booking.device} was booked as lost before; nothing is changed`;
  const count = booking.reissued.length;
  return [
    `handheld ${booking.device} booked as lost: key epoch ${booking.closedKeyEpoch} closed, ${count} codes replaced`,
    ...booking.reissued.map(
      ({ tracking, day, oldCode, newCode }) => `  ${tracking}  ${dayText(day)}  code ${oldCode} -> ${newCode}`,
    ),
    ...(count === 0 ? [] : ["the platform must show these buyers their new codes"]),
  ].join("\n");
}

async function bookLost(device: number, options: { json?: boolean }, command: Command): Promise<void> {
  const booking = await withDepot(command, (depot) => depot.markLost(device));
  const shown = { ...booking, reissued: booking.reissued.map((one) => ({ ...one, day: dayText(one.day) })) };
  print(shown, options.json, () => lostWords(booking));
}

/** Adds `lost` to the program, or to `device`. */
export function registerLost(program: Command): void {
  program
    .command("lost")
    .description("book a handheld as lost: its key is closed, every undelivered code on it is replaced and listed")
    .argument("<number>", "the handheld", deviceOption)
    .option("--json", "as JSON")
    .action(bookLost);
}
