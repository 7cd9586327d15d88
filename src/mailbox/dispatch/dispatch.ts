import { type SchedulerLike, asyncScheduler } from 'rxjs';
import type { FailureCode } from '../../failure/failure-code';
import type { MailboxCore } from '../mailbox-core';
import { ASKED, AWAITED, CLOSED, CLOSING, CUT_SHORT, DETACHED, DRAINING, FANNING, LOOKED_AT, OFFERING, QUEUED, STALLED, SUSPENDED } from '../state/flags';
import { NOBODY } from '../state/turn-state';
import type { MessageRecord } from '../turn/message-record';
import type { Turn } from '../turn/turn';
import { abortSignal } from '../turn/turn-abort';
import { Deadlines } from './deadlines';
import { DrainClock } from './drain-clock';
import { Emissions } from './emissions';
import type { Host } from './host';
import { IdSequence } from './id-sequence';
import type { Journal } from './journal';
import { macrotask } from './macrotask';
import { DEEPEST, Nesting } from './nesting';
import { READING_MASK, VISIT } from './pace';
import { RunQueue } from './run-queue';

/**
 * Run to completion: whose turn is on the stack, what waits for that stack to return, and when to give way.
 *
 * A broker has one, a mailbox without a broker has its own. No Promise and no microtask decides anything in it (rule D5).
 */
export class Dispatch {
  /** The dispatch's bits of `flags.ts`. 0: nothing is on the stack and nobody looks. */
  flags = 0;
  /** Messages queued or waiting. */
  pending = 0;
  /** Messages that are on their way to a mailbox. */
  offering = 0;
  /** Turns left open: a promise or a stream is awaited. */
  open = 0;
  /** Callers that wait for a reply, but for one on the stack. */
  requests = 0;
  /** The number of the mailbox whose turn is on the stack. Not the mailbox itself: storing an object has a write barrier. */
  onStack: number = NOBODY;
  /** That turn, where it is looked at. */
  stackTurn: Turn | null = null;
  /** What is half way to its mailboxes: the fan-out on the stack, or a message that is told as sent. */
  fanOut: { queueRest(dispatch: Dispatch): void } | null = null;
  /** Why the turn on the stack was cut short. */
  cutCode: FailureCode | undefined;
  cutReason: unknown;
  readonly journal: Journal;
  readonly scheduler: SchedulerLike;
  readonly host: Host | null;
  readonly main: RunQueue;
  readonly clock: DrainClock;
  readonly #name: string;
  // Made when they are first asked for: a test makes a broker for each case.
  #ids: IdSequence | undefined;
  #nesting: Nesting | undefined;
  #deadlines: Deadlines | undefined;
  #emissions: Emissions | undefined;
  #queues: WeakMap<SchedulerLike, RunQueue> | undefined;
  /** The queues that have asked their scheduler for a drain. The others are nobody's but their mailboxes'. */
  #asked: Set<RunQueue> | undefined;
  /** Scheduled queues that a scheduler wanted to drain while a turn was on the stack. */
  #deferred: RunQueue[] | undefined;
  #atRest: (() => void)[] | undefined;
  #ticks = 0;
  /** How often what is half way is being queued, one within the other. */
  #settling = 0;
  #lastNumber = NOBODY;
  /** A macrotask will go on where a drain gave way; and the slice that senders have until then is used up. */
  #resumes = false;
  #isSpent = false;

  constructor(journal: Journal, options: { name?: string; scheduler?: SchedulerLike; dispatcher?: SchedulerLike; host?: Host } = {}) {
    this.journal = journal;
    this.scheduler = options.scheduler ?? asyncScheduler;
    this.host = options.host ?? null;
    this.main = new RunQueue(this, options.dispatcher ?? null);
    this.#name = options.name ?? 'mailbox';
    this.clock = new DrainClock(this.scheduler);
  }

