import { macrotask } from './macrotask';
import { isFakeAsync, runOutsideZones } from './zone';

/** Milliseconds after which a drain gives way to a macrotask (rule D4). */
const SLICE = 5;
/** The most messages between two readings of the clock. A reading costs as much as a message. */
const MOST_UNREAD = 32;
/** Milliseconds without work after which a mark that has not come counts as lost: a test environment may have taken its timer away. */
const LOST = 100;
const A_MINUTE = 60_000;

/**
 * Decides when a drain gives way (rule D4), by the clock of the broker's scheduler. Virtual time stands still, so there no drain gives way.
 * If the scheduler uses `Date`, the machine's own clock counts as well, since a test can make `Date` stand still while timers run.
 *
 * A drain on one stack is measured by itself. What settling promises and microtask schedulers run is measured together since the last
 * macrotask, since most of that time passes outside of the broker, in continuations.
 */
export class Pace {
  readonly #clock: { read(): number };
  /** When the drain on this stack was first measured. */
  #startedAt = NaN;
  /** When it was last measured. */
  #readAt = NaN;
  /** `#startedAt` and `#readAt` by the machine's clock. */
  #realStartedAt = NaN;
  #realReadAt = NaN;
  /** How many messages lie between the last two readings. */
  #stride = 1;
  /** When the first microtask since the last known macrotask ran. `NaN`: none has. */
  #since = NaN;
  /** When the last microtask ran. `NaN`: none has. */
  #lastAt = NaN;
  /** Whether a mark is scheduled: a macrotask that shows that the event loop has gone on. */
  #isMarked = false;

  constructor(clock: { read(): number }) {
    this.#clock = clock;
  }

  /** Begins to measure a drain. */
  begin(): void {
    this.#startedAt = NaN;
    this.#stride = 1;
  }

  /**
   * Measures the drain. Returns how many messages may run until the next look: 1, 2, 4 … 32, or 1 if they are slow. Returns 0 if the drain's
   * time is over.
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
    // A negative time shows that the clock was set back.
    if (spent > SLICE || spent < 0) return 0;
    if (realNow - this.#realStartedAt > SLICE && !isVirtual(now)) return 0;
    this.#stride = now - this.#readAt > 1 || realNow - this.#realReadAt > 1 ? 1 : Math.min(this.#stride * 2, MOST_UNREAD);
    this.#readAt = now;
    this.#realReadAt = realNow;
    return this.#stride;
  }

  /**
   * Whether the broker has to wait for a macrotask, since microtasks have kept the event loop busy for 5 ms. To be called when a promise or
   * a microtask scheduler makes the broker go on.
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
    // After a pause either a macrotask has come, or one continuation took that long. The mark will show which.
    this.#since = now;
    this.#mark();
    return false;
  }

  #mark(): void {
    this.#isMarked = true;
    // Outside of zones, since the mark runs no user code.
    runOutsideZones(() =>
      macrotask(() => {
        this.#isMarked = false;
        this.#since = this.#lastAt = NaN;
      }),
    );
  }
}

/** Whether a time is not the machine's. A tick of virtual time is a macrotask of its own. */
export function isVirtual(now: number): boolean {
  return Math.abs(now - Date.now()) > A_MINUTE || isFakeAsync();
}
