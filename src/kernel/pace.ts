import { macrotask } from './macrotask';

/** Milliseconds after which a drain gives way to a macrotask (rule D4). */
const SLICE = 5;
/** Messages between two readings of the clock, at most: a reading costs as much as a message. */
const MOST_UNREAD = 32;
/** Milliseconds without any work after which a mark that has not come never will: somebody has taken its timer away. */
const LOST = 100;
const A_MINUTE = 60_000;

/**
 * When to give way (rule D4), by the clock of the broker's scheduler, and by the machine's where that is what the scheduler goes by: tests
 * make `Date` stand still, and timers must come all the same. Virtual time never gives way.
 *
 * What runs on one stack is measured by itself. What settling promises and microtask schedulers run is measured over everything since the
 * last macrotask: most of that time passes in continuations, outside of the broker.
 */
export class Pace {
  readonly #clock: { read(): number };
  /** The stack: when its drain was first and last measured, by both clocks, and how many messages later it is measured again. */
  #startedAt = NaN;
  #readAt = NaN;
  #realStartedAt = NaN;
  #realReadAt = NaN;
  #stride = 1;
  /** The microtasks: when the first one since the last known macrotask ran, and when the last one did. `NaN`: none has. */
  #since = NaN;
  #lastAt = NaN;
  /** A macrotask was asked for, to tell that one has come. */
  #isMarked = false;

  constructor(clock: { read(): number }) {
    this.#clock = clock;
  }

  /** A drain begins on a stack of its own. */
  begin(): void {
    this.#startedAt = NaN;
    this.#stride = 1;
  }

  /**
   * Measures the drain on this stack. How many messages may run until the next look: 1, 2, 4 … 32, or 1 where they are slow; 0: its time
   * is over.
   */
  look(): number {
    const now = this.#clock.read();
    const realNow = performance.now();
    if (Number.isNaN(this.#startedAt)) {
      this.#startedAt = this.#readAt = now;
      this.#realStartedAt = this.#realReadAt = realNow;
      return 1;
    }
    const spent = now - this.#startedAt;
    // A clock that was set back says nothing of how long this took.
    if (spent > SLICE || spent < 0) return 0;
    if (realNow - this.#realStartedAt > SLICE && !isVirtual(now)) return 0;
    this.#stride = now - this.#readAt > 1 || realNow - this.#realReadAt > 1 ? 1 : Math.min(this.#stride * 2, MOST_UNREAD);
    this.#readAt = now;
    this.#realReadAt = realNow;
    return this.#stride;
  }

  /**
   * A promise or a microtask scheduler makes the broker go on. Whether it has to wait for a macrotask, since microtasks have kept the
   * event loop for 5 ms.
   */
  isHoldingUp(): boolean {
    const now = performance.now();
    const pause = now - this.#lastAt;
    this.#lastAt = now;
    if (Number.isNaN(this.#since)) {
      this.#since = now;
      return false;
    }
    if (now - this.#since <= SLICE || isVirtual(this.#clock.read())) return false;
    if (this.#isMarked && pause < LOST) return true;
    if (pause < SLICE) {
      this.#mark();
      return true;
    }
    // After a pause either a macrotask has come, or one continuation took that long: the mark will tell.
    this.#since = now;
    this.#mark();
    return false;
  }

  #mark(): void {
    this.#isMarked = true;
    macrotask(() => {
      this.#isMarked = false;
      this.#since = this.#lastAt = NaN;
    });
  }
}

/** A clock that is not the machine's: its ticks are macrotasks of their own. */
function isVirtual(now: number): boolean {
  return Math.abs(now - Date.now()) > A_MINUTE;
}
