import type { TimestampProvider } from 'rxjs';
import { Stamp } from './stamp';

/** The time of a broker. The clock is read once for each outermost call and each turn, at its first use (rule D5). */
export class StepClock {
  readonly #source: TimestampProvider;
  readonly #reportError: (error: unknown) => void;
  #stamp = new Stamp(0);
  #isFresh = false;

  constructor(source: TimestampProvider, reportError: (error: unknown) => void) {
    this.#source = source;
    this.#reportError = reportError;
  }

  /** The stamp of the plain messages that are sent in this step or turn. */
  stamp(): Stamp {
    if (!this.#isFresh) {
      const at = this.read();
      if (at !== this.#stamp.at) this.#stamp = new Stamp(at);
      this.#isFresh = true;
    }
    return this.#stamp;
  }

  /** Reads the clock now. If the source throws, the last time is used (rule D6). */
  read(): number {
    try {
      return this.#source.now();
    } catch (error) {
      this.#reportError(error);
      return this.#stamp.at as number;
    }
  }

  /** Lets the next use read the clock: a step or a turn begins, or a handler has returned. */
  forget(): void {
    this.#isFresh = false;
  }
}
