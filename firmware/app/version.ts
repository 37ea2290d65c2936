// The firmware's version as a number; a test compares it with package.json.

/** major × 65536 + minor × 256 + patch. */
export const FIRMWARE_VERSION = 0x000100;
