// A simulated handheld behind a TCP port, as the linux board's bench port is: for commands that only know addresses.
import { createServer, type AddressInfo } from "node:net";
import type { SimulatedHandheld } from "../../src/simulator/simulated-handheld.ts";

/** Serves a handheld's service port on this computer until stopped; a connection is a cable in the dock. */
export async function serveHandheld(handheld: SimulatedHandheld): Promise<{ address: string; stop(): void }> {
  const server = createServer((socket) => {
    const cable = handheld.plugIn();
    cable.onData((bytes) => socket.write(bytes));
    cable.onClose(() => socket.end());
    socket.on("data", (bytes) => cable.write(new Uint8Array(bytes)));
    socket.on("error", () => undefined);
    socket.on("close", () => cable.close());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => void server.close() };
}
