import type { SchedulerLike, Subscription } from 'rxjs';
import { type Checks, checkCount, checkTimeout, describeValue, hasMethod, isObject, refuse, resolveOptions } from '../failure/check';
import { LONGEST_DELAY } from '../kernel/timers';
import type { DeadLetter } from '../message/dead-letter';

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

/** Writes what no observer is told: an object with `warn()`, such as `console`, or a function. */
export type Logger = WarningLogger | LogWriter;

/** A logger with levels, of which the broker uses `warn`. */
export interface WarningLogger {
  warn(message: string, ...details: unknown[]): void;
}

/** Writes one line. */
export type LogWriter = (message: string, ...details: unknown[]) => void;

type Settings = Required<DeadLetterLogOptions>;

const DEFAULTS: Settings = { first: 10, interval: 5 * 60_000 };
const OFF: Settings = { first: 0, interval: Infinity };
const CHECKS: Checks<Settings> = {
  first: (value, name) => {
    if (value !== 0) checkCount(value, name);
  },
  interval: checkTimeout,
};

/** @throws {TypeError | RangeError} for a bad `logDeadLetters` option. */
export function checkLog(options: unknown, name: string): void {
  if (typeof options !== 'boolean' && !isObject(options)) refuse(`${name} must be true, false or { first, interval }`, options);
  settingsOf(options);
}

/** @throws {TypeError} for a bad `logger` option. */
export function checkLogger(logger: unknown, name: string): void {
  if (typeof logger !== 'function' && !hasMethod(logger, 'warn')) refuse(`${name} must be a function or an object with warn()`, logger);
}

function settingsOf(options: boolean | DeadLetterLogOptions): Settings {
  return options === false ? OFF : resolveOptions(options === true ? undefined : options, CHECKS, DEFAULTS, 'logDeadLetters.');
}

/** Writes the first dead letters, then a count at every interval, so that a flood of losses does not become a flood of lines. */
export class DeadLetterLog {
  readonly #logger: Logger;
  readonly #first: number;
  readonly #interval: number;
  readonly #scheduler: SchedulerLike;
  /** How many letters there were. */
  #count = 0;
  /** How many of them were written, one by one or in a count. */
  #told: number;
  /** Writes the next count. */
  #timer: Subscription | undefined;

  constructor(options: boolean | DeadLetterLogOptions, logger: Logger, scheduler: SchedulerLike) {
    const { first, interval } = settingsOf(options);
    this.#first = this.#told = first;
    this.#interval = interval;
    this.#logger = logger;
    this.#scheduler = scheduler;
  }

  /** Whether the next letter is to be written, not only counted. */
  get wantsLetter(): boolean {
    return this.#count < this.#first;
  }

  /** Counts one more letter. If it is not to be written itself, a count is written when `interval` is over. */
  count(): void {
    if (++this.#count <= this.#first || this.#interval === Infinity || this.#timer !== undefined) return;
    this.#timer = this.#scheduler.schedule(() => {
      this.#timer = undefined;
      this.#flush();
    }, Math.min(this.#interval, LONGEST_DELAY));
    // A timer of Node must not keep the process alive for a count.
    (this.#timer as { id?: { unref?(): void } }).id?.unref?.();
  }

  /** Writes a letter. `isLast`: later letters are only counted, and the line says so. */
  print(letter: DeadLetter, isLast: boolean): void {
    const { reason, target, topic } = letter;
    const where = target !== undefined ? ` to ${describeValue(target)}` : topic !== undefined ? ` on topic ${describeValue(topic)}` : '';
    const further = isLast ? ' Further ones are only counted.' : '';
    this.#write(`dead letter: a message${where} was lost: ${reason}. Observe deadLetters$ or attach a DeadLetterQueue.${further}`, letter);
  }

  callbackFailed(what: string, error: unknown): void {
    this.#write(`${what} threw:`, error);
  }

  /** Writes the last count, when the broker has ended. */
  close(): void {
    this.#timer?.unsubscribe();
    this.#flush();
  }

  /** Writes how many letters were not written since the last count. */
  #flush(): void {
    const counted = this.#count - this.#told;
    if (counted <= 0 || this.#interval === Infinity) return;
    this.#told = this.#count;
    this.#write(`${counted} further dead letters.`);
  }

  #write(text: string, ...details: unknown[]): void {
    const logger = this.#logger;
    const line = `rx-broker: ${text}`;
    try {
      if (typeof logger === 'function') logger(line, ...details);
      else logger.warn(line, ...details);
    } catch {
      // A logger that throws must not stop the broker, and its error can be told to nobody.
    }
  }
}
