import type { Lines, Runnable } from './lines';
import { macrotask } from './macrotask';
import type { Pace } from './pace';

/** The most messages of one mailbox in a row, its visit, before the next ready mailbox has one (rule D4). */
export const VISIT = 64;
/** Milliseconds after which a scheduled macrotask counts as lost: a test environment may have taken its timer away. */
const LOST = 100;

/** The arguments of a `TurnTaking`. */
export interface TurnTakingParts {
  /** Runs the next message of a mailbox that can run. */
  readonly runNext: (runnable: Runnable) => void;
  readonly lines: Lines;
  readonly pace: Pace;
  /** Is called when the drain gives way, and when it goes on: until then every message takes the slow path. */
  readonly slow: (change: 1 | -1) => void;
  /** Is called in the macrotask for which the drain has given way. */
  readonly goOn: () => void;
}

/** Whose turn it is: the ready mailboxes have visits of at most 64 messages, in line, and a drain that takes too long gives way (rule D4). */
export class TurnTaking {
  /** The mailbox that has its visit now. It does not line up, since the visit goes on with what the mailbox sends to itself. */
  visited: Runnable | null = null;
  readonly #runNext: (runnable: Runnable) => void;
  readonly #lines: Lines;
  readonly #pace: Pace;
  readonly #slow: (change: 1 | -1) => void;
  readonly #goOn: () => void;
  /** How many messages are left of the visit, and how many may run until the clock is looked at. */
  #left = 0;
  #untilLook = 1;
  /** Whether the visit is for a message from outside to an idle mailbox, which runs even if the drain has given way (rule D1). */
  #isFirst = false;
  /** When the drain gave way; `undefined` unless it waits for its macrotask. */
  #gaveWayAt: number | undefined;

  constructor({ runNext, lines, pace, slow, goOn }: TurnTakingParts) {
    this.#runNext = runNext;
    this.#lines = lines;
    this.#pace = pace;
    this.#slow = slow;
    this.#goOn = goOn;
  }

  /** Whether the next turn is that of a message that runs at once. */
  get mustRun(): boolean {
    return this.#isFirst || this.#lines.mustRun;
  }

  /** A drain begins. `left`: how many messages are left of the visit of `visited`. */
  begin(left: number): void {
    this.#left = left;
    this.#untilLook = 1;
    this.#isFirst = false;
    this.#pace.begin();
  }

  /** Runs one message, or ends a visit, or begins one. Returns false if there is nobody whose turn it is. */
  next(): boolean {
    const { visited } = this;
    if (visited !== null && this.#left > 0 && visited.canRun) {
      if (this.#mayRun()) {
        this.#isFirst = false;
        this.#left--;
        this.#runNext(visited);
        return true;
      }
      this.#giveWay();
    }
    if (visited === null) return this.#beginVisit();
    this.visited = null;
    if (visited.canRun) this.#lines.lineUp(visited);
    return true;
  }

  /** Asks the schedulers of those that stand in line. Returns whether one has called at once. */
  ask(): boolean {
    return this.#gaveWayAt === undefined && this.#lines.ask();
  }

  /** A settled promise or a microtask scheduler makes the drain go on: if these keep the event loop busy, it gives way. */
  giveWayIfHeldUp(): void {
    if (this.#pace.isHoldingUp()) this.#giveWay();
  }

  /** If the macrotask has not come in time, a call from outside goes on with the drain. */
  goOnIfLost(): void {
    if (this.#gaveWayAt !== undefined && performance.now() - this.#gaveWayAt > LOST) this.#goOnAgain();
  }

  #mayRun(): boolean {
    if (this.#isFirst) return true;
    return this.#gaveWayAt === undefined && (--this.#untilLook > 0 || (this.#untilLook = this.#pace.look()) > 0);
  }

  #beginVisit(): boolean {
    this.visited = this.#lines.takeFirst();
    this.#isFirst = this.visited !== null;
    if (this.#gaveWayAt === undefined) this.visited ??= this.#lines.take();
    this.#left = VISIT;
    return this.visited !== null;
  }

  /** Makes the ready mailboxes wait for a macrotask. */
  #giveWay(): void {
    if (this.#gaveWayAt !== undefined) return;
    this.#gaveWayAt = performance.now();
    this.#slow(1);
    this.#lines.giveWay();
    macrotask(() => {
      if (this.#gaveWayAt === undefined) return;
      this.#goOnAgain();
      this.#goOn();
    });
  }

  #goOnAgain(): void {
    this.#gaveWayAt = undefined;
    this.#slow(-1);
  }
}
