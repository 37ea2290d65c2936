// The depot over HTTP: handhelds sync here, SPEC.md §9.4. It knows nothing of what a request holds, and its log has
// methods, paths and status codes only: no bodies, no keys, no codes.
import type { FastifyInstance } from "fastify";
import fastify from "fastify";
import type { Depot } from "../depot.ts";

/** Most bytes of a request: a sync has 1,680 at most. */
const BODY_LIMIT_BYTES = 64 * 1024;
const BYTES = "application/octet-stream";
const DEVICE = /^[1-9]\d{0,9}$/;

/** Where to listen. */
export interface ListenOptions {
  /** 0: any free port. */
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
}

/** A server over one depot; it does not close the depot. */
export interface DepotServer {
  /** Starts to listen; returns the address, for example `http://127.0.0.1:8080`. */
  start(options: ListenOptions): Promise<string>;
  /** Answers what is under way, then stops; safe to call twice. */
  stop(): Promise<void>;
}

/** What a server tells the outside about requests; one line each. */
export type RequestLog = (line: string) => void;

/** Makes a server; it listens only once started. */
export function makeServer(depot: Depot, log: RequestLog = () => undefined): DepotServer {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: "idle", logger: false });
  takeBytesOnly(app);
  app.addHook("onResponse", (request, reply, done) => {
    log(`${request.method} ${request.routeOptions.url ?? "?"} ${reply.statusCode}`);
    done();
  });
  hideErrors(app, log);
  app.get("/healthz", () => ({ status: "ok" }));
  app.post<{ Params: { id: string } }>("/v1/handhelds/:id/sync", async (request, reply) => {
    const { id } = request.params;
    const body = request.body;
    const answer =
      DEVICE.test(id) && body instanceof Uint8Array
        ? await depot.handleSync(new Uint8Array(body), Number(id))
        : undefined;
    // One answer for everything that is not authentic: no hint which part of it was wrong.
    if (answer === undefined) return reply.code(400).send({ error: "refused" });
    return reply.type(BYTES).send(Buffer.from(answer));
  });
  return { start: (options) => start(app, options), stop: () => app.close() };
}

/** Only raw bytes are parsed; any other body is refused before it is read. */
function takeBytesOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(BYTES, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

/** A failure inside is a plain 500: the message stays in the log, and names no secret there either. */
function hideErrors(app: FastifyInstance, log: RequestLog): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log(`failed: ${error.message}`);
    return reply.code(status).send({ error: status >= 500 ? "failed" : "refused" });
  });
}

async function start(app: FastifyInstance, options: ListenOptions): Promise<string> {
  const host = options.host ?? "127.0.0.1";
  await app.listen({ port: options.port, host: host });
  const address = app.server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
