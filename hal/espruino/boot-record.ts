// What the loader left for the bundle, SPEC.md §11.1: which slot it runs from, and how to say that it is up.

/** Says that this bundle is up; nothing to say when another tool flashed it. */
export function confirmUp(): void {
  const handle = global.parolaBoot;
  if (handle) handle.up();
}

/** Letter of the slot that runs; "" when another tool flashed it. */
export function bundleSlot(): string {
  const handle = global.parolaBoot;
  return handle ? handle.slot : "";
}
