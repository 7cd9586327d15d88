import type { SchedulerLike } from 'rxjs';
import { describeValue } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import type { Envelope } from '../message/envelope';
import { THROTTLING } from './dead-letter-log';
import { type Logger, write } from './logger';
import { Throttle } from './throttle';

/** Where an error comes from that no caller waits for. */
export interface ErrorOrigin {
  /** The actor whose handler or hook failed. */
  readonly actorId: ActorId;
  /** The message that its handler threw at. Absent where `onStart` or `onStop` failed. */
  readonly message?: any;
  /** The message's envelope. Absent where there is no message. */
  readonly envelope?: Envelope;
}

/** Is told what a handler threw at a message that nobody asked, and what a hook of an actor threw (rule O7). */
export type ErrorHook = (error: unknown, origin: ErrorOrigin) => void;

/** What is told of such errors by default: the first 10 are written by the logger's `error`, then one count in five minutes. */
export class ErrorLog {
  readonly #logger: Logger;
  readonly #throttle: Throttle;

  constructor(logger: Logger, scheduler: SchedulerLike) {
    this.#logger = logger;
    this.#throttle = new Throttle(THROTTLING, scheduler, (count) => write(logger, 'error', `${count} further errors of handlers.`));
  }

  /** One more error. What writes it; `undefined` where it is only counted. */
  count(what: string, actorId: string, error: unknown): (() => void) | undefined {
    const throttle = this.#throttle;
    const isWritten = throttle.isOpen;
    throttle.count();
    if (!isWritten) return undefined;
    const further = throttle.isOpen ? '' : ' Further ones are only counted.';
    return () => write(this.#logger, 'error', `${what} of ${describeValue(actorId)} failed. Handle this by the broker's onError.${further}`, error);
  }

  /** The broker has ended: the last count. */
  close(): void {
    this.#throttle.close();
  }
}
