// Reads a round in the shape of the 2021 last-mile routing data set: package_data.json {route: {stop: {PackageID: …}}},
// beside it route_data.json (station, date, zones) and actual_sequences.json (the order driven). The set has no labels,
// values or addresses: made-up-parcel.ts makes them up.
import type { Hash } from "../../shared/crypto/hash.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import { addressLine } from "./address-line.ts";
import { madeUpAddress, madeUpParcel } from "./made-up-parcel.ts";
import type { ParsedParcel, ParsedRound, Place, RoundWish } from "./parsed-round.ts";
import { checkRound, parseDayAt, roundName, wrong } from "./parsed-round.ts";
import { decodeUtf8 } from "./utf8.ts";

/** The data set's files, by what they hold. */
export interface JsonFiles {
  /** package_data.json, and its name for messages. */
  packages: { bytes: Uint8Array; file: string };
  routes: { bytes: Uint8Array; file: string } | undefined;
  sequences: { bytes: Uint8Array; file: string } | undefined;
}

type JsonObject = Record<string, unknown>;

const STOP_MAX = 0xffff;

/**
 * Reads one route.
 * @param route its id or the beginning of it, with or without "RouteID_"; not needed when the file has one route only
 * @throws DepotError 905…912 naming file, route and stop
 */
export function readJsonRound(
  hash: Hash,
  files: JsonFiles,
  wish: RoundWish & { route: string | undefined; threshold_cents: number },
): ParsedRound {
  const { file } = files.packages;
  const all = parseFile(files.packages);
  const id = routeOf(Object.keys(all), wish.route, file);
  const stops = objectAt(all, id, `${file}, ${id}`);
  const route = optionalRoute(files.routes, id);
  const day = wish.day ?? dateOf(route, files.routes?.file ?? file);
  const order = orderOf(stops, optionalOrder(files.sequences, id), files.sequences?.file ?? file);
  const parcels: ParsedParcel[] = [];
  const places: Place[] = [];
  for (const [stop, number] of order) {
    const address = addressLine(madeUpAddress(hash, stop, zoneOf(route, stop)));
    for (const packageId of Object.keys(objectAt(stops, stop, `${file}, ${id}, stop ${stop}`))) {
      const made = madeUpParcel(hash, packageId, wish.threshold_cents);
      parcels.push({ ...made, stop: number, address: address, asked: false });
      places.push(`${file}, ${packageId}`);
    }
  }
  const name = roundName(wish.name, defaultName(route, id), file);
  return checkRound({ day: day, name: name, parcels: parcels }, file, places);
}

function parseFile(source: { bytes: Uint8Array; file: string }): JsonObject {
  const text = decodeUtf8(source.bytes, source.file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const at = /line (\d+) column \d+|position \d+/.exec((error as Error).message)?.[0];
    throw new DepotError(DepotFault.RoundFile, `${source.file}: not JSON${at === undefined ? "" : `, ${at}`}`);
  }
  return asObject(value, source.file);
}

function asObject(value: unknown, place: Place): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DepotError(DepotFault.RoundFile, `${place}: an object was expected here`);
  }
  return value as JsonObject;
}

function objectAt(parent: JsonObject, key: string, place: Place): JsonObject {
  return asObject(parent[key], place);
}

function routeOf(ids: readonly string[], wanted: string | undefined, file: string): string {
  const fits = ids.filter((id) => wanted === undefined || id.replace(/^RouteID_/, "").startsWith(bareId(wanted)));
  const [id] = fits;
  if (id !== undefined && fits.length === 1) return id;
  if (ids.length === 0) throw new DepotError(DepotFault.RoundEmpty, `${file}: no route in it`);
  const found = fits.length === 0 ? `no route ${wanted ?? ""}` : `${fits.length} routes fit`;
  throw new DepotError(DepotFault.RoundFile, `${file}: ${found}; name one with --route: ${ids.join(", ")}`);
}

function bareId(id: string): string {
  return id.replace(/^RouteID_/, "");
}

function optionalRoute(source: JsonFiles["routes"], id: string): JsonObject | undefined {
  if (source === undefined) return undefined;
  const routes = parseFile(source);
  return routes[id] === undefined ? undefined : objectAt(routes, id, `${source.file}, ${id}`);
}

function optionalOrder(source: JsonFiles["sequences"], id: string): JsonObject | undefined {
  if (source === undefined) return undefined;
  const sequences = parseFile(source);
  if (sequences[id] === undefined) return undefined;
  return objectAt(objectAt(sequences, id, `${source.file}, ${id}`), "actual", `${source.file}, ${id}, actual`);
}

function dateOf(route: JsonObject | undefined, file: string): number {
  const text = route?.["date_YYYY_MM_DD"];
  if (typeof text !== "string") throw new DepotError(DepotFault.RoundDays, `${file}: which day? give --day`);
  return parseDayAt(text, file);
}

function zoneOf(route: JsonObject | undefined, stop: string): string | undefined {
  const stops = route?.["stops"] as Record<string, { zone_id?: unknown } | undefined> | undefined;
  const zone = stops?.[stop]?.zone_id;
  return typeof zone === "string" ? zone : undefined;
}

/** Stops that have packages, in the order driven, numbered 1, 2, 3 …; without an order, as the file has them. */
function orderOf(stops: JsonObject, actual: JsonObject | undefined, file: string): [stop: string, number: number][] {
  const ids = Object.keys(stops).filter(
    (stop) => Object.keys(asObject(stops[stop], `${file}, stop ${stop}`)).length > 0,
  );
  if (actual !== undefined) {
    const positions = new Map(ids.map((stop) => [stop, positionOf(actual[stop], `${file}, stop ${stop}`)]));
    ids.sort((a, b) => (positions.get(a) ?? 0) - (positions.get(b) ?? 0));
  }
  return ids.map((stop, at) => [stop, at + 1]);
}

function positionOf(value: unknown, place: Place): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > STOP_MAX) {
    throw wrong(place, "its place in the driving order is missing or no number");
  }
  return value;
}

/** Station and the id's beginning: "DCH4-15baae2d". */
function defaultName(route: JsonObject | undefined, id: string): string {
  const station = route?.["station_code"];
  const short = bareId(id).slice(0, 8);
  return typeof station === "string" ? `${station}-${short}` : short;
}
