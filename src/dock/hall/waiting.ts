// Waiting with an end: for a time, for a promise that may be too slow or no longer wanted, and for one's turn. Nothing here
// leaves a timer or a listener behind.

/** Waits `wait_ms`, or less when one of the signals is aborted. */
export function pause(wait_ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, wait_ms);
    for (const signal of signals) signal.addEventListener("abort", done);
    if (signals.some((signal) => signal.aborted)) done();
  });
}

/**
 * The promise's outcome, unless the signal is aborted or the time is over first; what it brings later is handed to `late`.
 * @throws what `failure` makes of it then
 */
export function within<T>(
  promise: Promise<T>,
  limit: { wait_ms?: number; signal?: AbortSignal },
  failure: () => Error,
  late: (value: T) => void = () => undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const finish = (act: () => void): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      limit.signal?.removeEventListener("abort", giveUp);
      act();
    };
    const giveUp = (): void => finish(() => reject(failure()));
    const timer = limit.wait_ms === undefined ? undefined : setTimeout(giveUp, limit.wait_ms);
    promise.then(
      (value) => (isOver ? late(value) : finish(() => resolve(value))),
      (error: unknown) => finish(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
    limit.signal?.addEventListener("abort", giveUp);
    if (limit.signal?.aborted === true) giveUp();
  });
}

/** Work that is done one piece at a time, in the order asked for. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when everything before it has ended, well or not. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work, work);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
