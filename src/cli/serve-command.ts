// `parola serve`: the depot's server, until it is told to stop. Stops gracefully on SIGINT and SIGTERM.
import type { Command } from "commander";
import { makeServer } from "../depot/server/server.ts";
import { numberOption, withDepot } from "./depot-session.ts";

interface ServeOptions {
  port: number;
  host: string;
  quiet?: boolean;
}

/** Resolves at the first of the signals that ask a service to stop. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

/** Adds `serve`. */
export function registerServe(program: Command): void {
  program
    .command("serve")
    .description("let handhelds sync over HTTP, until stopped")
    .option("--port <port>", "0 takes any free one", numberOption(0, 0xffff), 8080)
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--quiet", "print no line for each request")
    .action(async (options: ServeOptions, command: Command) => {
      await withDepot(command, async (depot) => {
        const log = (line: string): void => void process.stderr.write(`${line}\n`);
        const server = makeServer(depot, options.quiet === true ? undefined : log);
        const stop = askedToStop();
        const address = await server.start({ port: options.port, host: options.host });
        process.stdout.write(`listening on ${address}\n`);
        await stop;
        await server.stop();
      });
    });
}
