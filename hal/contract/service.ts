// The service port: frames from a dock or a bench, SPEC.md §10. The driver does the framing.

export interface Service {
  /** `answer` gets each frame's command and data and returns the answer's data. One listener. */
  onCommand(answer: (command: number, data: Uint8Array) => Uint8Array): void;
}
