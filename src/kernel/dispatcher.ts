import type { SchedulerLike } from 'rxjs';
import type { FailureCode } from '../failure/failure-code';
import { StepClock } from './clock';
import { IdleChanges } from './idle-changes';
import { type Line, Lines, type Runnable } from './lines';
import { Outbox, type Telling } from './outbox';
import { Pace } from './pace';
import type { Stamp } from './stamp';
import { TurnTaking, VISIT } from './turn-taking';

/**
 * What runs on the stack now.
 *
 * A message to an idle mailbox may take the direct path: it runs on its sender's stack, past the queue and the outbox (`run.ts`). On the slow
 * path it is queued, and the drain runs it.
 *
 * - `quiet`: nothing runs, and there is no reason for the slow path. A message may take the direct path.
 * - `empty`: nothing runs, but every message takes the slow path.
 * - `step`: the outermost step, which changes the state and calls no user code.
 * - `telling`: the outbox is being told.
 * - a mailbox: its turn runs.
 */
export type Stack = 'quiet' | 'empty' | 'step' | 'telling' | Runnable;

/**
 * The work that is due at the end of the direct path, because of what has happened since the outermost call began.
 *
 * - `nothing`: nothing has happened.
 * - `time`: the clock was read, and its reading must be forgotten. Every handler that reads its envelope causes this.
 * - `drain`: there is something to tell or to run.
 */
export type Due = 'nothing' | 'time' | 'drain';

/** A message to many idle mailboxes that is in none of their queues yet (`fan-out.ts`). */
export interface OnePiece {
  /** Puts the message into the queues of the mailboxes that it has not reached. */
  unfold(): void;
}

/**
 * The end of the turn on the stack, which takes effect when its handler has returned. The outbox already holds an entry that will tell
 * `tellings`, so that they come before what the handler does next.
 */
export interface Cut {
  readonly code: FailureCode | 'Cancelled';
  readonly error: unknown;
  readonly tellings: Telling[];
}

/** The arguments of a dispatcher. */
export interface DispatcherParts {
  /** Runs the next message of a mailbox that can run. */
  readonly runNext: (runnable: Runnable) => void;
  readonly reportError: (what: string, error: unknown) => void;
  readonly scheduler: SchedulerLike;
  readonly dispatcher: SchedulerLike | undefined;
}

/**
 * Decides whose turn it is, and when observers are told: state first, then tell (rule D0).
 *
 * Every operation is a step, which changes the state completely. At the end of the outermost call the outbox is told, then the ready
 * mailboxes have their turns, and after each turn the outbox is told again. A broker has one dispatcher, and a mailbox without a broker has
 * one of its own.
 */
export class Dispatcher {
  // One field for all of this, since the direct path writes it twice for each message.
  stack: Stack = 'quiet';
  due: Due = 'nothing';
  /** Set if the turn on the stack was ended. */
  cut: Cut | null = null;
  readonly scheduler: SchedulerLike;
  readonly outbox: Outbox;
  readonly #lines: Lines;
  readonly #clock: StepClock;
  readonly #turns: TurnTaking;
  #onePiece: OnePiece | null = null;
  /**
   * How many reasons there are for every message to take the slow path: events are observed, messages are frozen, the broker closes, or the
   * drain has given way.
   */
  #reasons = 0;
  #atRest: (() => void)[] | undefined;
  readonly #idleChanges = new IdleChanges();

