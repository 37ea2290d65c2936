// Opens a handheld's service port and a technician's session on it, for flashing. The key comes from a ticket, or from the
// depot on its own PC, and goes into no file.
import { openTechnicianSession } from "../technician/technician-session.ts";
import type { TechnicianPort } from "../technician/technician-port.ts";
import type { Ticket } from "../shared/ticket.ts";
import type { SessionOpener } from "./technician-flash-command.ts";
import { depotTicket, type TechnicianParts } from "./technician-run.ts";

/** Makes what opens a session, where the command line names a ticket or a device. */
export function sessionOpener(parts: TechnicianParts): SessionOpener {
  return ({ port: address, ticket: file, device }, command) => {
    if (file === undefined && device === undefined) return undefined;
    const ticketFor = (port: TechnicianPort): Promise<Ticket> =>
      device === undefined ? parts.readTicket(file ?? "") : depotTicket(parts, { device }, command, "no", port);
    return async () => {
      const port = await parts.openPort(address);
      try {
        await openTechnicianSession(port, await ticketFor(port));
        return port;
      } catch (error) {
        port.close();
        throw error;
      }
    };
  };
}
