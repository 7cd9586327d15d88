import { check, checkCount, checkTimeout, describeValue, isObject } from '../failure/check';
import type { DrainClock } from '../mailbox/dispatch/drain-clock';
import type { DeadLetter } from './dead-letter';

/** How dead letters are logged while nobody observes them (rule O3). */
export interface DeadLetterLogOptions {
  /** Letters written out before counting begins: 0 for none, `Infinity` for all. Default 10. */
  readonly first?: number;
  /** Milliseconds between counts of the rest, each told with the first letter after it, or when the broker closes. Default 300,000: five minutes. */
  readonly interval?: number;
}

const FIRST = 10;
const INTERVAL = 5 * 60_000;
/** In a flood the clock is asked for every so many-th letter only. */
const SKIPPED = 1_024;

/** Writes the first letters out, then one count every while: a flood of losses does not become a flood of lines. */
export class DeadLetterLog {
  readonly #write: (message: string, ...details: unknown[]) => void;
  readonly #first: number;
  readonly #interval: number;
  /** Letters there were, how many of them were told, the one at which the clock is asked in a flood too, and when to count. */
  #count = 0;
  #told: number;
  #looksAt = 0;
  #countsAt = -Infinity;

  /** @throws {RangeError | TypeError} for options out of range. */
  constructor(options: boolean | DeadLetterLogOptions, write: (message: string, ...details: unknown[]) => void) {
    check(typeof options === 'boolean' || isObject(options), 'logDeadLetters must be true, false or { first, interval }', options);
    const { first = FIRST, interval = INTERVAL } = options as DeadLetterLogOptions;
    if (first !== 0) checkCount(first, 'logDeadLetters.first');
    checkTimeout(interval, 'logDeadLetters.interval');
    this.#first = this.#told = options === false ? 0 : first;
    this.#interval = options === false ? Infinity : interval;
    this.#write = write;
  }

  /** Whether this letter is to be made and written out; else it is counted. Even asking the clock would be dear in a flood. */
  wantsLetter(clock: DrainClock): boolean {
    const count = ++this.#count;
    if (count < this.#looksAt && clock.isCoarse) return false;
    if (count <= this.#first) return true;
    if (this.#interval !== Infinity) this.#lookAt(clock.now());
    return false;
  }

  print(letter: DeadLetter): void {
    const target = letter.target === undefined ? (letter.topic === undefined ? '' : ` on topic ${describeValue(letter.topic)}`) : ` to ${describeValue(letter.target)}`;
    const isLast = this.#count === this.#first;
    this.#write(
      `rx-broker: dead letter: a message${target} was lost: ${letter.reason}${letter.asked ? ' (its sender knows)' : ''}. Observe deadLetters$ or attach a DeadLetterQueue.${isLast ? ' Further ones are only counted.' : ''}`,
      letter,
    );
  }

  callbackFailed(what: string, error: unknown): void {
    this.#write(`rx-broker: ${what} threw:`, error);
  }

  /** Writes the last count. */
  flush(): void {
    const counted = this.#count - this.#told;
    if (counted <= 0 || this.#interval === Infinity) return;
    this.#told = this.#count;
    this.#write(`rx-broker: ${counted} further dead letters.`);
  }

  #lookAt(now: number): void {
    this.#looksAt = this.#count + SKIPPED;
    if (now < this.#countsAt) return;
    if (this.#countsAt !== -Infinity) this.flush();
    this.#countsAt = now + this.#interval;
  }
}
