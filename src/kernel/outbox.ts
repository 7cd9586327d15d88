import { ChunkedQueue } from '../buffer/chunked-queue';

/** Tells one thing, by a call of user code: of observers, a caller, or a hook. */
export type Telling = () => void;

/**
 * The tellings that are due, in the order in which things happened (rule D0). A step adds them; the dispatcher tells them when the step is
 * complete.
 */
export class Outbox {
  readonly #reportError: (error: unknown) => void;
  #tellings: ChunkedQueue<Telling, number> | undefined;
  /** The list of `collect`, while that runs. */
  #collected: Telling[] | undefined;

  constructor(reportError: (error: unknown) => void) {
    this.#reportError = reportError;
  }

  get isEmpty(): boolean {
    return this.#tellings === undefined || this.#tellings.size === 0;
  }

  add(telling: Telling): void {
    if (this.#collected !== undefined) this.#collected.push(telling);
    else (this.#tellings ??= new ChunkedQueue()).push(telling, 0);
  }

  /** Runs `work`, whose tellings go into `list`. An entry that is in the outbox already will tell them. */
  collect(list: Telling[], work: () => void): void {
    this.#collected = list;
    try {
      work();
    } finally {
      this.#collected = undefined;
    }
  }

  /** Tells everything, also what is added during that. A callback that throws harms nobody else (rule D6). */
  tell(): void {
    const tellings = this.#tellings;
    if (tellings === undefined) return;
    while (tellings.size > 0) this.call(tellings.shift());
  }

  call(telling: Telling): void {
    try {
      telling();
    } catch (error) {
      this.#reportError(error);
    }
  }

  /** Tells `value` to each of the listeners. */
  tellEach<T>(listeners: Iterable<{ next(value: T): void }>, value: T): void {
    this.callEach(listeners, (listener) => listener.next(value));
  }

  /** Calls `telling` with each of the listeners. One that throws harms no other (rule D6). */
  callEach<Listener>(listeners: Iterable<Listener>, telling: (listener: Listener) => void): void {
    for (const listener of listeners) {
      try {
        telling(listener);
      } catch (error) {
        this.#reportError(error);
      }
    }
  }

  /** Reports the error of a callback that was not called by the outbox. */
  report(error: unknown): void {
    this.#reportError(error);
  }
}
