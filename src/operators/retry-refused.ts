import { type MonoTypeOperatorFunction, type SchedulerLike, asyncScheduler, retry, throwError, timer } from 'rxjs';
import { type Check, type Checks, check, checkActorId, checkCount, checkDuration, checkOneOf, checkScheduler, isObject, resolveOptions } from '../failure/check';
import { type FailureCode, FAILURE_CODES } from '../failure/failure-code';
import { SendError } from '../failure/send-error';
import type { ActorId } from '../message/actor-id';

/** Which refusals are retried, how often and when. */
export interface RetryRefusedOptions {
  /** How many times a send is subscribed again, at most. `Infinity`: without a bound. */
  readonly count: number;
  /** Milliseconds before each time. Default 0: when the scheduler comes to it, never on the stack of the refusal. */
  readonly delay?: number;
  /** The codes that are retried. Default: all but `BrokerClosed`, `Deadlock` and `Rejected`, which time does not mend. */
  readonly codes?: readonly FailureCode[];
  /** Where the delay runs. Default `asyncScheduler`; in `TestScheduler.run` that is virtual time. */
  readonly scheduler?: SchedulerLike;
}

/** What time does not mend. */
const FINAL: readonly string[] = ['BrokerClosed', 'Deadlock', 'Rejected'];

const checkCodes: Check = (codes, name) => {
  check(Array.isArray(codes), `${name} must be an array of failure codes`, codes);
  for (const code of codes) checkOneOf(code, `a code of ${name}`, FAILURE_CODES);
};

const CHECKS: Checks<Required<RetryRefusedOptions>> = { count: checkCount, delay: checkDuration, codes: checkCodes, scheduler: checkScheduler };

/**
 * Sends again what `id` refused: subscribes again to a send that failed with a `SendError` of this very actor and `started: false`, so that no handler
 * has seen the message. Every other error passes: a handler's own, one of a nested ask to another actor, a code that is not among `codes`.
 *
 * What was emitted before a refusal stays emitted. After `count` times the last refusal is the error. Unsubscribing cancels, while it waits, too.
 *
 * ```ts
 * broker.send(search, Search.find({ text }), { timeout: 1_000 }).pipe(retryRefused(search, { count: 3, delay: 200 }));
 * ```
 *
 * @throws {TypeError | RangeError} for a bad id, a missing count, or an option out of its range.
 */
export function retryRefused<T>(id: ActorId, options: RetryRefusedOptions): MonoTypeOperatorFunction<T> {
  checkActorId(id);
  check(isObject(options), 'options must be { count, … }', options);
  checkCount(options.count, 'count');
  const defaults = { count: 1, delay: 0, codes: FAILURE_CODES.filter((code) => !FINAL.includes(code)), scheduler: asyncScheduler };
  const { count, delay, codes, scheduler } = resolveOptions(options, CHECKS, defaults);
  const isRefusal = (error: unknown): boolean => error instanceof SendError && error.actorId === id && !error.started && codes.includes(error.code);
  return retry({ count, delay: (error) => (isRefusal(error) ? timer(delay, scheduler) : throwError(() => error)) });
}