  constructor({ runNext, reportError, scheduler, dispatcher }: DispatcherParts) {
    this.scheduler = scheduler;
    this.outbox = new Outbox((error) => reportError('an observer or a callback', error));
    this.#lines = new Lines(dispatcher, (makeDue) => this.resume(makeDue), reportError);
    this.#clock = new StepClock(scheduler, (error) => reportError('the scheduler', error));
    this.#turns = new TurnTaking({
      runNext,
      lines: this.#lines,
      pace: new Pace(this.#clock),
      slow: (change) => this.addReason(change),
      goOn: () => this.step(() => undefined),
    });
  }

  /** The mailbox whose turn is on the stack. */
  get running(): Runnable | null {
    return typeof this.stack === 'object' ? this.stack : null;
  }

  get isEmpty(): boolean {
    return this.stack === 'quiet' || this.stack === 'empty';
  }

  // Steps --------------------------------------------------------------------------------------------

  /**
   * Runs `work` as one step. Inside of another step, a turn or a telling it only changes the state. As the outermost call it also tells and
   * runs what it has set off, before it returns.
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
   * Runs `work` as a step for a settled promise, the end of a stream, or a mailbox's scheduler. If these keep the event loop busy, the drain
   * gives way (rule D4).
   */
  resume(work: () => void): void {
    const isOutermost = this.enter();
    this.due = 'drain';
    try {
      work();
    } finally {
      if (isOutermost) {
        this.#turns.giveWayIfHeldUp();
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
   * Begins a step. Returns true for the outermost one, which must call `finish`. A message in one piece unfolds first, so that this step
   * comes after it.
   */
  enter(): boolean {
    this.unfold();
    if (!this.isEmpty) {
      this.due = 'drain';
      return false;
    }
    this.stack = 'step';
    return true;
  }

  /** Ends a turn on the direct path. It was the first message of a visit, unless its mailbox has moved to another dispatcher. */
  finishDirect(mailbox: Runnable): void {
    this.#turns.visited = mailbox.line.owner === this.#lines ? mailbox : null;
    this.finish(VISIT - 1);
  }

  /** Ends the outermost step: tells and runs what it has set off. `left`: how many messages the visit that goes on may still run. */
  finish(left: number = VISIT): void {
    this.#turns.goOnIfLost();
    this.#drain(left);
  }

  /** Whether nothing is left to do, once the reading of the clock is forgotten. */
  isClear(): boolean {
    if (this.due === 'nothing') return true;
    if (this.due === 'drain') return false;
    this.#clock.forget();
    this.due = 'nothing';
    return true;
  }

  /** Marks the stack as empty. */
  leaveStack(): void {
    this.stack = this.#reasons === 0 ? 'quiet' : 'empty';
  }

  /** The turn on the stack must not end on the direct path. */
  touch(): void {
    this.due = 'drain';
  }

  /** Adds a reason why every message takes the slow path, or takes one away. */
  addReason(change: 1 | -1): void {
    this.#reasons += change;
    this.due = 'drain';
    if (this.isEmpty) this.leaveStack();
  }

  /**
   * Calls `work` once, when the outermost step has ended. Then everything is told, and the ready mailboxes have run, unless the drain has
   * given way.
   */
  whenAtRest(work: () => void): void {
    this.due = 'drain';
    (this.#atRest ??= []).push(work);
  }

  // Telling ------------------------------------------------------------------------------------------

  /** Adds something to tell. */
  add(telling: Telling): void {
    this.due = 'drain';
    this.outbox.add(telling);
  }

  /** Tells the outbox now, from inside of one of its entries: one that subscribes to an endless synchronous stream never returns. */
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
    if (this.due === 'nothing') this.due = 'time';
    return this.#clock.stamp();
  }

  /** Lets the next use of the time read the clock. To be called when a turn begins, and when its handler has returned. */
  forgetTime(): void {
    this.#clock.forget();
  }

  // One piece ----------------------------------------------------------------------------------------

  /**
   * Keeps a message to many mailboxes in one piece until something happens. `announce` tells the observers that are no actors, before the
   * first turn.
   */
  hold(onePiece: OnePiece, announce: Telling | undefined): void {
    this.#onePiece = onePiece;
    this.stack = 'telling';
    if (announce !== undefined) this.outbox.call(announce);
  }

  /** Lets go of the message in one piece: it has reached every mailbox, and nothing has happened. */
  release(): void {
    this.#onePiece = null;
    this.stack = 'quiet';
  }

  /** Puts a message in one piece into its targets' queues. Every operation and every reading of a number calls this first. */
  unfold(): void {
    const onePiece = this.#onePiece;
    if (onePiece === null) return;
    this.#onePiece = null;
    this.due = 'drain';
    onePiece.unfold();
  }

  // Lines --------------------------------------------------------------------------------------------

  /** The line of mailboxes with this scheduler. */
  lineOf(scheduler: SchedulerLike | undefined): Line {
    return this.#lines.of(scheduler);
  }

  /**
   * Lines an idle mailbox up before all others, for a message that must run at once (rule D1). To be called before the message is queued,
   * since that lines the mailbox up last.
   */
  lineUpFirst(runnable: Runnable): void {
    this.#lines.addFirst(runnable);
  }

  /** Lines up a mailbox that can run, unless it stands in line already, or its visit or turn goes on. */
  lineUp(runnable: Runnable): void {
    this.due = 'drain';
    if (!runnable.isLinedUp && runnable !== this.#turns.visited && runnable !== this.stack) this.#lines.add(runnable);
  }

  /** Ends the visit of a mailbox that moves to another dispatcher. */
  leave(runnable: Runnable): void {
    if (this.#turns.visited === runnable) this.#turns.visited = null;
  }

  /** Takes all scheduled actions back, for good. */
  close(): void {
    this.#lines.close();
  }

  /** Notes that somebody observes `idle$` of a mailbox from now on. */
  watchIdle(runnable: Runnable): void {
    this.due = 'drain';
    this.#idleChanges.watch(runnable);
  }

  /** Notes that a mailbox whose `idle$` is observed may have become idle or busy. Its observers are told between turns. */
  idleMayHaveChanged(runnable: Runnable): void {
    this.due = 'drain';
    this.#idleChanges.add(runnable);
  }

  // --------------------------------------------------------------------------------------------------

  #drain(left: number): void {
    // A refusal that nobody observes sets nothing off (73 → 49 ns).
    if (this.isClear()) {
      this.#turns.visited = null;
      this.leaveStack();
      return;
    }
    try {
      this.#loop(left);
    } finally {
      this.#turns.visited = null;
      this.due = 'nothing';
      this.#clock.forget();
      this.leaveStack();
    }
    const atRest = this.#atRest;
    if (atRest === undefined) return;
    this.#atRest = undefined;
    for (const work of atRest) this.outbox.call(work);
  }

  /** The one drain loop: tell, then a turn, until nothing is left to tell and nobody can run. */
  #loop(left: number): void {
    const turns = this.#turns;
    turns.begin(left);
    for (;;) {
      this.stack = 'telling';
      this.outbox.tell();
      // For a message that runs at once, observers of `idle$` are told nothing before its turn, nor are those of `pressure$`.
      if (!turns.mustRun && this.#tellsIdle()) continue;
      if (turns.next() || !this.outbox.isEmpty || this.#tellsIdle()) continue;
      if (!turns.ask()) return;
    }
  }

  /** Whether an observer of `idle$` is to be told something. */
  #tellsIdle(): boolean {
    this.#idleChanges.tell();
    return !this.outbox.isEmpty;
  }
}
