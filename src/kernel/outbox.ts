import { ChunkedQueue } from '../buffer/chunked-queue';

/** Tells one thing to the observers, the caller or the hook that it is for. */
export type Telling = () => void;

/**
 * The tellings that are due, in the order in which things happened (rule D0). A step adds them; the dispatcher calls them when the step is
 * complete.
 */
export class Outbox {
  readonly #reportError: (error: unknown) => void;
  #tellings: ChunkedQueue<Telling, number> | undefined;
  /** Where `collect` gathers, while it does. */
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

  /** What `work` adds goes into `list`, to be told by an entry that stands in the outbox already. */
  collect(list: Telling[], work: () => void): void {
    this.#collected = list;
    try {
      work();
    } finally {
      this.#collected = undefined;
    }
  }

  /** Tells everything, also what is added meanwhile. A callback that throws harms nobody else (rule D6). */
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

  /** A callback threw where it was not called by the outbox. */
  report(error: unknown): void {
    this.#reportError(error);
  }
}
