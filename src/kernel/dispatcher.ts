import type { SchedulerLike } from 'rxjs';
import type { FailureCode } from '../failure/failure-code';
import { StepClock } from './clock';
import { type Line, Lines, type Runnable } from './lines';
import { macrotask } from './macrotask';
import { Outbox, type Telling } from './outbox';
import { Pace } from './pace';
import type { Stamp } from './stamp';

/** Messages of one mailbox in a row, before the next ready one has its visit (rule D4). */
const VISIT = 64;
/** Milliseconds after which a macrotask that was asked for is taken for lost: somebody has taken its timer away. */
const LOST = 100;

/**
 * The state of the stack. `quiet`: the stack is empty, and nobody observes, so a message may take the direct path. `empty`: the stack is empty,
 * and every message takes the slow path. `step`: the outermost step changes the state, and calls no user code. `telling`: the outbox is being
 * told. A mailbox: its turn runs.
 */
export type Stack = 'quiet' | 'empty' | 'step' | 'telling' | Runnable;

/** A message on its way to many idle mailboxes, in one piece (`fan-out.ts`). */
export interface OnePiece {
  /** Puts the rest of it into the mailboxes' queues. */
  unfold(): void;
}

/** How the turn on the stack will end when its handler has returned, and what will be told of that, in its place in the outbox. */
export interface Cut {
  readonly code: FailureCode | 'Cancelled';
  readonly error: unknown;
  readonly tellings: Telling[];
}

/** What a dispatcher is given. */
export interface DispatcherParts {
  /** Runs the next message of a mailbox that can run. */
  readonly runNext: (runnable: Runnable) => void;
  readonly reportError: (what: string, error: unknown) => void;
  readonly scheduler: SchedulerLike;
  readonly dispatcher: SchedulerLike | undefined;
}

/**
 * Whose turn it is, and when it is told what has happened: state first, then tell (rule D0).
 *
 * Every operation is a step, which changes the state completely. At the end of the outermost call the outbox is told, then the ready
 * mailboxes have their turns, and after each turn the outbox is told again. A broker has one dispatcher, a mailbox without a broker has
 * its own.
 */
export class Dispatcher {
  // One field: the direct path writes it twice for each message, and every write counts.
  stack: Stack = 'quiet';
  /** Something happened since the outermost call began: the direct path must not end without the drain loop. */
  isTouched = false;
  /** The mailbox whose messages the loop runs now. It does not line up: the loop goes on with what it sends to itself. */
  visited: Runnable | null = null;
  cut: Cut | null = null;
  readonly scheduler: SchedulerLike;
  readonly outbox: Outbox;
  readonly #lines: Lines;
  readonly #clock: StepClock;
  readonly #pace: Pace;
  readonly #runNext: (runnable: Runnable) => void;
  #onePiece: OnePiece | null = null;
  /**
   * How many reasons there are to take the slow path always: observers of events, freezing, a broker that closes, a drain that gave way.
   */
  #reasons = 0;
  /** When a drain gave way that waits for its macrotask. */
  #gaveWayAt: number | undefined;
  #atRest: (() => void)[] = [];

  constructor({ runNext, reportError, scheduler, dispatcher }: DispatcherParts) {
    this.#runNext = runNext;
    this.scheduler = scheduler;
    this.outbox = new Outbox((error) => reportError('an observer or a callback', error));
    this.#lines = new Lines(dispatcher, (makeDue) => this.resume(makeDue), reportError);
    this.#clock = new StepClock(scheduler, (error) => reportError('the scheduler', error));
    this.#pace = new Pace(this.#clock);
  }

  /** Whose turn is on the stack. */
  get running(): Runnable | null {
    return typeof this.stack === 'object' ? this.stack : null;
  }

  get isEmpty(): boolean {
    return this.stack === 'quiet' || this.stack === 'empty';
  }

  // Steps --------------------------------------------------------------------------------------------

