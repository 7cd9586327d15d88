import type { SchedulerLike } from 'rxjs';
import { type Checks, checkCount, checkTimeout, describeValue, isObject, refuse, resolveOptions } from '../failure/check';
import type { DeadLetter } from '../message/dead-letter';
import { type Logger, write } from './logger';
import { Throttle, type Throttling } from './throttle';

/** How dead letters are logged while nobody observes them (rule O3). */
export interface DeadLetterLogOptions {
  /** Letters written out before counting begins: 0 for none, `Infinity` for all. Default 10. */
  readonly first?: number;
  /**
   * Milliseconds after which the rest is written as one count; the last one is written when the broker closes. Default 300,000: five
   * minutes.
   */
  readonly interval?: number;
}

/** The first 10, then one count in five minutes (rule O3). */
export const THROTTLING: Throttling = { first: 10, interval: 5 * 60_000 };
const OFF: Throttling = { first: 0, interval: Infinity };
const CHECKS: Checks<Throttling> = {
  first: (value, name) => {
    if (value !== 0) checkCount(value, name);
  },
  interval: checkTimeout,
};

/** @throws {TypeError | RangeError} */
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
  readonly #logger: Logger;

  constructor(options: boolean | DeadLetterLogOptions, logger: Logger, scheduler: SchedulerLike) {
    this.#logger = logger;
    this.throttle = new Throttle(throttlingOf(options), scheduler, (count) => write(logger, 'warn', `${count} further dead letters.`));
  }

  /** Writes a letter. `isLast`: the later ones are only counted. */
  print(letter: DeadLetter, isLast: boolean): void {
    const { reason, target, topic } = letter;
    const where = target !== undefined ? ` to ${describeValue(target)}` : topic !== undefined ? ` on topic ${describeValue(topic)}` : '';
    const further = isLast ? ' Further ones are only counted.' : '';
    write(this.#logger, 'warn', `dead letter: a message${where} was lost: ${reason}. Observe deadLetters$ or attach a DeadLetterQueue.${further}`, letter);
  }
}
