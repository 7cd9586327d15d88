import type { SchedulerLike } from 'rxjs';
import { describeValue } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import type { Envelope } from '../message/envelope';
import { THROTTLING } from './dead-letter-log';
import type { Logger } from './logger';
import { Throttle } from './throttle';

/** The origin of an error that no caller waits for. */
export interface ErrorOrigin {
  /** The actor whose handler or hook failed. */
  readonly actorId: ActorId;
  /** The message whose handler threw. Absent if `onStart` or `onStop` failed. */
  readonly message?: any;
  /** The message's envelope. Absent if there is no message. */
  readonly envelope?: Envelope;
}

/** Called with each error of a handler that no caller waits for, and of an actor's hook (rule O7). */
export type ErrorHook = (error: unknown, origin: ErrorOrigin) => void;

/** A hook that writes every error itself, as Angular's `ErrorHandler` does. The log of dead letters leaves these errors out (rule O3). */
export interface WritingHook extends ErrorHook {
  readonly isWriting?: true;
}

/** The default of `onError`: the logger's `error` writes the first 10 errors, then a count every five minutes. */
export class ErrorLog {
  readonly isWriting = true;
  readonly #throttle: Throttle;

  constructor(logger: Logger, scheduler: SchedulerLike) {
    this.#throttle = new Throttle(THROTTLING, scheduler, logger, 'error', 'errors of handlers');
  }

  /** Counts one more error. Returns a function that writes it, or `undefined` if it is only counted. */
  count(what: string, actorId: string, error: unknown): (() => void) | undefined {
    const throttle = this.#throttle;
    const end = throttle.count();
    return end === undefined ? undefined : () => throttle.write(`${what} of ${describeValue(actorId)} failed. Handle this by the broker's onError.${end}`, error);
  }

  /** Writes the last count, when the broker has ended. */
  close(): void {
    this.#throttle.close();
  }
}