  get ids(): IdSequence {
    return (this.#ids ??= new IdSequence(this.#name));
  }

  get nesting(): Nesting {
    return (this.#nesting ??= new Nesting());
  }

  /** When what this broker waits for is over. */
  get deadlines(): Deadlines {
    return (this.#deadlines ??= new Deadlines(this));
  }

  /** Turns that are open, the one on the stack included. */
  get inFlight(): number {
    return this.open + (this.onStack === NOBODY ? 0 : 1);
  }

  /** Whether a send from here comes from outside of a closing broker's turns. */
  get isRefusing(): boolean {
    return (this.flags & CLOSING) !== 0 && this.onStack === NOBODY;
  }

  /** Callers that wait, the one on the stack included. */
  get openRequests(): number {
    return this.requests + ((this.flags & ASKED) === 0 ? 0 : 1);
  }

  /** The number of one more mailbox. */
  newNumber(): number {
    return ++this.#lastNumber;
  }

  /** Where mailboxes with this dispatcher line up. */
  queueFor(scheduler: SchedulerLike | undefined): RunQueue {
    if (scheduler === undefined || scheduler === this.main.scheduler) return this.main;
    this.#queues ??= new WeakMap();
    let queue = this.#queues.get(scheduler);
    if (queue === undefined) this.#queues.set(scheduler, (queue = new RunQueue(this, scheduler)));
    return queue;
  }

  /** From here to `leave` whatever is sent is queued. Answers whether this is the outermost. */
  enter(): boolean {
    if ((this.flags & DRAINING) !== 0) {
      this.settleFanOut();
      return false;
    }
    this.flags |= DRAINING;
    return true;
  }

  /** Runs what was queued since `enter`, if that was the outermost. */
  leave(outermost: boolean): void {
    if (outermost) this.finish();
  }

  /**
   * `work` as one stretch: what it sends is queued, and runs when it is done, if this is the outermost. For what is not hot. A turn that
   * is settled by it is nobody's own send (rule D1), so then it does not go on where a drain gave way.
   */
  within<T>(work: () => T, settles = false): T {
    const outermost = this.enter();
    try {
      return work();
    } finally {
      if (outermost) {
        if (settles && this.clock.isSettlingOverdue()) this.suspend();
        this.finish(!settles);
      }
    }
  }

  /** A message was queued from outside while a drain gives way, or was on its way while the broker was to be closed. */
  resume(): void {
    if ((this.flags & (SUSPENDED | CLOSING)) !== 0 && (this.flags & DRAINING) === 0) this.leave(this.enter());
  }

  #givesWay(): boolean {
    return (this.flags & SUSPENDED) !== 0;
  }

  /**
   * Ends the outermost stretch: drains, then opens the fast path again. Where a drain gave way, a sender from outside gets one more
   * slice until the macrotask comes: else one long pause of the machine would fill every mailbox that a loop of his sends to.
   */
  finish(drains = true): void {
    this.flags &= ~(ASKED | CUT_SHORT);
    try {
      // What one queue's turns set off may be another's.
      for (;;) {
        // What is lined up on a scheduler is that one's to drain (rule D3).
        if (this.main.scheduler !== null) this.flags &= ~(AWAITED | SUSPENDED);
        else if ((this.flags & AWAITED) !== 0 && (!this.#givesWay() || (drains && !this.#isSpent))) this.#drain(this.main);
        const deferred = this.#deferred?.shift();
        if (deferred === undefined) break;
        if (!deferred.isSuspended) this.#drain(deferred);
      }
    } finally {
      this.flags &= ~DRAINING;
      this.clock.stop();
    }
    if (this.#atRest !== undefined) this.#tellAtRest(this.#atRest);
  }

  /** Calls `work` once, when the stack has next returned and has drained what it could. */
  whenAtRest(work: () => void): void {
    (this.#atRest ??= []).push(work);
  }

  #tellAtRest(works: readonly (() => void)[]): void {
    this.#atRest = undefined;
    for (const work of works) work();
  }

  /** A queue has asked its scheduler for a drain, or need not any more. */
  asks(queue: RunQueue, isAsking: boolean): void {
    if (isAsking) (this.#asked ??= new Set()).add(queue);
    else this.#asked?.delete(queue);
  }

  /** A mailbox lined up where this stack will find it. */
  await(): void {
    this.flags |= AWAITED;
  }

  /** What is lined up here goes on in a macrotask. */
  suspend(): void {
    this.#isSpent = this.#givesWay();
    this.flags |= AWAITED | SUSPENDED;
    if (this.#resumes) return;
    this.#resumes = true;
    macrotask(() => {
      this.#resumes = this.#isSpent = false;
      this.flags &= ~SUSPENDED;
      this.clock.start();
      this.leave(this.enter());
    });
  }

  /** A scheduler gives a queue its time. */
  drainScheduled(queue: RunQueue): void {
    const isOutermost = (this.flags & DRAINING) === 0;
    this.flags |= isOutermost ? DRAINING : AWAITED;
    this.#deferred ??= [];
    // A scheduler that runs its work at once gives it with each message.
    if (!this.#deferred.includes(queue)) this.#deferred.push(queue);
    if (isOutermost) this.finish();
  }

  /** Whether observers are being told something. */
  get isEmitting(): boolean {
    return this.#emissions?.isEmitting === true;
  }

  /** Hands `value` to a stream of the broker. */
  emit(target: { next(value: any): void }, value: unknown): void {
    (this.#emissions ??= new Emissions(this)).emit(target, value);
  }

  /** Queues what is half way, the rest of a fan-out, so that what is done now comes after it at every target (rule R4). */
  settleFanOut(): void {
    if ((this.flags & (FANNING | OFFERING)) === 0 || this.#settling === DEEPEST) return;
    // Whoever is told of what that pushes out comes after it, too, and goes on with it: the flags stand until it is through. Thousands
    // who do so would end the stack: the deepest come before what is left.
    this.#settling++;
    try {
      this.fanOut?.queueRest(this);
    } finally {
      this.#settling--;
      this.flags &= ~(FANNING | OFFERING);
      this.fanOut = null;
    }
  }

  /** What precedes every send: the rest of a fan-out is queued. Answers what is known of the message from here. */
  prepare(core: MailboxCore | null, message: unknown, meta: MessageRecord | number, target: string | undefined): MessageRecord | number {
    this.settleFanOut();
    return this.journal.prepare(core, message, meta, target);
  }

  /** Something needs to reach the turn on the stack before it returns. */
  lookAt(turn: Turn): void {
    this.stackTurn = turn;
    this.flags |= LOOKED_AT;
  }

  /** The stack of that turn is gone. */
  lookAway(): void {
    this.stackTurn = null;
    this.flags &= ~LOOKED_AT;
  }

  /** Ends the turn on the stack as soon as it returns; its signal, if it was read, aborts now. */
  cutShort(code: FailureCode | undefined, reason: unknown): void {
    if ((this.flags & CUT_SHORT) !== 0) return;
    this.flags |= CUT_SHORT;
    this.cutCode = code;
    this.cutReason = reason;
    if (this.stackTurn !== null) abortSignal(this.stackTurn, code, reason);
  }

  /** Ends every timer and every request to a scheduler. */
  close(): void {
    this.#deadlines?.close();
    this.clock.close();
    this.main.close();
    for (const queue of this.#asked ?? []) queue.close();
  }

  /** What a mailbox's turn set off at itself comes next: its visit goes on. */
  goOn(core: MailboxCore): void {
    const { runQueue } = core;
    if (!this.#visit(core, runQueue)) runQueue.suspend(core);
  }

  #drain(queue: RunQueue): void {
    for (let core = queue.take(); core !== undefined; core = queue.take()) {
      if (!this.#visit(core, queue)) {
        queue.suspend(core);
        return;
      }
      if (!queue.isEmpty) this.clock.start();
    }
    if (queue === this.main) this.flags &= ~(AWAITED | SUSPENDED);
  }

  /** Runs up to a visit's worth of a mailbox's messages. False: the drain's time is over. */
  #visit(core: MailboxCore, queue: RunQueue): boolean {
    for (let left = VISIT; left > 0; left--) {
      // It may have moved elsewhere.
      if (core.runQueue !== queue) return true;
      if ((core.flags & (QUEUED | STALLED)) !== QUEUED) break;
      // From the second message on its time counts: for one alone a reading would be half of what it costs.
      if (left === VISIT - 1) this.clock.start();
      if ((++this.#ticks & READING_MASK) === 0 && this.clock.isOverdue()) return false;
      core.runNext(this);
    }
    if ((core.flags & (QUEUED | STALLED)) === QUEUED) core.runQueue.add(core);
    else if ((core.flags & (CLOSED | DETACHED)) !== 0) core.checkDrained();
    return true;
  }
}
