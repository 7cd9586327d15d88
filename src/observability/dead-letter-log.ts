import type { TimestampProvider } from 'rxjs';
import { check, checkPositiveInteger, checkTimeout, describeValue, isObject } from '../failure/check';
import type { DeadLetter } from './dead-letter';

/** How dead letters are logged while nobody observes them (rule O3). */
export interface DeadLetterLogOptions {
  /** Letters written out before counting begins. Default 10. */
  readonly first?: number;
  /** Milliseconds between counts of the rest. Default 300,000: five minutes. */
  readonly interval?: number;
}

const FIRST = 10;
const INTERVAL = 5 * 60_000;
/** In a flood the clock is read for every so many-th letter only. */
const MOST_SKIPPED = 1_024;
/** Letters that come faster than this many milliseconds apart are a flood. */
const FLOOD = 100;

/** Writes the first letters out, then one count every while: a flood of losses does not become a flood of lines. */
export class DeadLetterLog {
  readonly #write: (message: string, ...details: unknown[]) => void;
  readonly #first: number;
  readonly #interval: number;
  /** Letters there were, how many of them were told, and the one at which the clock is looked at again. */
  #count = 0;
  #told: number;
  #looksAt: number;
  #countsFrom: number | undefined;
  #lastReading = -Infinity;
  #skips = 0;

  /** @throws {RangeError | TypeError} for options out of range. */
  constructor(options: boolean | DeadLetterLogOptions, write: (message: string, ...details: unknown[]) => void) {
    check(typeof options === 'boolean' || isObject(options), 'logDeadLetters must be true, false or { first, interval }', options);
    const { first = FIRST, interval = INTERVAL } = options as DeadLetterLogOptions;
    if (first !== 0) checkPositiveInteger(first, 'logDeadLetters.first');
    checkTimeout(interval, 'logDeadLetters.interval');
    this.#first = this.#told = options === false ? 0 : first;
    this.#looksAt = this.#first + 1;
    this.#interval = options === false ? Infinity : interval;
    this.#write = write;
  }

  /** Whether this letter is to be made and written out; else it is counted. */
  wantsLetter(clock: TimestampProvider): boolean {
    const count = ++this.#count;
    if (count < this.#looksAt) return count <= this.#first;
    this.#lookAt(clock.now());
    return false;
  }

  print(letter: DeadLetter): void {
    const target = letter.target === undefined ? (letter.topic === undefined ? '' : ` on topic ${describeValue(letter.topic)}`) : ` to ${describeValue(letter.target)}`;
    this.#write(
      `rx-broker: dead letter: a message${target} was lost: ${letter.reason}${letter.asked ? ' (its sender knows)' : ''}. Observe deadLetters$ or attach a DeadLetterQueue.`,
      letter,
    );
    if (this.#count === this.#first) this.#write('rx-broker: further dead letters are only counted.');
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

  /** Reading the clock costs more than refusing a message: in a flood it is read for every many-th, when letters are rare for each. */
  #lookAt(now: number): void {
    this.#countsFrom ??= now;
    this.#skips = now - this.#lastReading < FLOOD ? Math.min(MOST_SKIPPED, this.#skips * 2 + 1) : 0;
    this.#lastReading = now;
    this.#looksAt = this.#count + this.#skips + 1;
    if (now - this.#countsFrom < this.#interval) return;
    this.#countsFrom = now;
    this.flush();
  }
}
