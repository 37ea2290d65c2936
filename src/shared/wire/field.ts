// The shape of a format's table in SPEC.md, as data: tests compare the two, and nothing on the handheld imports it.

/** One row of a SPEC table: name, first byte, number of bytes. */
export type Field = readonly [name: string, offset: number, length: number];