  /**
   * `work` as one step. Inside a turn or a telling only the state changes; outermost, what it sets off is told and run before this
   * returns.
   */
  step<T>(work: () => T): T {
    if (!this.enter()) return work();
    try {
      return work();
    } finally {
      this.finish();
    }
  }

  /**
   * A step that a settled promise, the end of a stream or a mailbox's scheduler brings. It gives way where these keep the event loop (rule
   * D4).
   */
  resume(work: () => void): void {
    const isOutermost = this.enter();
    this.isTouched = true;
    try {
      work();
    } finally {
      if (isOutermost) {
        if (this.#pace.isHoldingUp()) this.#giveWay();
        this.#drain(VISIT);
      }
    }
  }

  /** Tells a new subscriber something at once, such as a topic's retained messages. The turns that this sets off come after it. */
  tellNow(work: () => void): void {
    const isOutermost = this.enter();
    if (isOutermost) this.stack = 'telling';
    try {
      work();
    } finally {
      if (isOutermost) this.finish();
    }
  }

  /**
   * A step begins. True where it is the outermost one, which must `finish`. A message in one piece unfolds first, so that this step comes
   * after it.
   */
  enter(): boolean {
    this.unfold();
    if (!this.isEmpty) {
      this.isTouched = true;
      return false;
    }
    this.stack = 'step';
    return true;
  }

  /** Ends a turn that ran directly: it was the first message of a visit of its mailbox, unless that has left for another dispatcher. */
  finishDirect(mailbox: Runnable): void {
    this.visited = mailbox.line.owner === this.#lines ? mailbox : null;
    this.finish(VISIT - 1);
  }

  /** Ends the outermost step: tells and runs what it has set off. `left`: messages left of the visit of `visited`. */
  finish(left: number = VISIT): void {
    // If the macrotask has not come in time, a call from outside goes on with the drain.
    if (this.#gaveWayAt !== undefined && performance.now() - this.#gaveWayAt > LOST) this.#goOnAgain();
    this.#drain(left);
  }

  /** Nothing is on the stack any more. */
  leaveStack(): void {
    this.stack = this.#reasons === 0 ? 'quiet' : 'empty';
  }

  /** One more reason, or one less, why no message takes the direct path. */
  addReason(change: 1 | -1): void {
    this.#reasons += change;
    this.isTouched = true;
    if (this.isEmpty) this.leaveStack();
  }

  /**
   * Calls `work` once, when the outermost step has ended: everything is told, and the ready mailboxes have run, unless the drain gave way.
   */
  whenAtRest(work: () => void): void {
    this.isTouched = true;
    this.#atRest.push(work);
  }

  // Telling ------------------------------------------------------------------------------------------

  /** Adds something to tell. */
  add(telling: Telling): void {
    this.isTouched = true;
    this.outbox.add(telling);
  }

  /** Tells what has happened now, where the outbox is between two things to tell: a stream is being subscribed. */
  tell(): void {
    const { stack } = this;
    this.stack = 'telling';
    this.outbox.tell();
    this.stack = stack;
  }

  // Time ---------------------------------------------------------------------------------------------

  /** The time of this step or turn, in milliseconds of the scheduler. */
  now(): number {
    return this.stamp().at as number;
  }

  /** The stamp of a plain message that is sent now. */
  stamp(): Stamp {
    this.isTouched = true;
    return this.#clock.stamp();
  }

  /** A turn begins, or its handler has returned. */
  forgetTime(): void {
    this.#clock.forget();
  }

  // One piece ----------------------------------------------------------------------------------------

  /**
   * A message goes to many in one piece, until something happens. `announce` tells those who see it without being actors, before its
   * first turn. Answers whether it is in one piece still; else the rest goes on by the queues.
   */
  hold(onePiece: OnePiece, announce: Telling | undefined): boolean {
    this.#onePiece = onePiece;
    this.stack = 'telling';
    if (announce === undefined) return true;
    this.outbox.call(announce);
    if (!this.isTouched) return true;
    this.unfold();
    this.finish();
    return false;
  }

  /** It has reached everyone without anything having happened. */
  release(): void {
    this.#onePiece = null;
    this.stack = 'quiet';
  }

  /** Every operation and every look at a number calls this first: a message that is held in one piece goes into its targets' queues. */
  unfold(): void {
    const onePiece = this.#onePiece;
    if (onePiece === null) return;
    this.#onePiece = null;
    this.isTouched = true;
    onePiece.unfold();
  }

  // Lines --------------------------------------------------------------------------------------------

  /** Where mailboxes with this scheduler line up. */
  lineOf(scheduler: SchedulerLike | undefined): Line {
    return this.#lines.of(scheduler);
  }

  /**
   * A mailbox that was idle gets a message that is to run before all others (rule D1). To be called before it is queued, which would line
   * the mailbox up behind.
   */
  lineUpFirst(runnable: Runnable): void {
    this.isTouched = true;
    this.#lines.addFirst(runnable);
  }

  /** A mailbox that can run lines up, unless it stands there already or its visit goes on. */
  lineUp(runnable: Runnable): void {
    this.isTouched = true;
    if (!runnable.isLinedUp && runnable !== this.visited && runnable !== this.stack) this.#lines.add(runnable);
  }

  /** A mailbox goes to another dispatcher: its visit is over. */
  leave(runnable: Runnable): void {
    if (this.visited === runnable) this.visited = null;
  }

  /** Takes back what was asked of schedulers, for good. */
  close(): void {
    this.#lines.close();
  }

  // --------------------------------------------------------------------------------------------------

  #drain(left: number): void {
    // Nothing was set off, which is the rule in a flood of refusals (73 → 49 ns).
    if (!this.isTouched) {
      this.visited = null;
      this.leaveStack();
      return;
    }
    try {
      this.#loop(left);
    } finally {
      this.visited = null;
      this.isTouched = false;
      this.#clock.forget();
      this.leaveStack();
    }
    if (this.#atRest.length > 0) for (const work of this.#atRest.splice(0)) this.outbox.call(work);
  }

  /** The one drain loop: tell, then a turn, until nothing is left to tell and nobody can run. */
  #loop(visit: number): void {
    const lines = this.#lines;
    let left = visit;
    let untilLook = 1;
    let isFirst = false;
    this.#pace.begin();
    for (;;) {
      this.stack = 'telling';
      this.outbox.tell();
      const { visited } = this;
      if (visited !== null && left > 0 && visited.canRun) {
        if (isFirst || (this.#gaveWayAt === undefined && (--untilLook > 0 || (untilLook = this.#pace.look()) > 0))) {
          isFirst = false;
          left--;
          this.#runNext(visited);
          continue;
        }
        this.#giveWay();
      }
      if (visited !== null) {
        this.#endVisit(visited);
        continue;
      }
      // A message from outside to an idle mailbox runs even while the drain has given way (rule D1).
      this.visited = lines.takeFirst();
      isFirst = this.visited !== null;
      if (this.#gaveWayAt === undefined) this.visited ??= lines.take();
      left = VISIT;
      if (this.visited !== null || !this.outbox.isEmpty) continue;
      if (this.#gaveWayAt !== undefined || !lines.ask()) return;
    }
  }

  #endVisit(visited: Runnable): void {
    this.visited = null;
    if (visited.canRun) this.lineUp(visited);
    else visited.endIfEmpty();
  }

  /** The ready mailboxes wait for a macrotask. */
  #giveWay(): void {
    if (this.#gaveWayAt !== undefined) return;
    this.#gaveWayAt = performance.now();
    this.addReason(1);
    this.#lines.giveWay();
    macrotask(() => {
      if (this.#gaveWayAt === undefined) return;
      this.#goOnAgain();
      this.step(() => undefined);
    });
  }

  #goOnAgain(): void {
    this.#gaveWayAt = undefined;
    this.addReason(-1);
  }
}
