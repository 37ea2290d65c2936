// Bytes to hexadecimal digits and back.

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function unhex(digits: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new TypeError("digits: not hexadecimal");
  return new Uint8Array(Buffer.from(digits, "hex"));
}

/** ASCII characters as hexadecimal digits. */
export function hexOf(text: string): string {
  return Buffer.from(text, "latin1").toString("hex");
}
