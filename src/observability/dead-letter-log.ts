import type { SchedulerLike } from 'rxjs';
import { type Checks, checkCount, checkTimeout, describeValue, isObject, refuse, resolveOptions } from '../failure/check';
import type { DeadLetter } from '../message/dead-letter';
import type { Logger } from './logger';
import { Throttle, type Throttling } from './throttle';

/** How dead letters are logged while nobody observes them (rule O3). */
export interface DeadLetterLogOptions {
  /** How many letters are written; the rest is counted. 0 for none, `Infinity` for all. Default 10. */
  readonly first?: number;
  /**
   * Milliseconds after which the rest is written as one count. The last count is written when the broker closes. Default 300,000, five
   * minutes.
   */
  readonly interval?: number;
}

/** The default: the first 10, then a count every five minutes (rule O3). */
export const THROTTLING: Throttling = { first: 10, interval: 300_000 };
const OFF: Throttling = { first: 0, interval: Infinity };
const CHECKS: Checks<Throttling> = {
  first: (value, name) => {
    if (value !== 0) checkCount(value, name);
  },
  interval: checkTimeout,
};

/** @throws {TypeError | RangeError} for a bad `logDeadLetters` option. */
export function checkLog(options: unknown, name: string): void {
  if (typeof options !== 'boolean' && !isObject(options)) refuse(`${name} must be true, false or { first, interval }`, options);
  throttlingOf(options);
}

function throttlingOf(options: boolean | DeadLetterLogOptions): Throttling {
  return options === false ? OFF : resolveOptions(options === true ? undefined : options, CHECKS, THROTTLING, 'logDeadLetters.');
}

/** Writes dead letters as warnings. */
export class DeadLetterLog {
  readonly throttle: Throttle;

  constructor(options: boolean | DeadLetterLogOptions, logger: Logger, scheduler: SchedulerLike) {
    this.throttle = new Throttle(throttlingOf(options), scheduler, logger, 'warn', 'dead letters');
  }

  /** Writes a letter, with the end of the line that the throttle gives. */
  print(letter: DeadLetter, end: string): void {
    const { reason, target, topic } = letter;
    const where = target !== undefined ? ` to ${describeValue(target)}` : topic !== undefined ? ` on topic ${describeValue(topic)}` : '';
    this.throttle.write(`dead letter: a message${where} was lost: ${reason}. Observe deadLetters$ or attach a DeadLetterQueue.${end}`, letter);
  }
}
