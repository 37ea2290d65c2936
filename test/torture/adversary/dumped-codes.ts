// What a dump of a handheld's flash tells of each code: its salt and its tag. Read by SPEC.md §4.3, not by the product.
import { listedParcels } from "../../support/journal-writer.ts";

/** A code as the manifest lists it. */
export interface DumpedCode {
  tracking: string;
  parcel: number;
  code: number;
  salt: Uint8Array;
  tag: number;
  tagBits: number;
}

/** Every code of a sealed manifest. */
export function dumpedCodes(manifest: Uint8Array): DumpedCode[] {
  const bytes = Buffer.from(manifest);
  return listedParcels(manifest)
    .filter(({ code }) => code !== 0)
    .map(({ tracking, parcel, code, salt }) => {
      const at = bytes.indexOf(salt) + salt.length;
      return { tracking, parcel, code, salt, tag: bytes.readUIntLE(at, 3), tagBits: bytes[at + 3] ?? 0 };
    });
}
