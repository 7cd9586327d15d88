/** The messages that abort signals end, in the order in which they were sent. */
export class ModelSignals {
  readonly #ends = new Map<AbortSignal, (() => void)[]>();

  /** Calls `end` when the signal aborts. `undefined`: never. */
  follow(signal: AbortSignal | undefined, end: () => void): void {
    if (signal === undefined) return;
    const ends = this.#ends.get(signal);
    if (ends !== undefined) {
      ends.push(end);
      return;
    }
    const all = [end];
    this.#ends.set(signal, all);
    signal.addEventListener('abort', () => {
      for (const one of all) one();
    });
  }
}

/** The text of the reason of an aborted signal. */
export function reasonOf(signal: AbortSignal): string {
  return (signal.reason as Error).message;
}
