// What can go wrong on the cable itself, apart from the faults a handheld answers with. It never carries key material.

/** How the cable failed; "session": the cable is fine, but the session on it has ended and may be opened anew. */
export type DockErrorKind = "unreachable" | "time-out" | "closed" | "garbage" | "session";

/** The cable failed; nothing is known of the last request, so the handheld must be asked again from the start. */
export class DockError extends Error {
  readonly kind: DockErrorKind;

  constructor(kind: DockErrorKind, message: string) {
    super(message);
    this.name = "DockError";
    this.kind = kind;
  }
}
