import type { FailureCode } from '../failure/failure-code';
import type { MailboxMetrics } from '../message/mailbox-metrics';
import type { Actor, Handler } from '../message/message-broker';
import type { Line, Runnable } from './lines';
import { type Entry, MailboxQueue, type QueueOwner } from './mailbox-queue';
import type { MailboxSettings } from './mailbox-settings';
import type { Outlet } from './outlet';
import { settle } from './settle';
import { Stamp } from './stamp';
import { type Host, type Refusal, type System, type Task, newTask } from './task';

/** What a mailbox lost, and why. */
export interface Loss<Msg = any> {
  /** The message. */
  readonly message: Msg;
  /** Why it was lost. */
  readonly code: FailureCode;
}

/** How far an actor's life is: it has no hooks; `onStart` is still due, is in the outbox, was called, has ended. */
export type Start = 'none' | 'due' | 'scheduled' | 'starting' | 'done';

/**
 * What a mailbox is inside: a queue, seats for turns, a consumer. `Mailbox` is its public face; a broker's registry holds this, so that a
 * message takes no detour.
 */
export class MailboxCore implements QueueOwner, Runnable {
  /** A message may run on its sender's stack: the mailbox is ready and open, nothing is queued, and it drains on no scheduler. */
  isIdle = false;
  /** A turn may begin: there is a consumer that has started, and a free seat. */
  isReady = false;
  /** Turns begun. */
  delivered = 0;
  handler: Handler | null = null;
  // Up to here every message reads: side by side, since one of many actors is seldom in the processor's cache.
  system: System;
  readonly capacity: number;
  readonly settings: MailboxSettings;
  id = '';
  status: 'open' | 'closed' | 'ended' = 'open';
  /** Where the consumer has a life of its own: `onStart`, `onStop`. */
  actor: Actor | null = null;
  start: Start = 'none';
  isLinedUp = false;
  /** Made with the first message that is queued. */
  queue: MailboxQueue | null = null;
  /** The turns that hold a seat: open ones, and ended ones whose promise is still to settle. */
  seats: Task[] | null = null;
  rare: MailboxRare | null = null;
  /** Counts its registrations and their ends: odd while it is registered. A number, so that comparing lives keeps no registration alive. */
  lives = 0;

  constructor(capacity: number, settings: MailboxSettings, system: System) {
    this.capacity = capacity;
    this.settings = settings;
    this.system = system;
  }

  get formerHost(): Host | undefined {
    return this.rare?.formerHost;
  }

  /** Where it lines up when it is ready. */
  get line(): Line {
    return this.system.dispatcher.lineOf(this.settings.dispatcher);
  }

  get isRegistered(): boolean {
    return (this.lives & 1) === 1;
  }

  get size(): number {
    return this.queue === null ? 0 : this.queue.size;
  }

  /** Turns that have begun and not ended. */
  get inFlight(): number {
    let count = this.system.isRunning(this) ? 1 : 0;
    if (this.seats !== null) for (const task of this.seats) if (task.state === 'open') count++;
    return count;
  }

  /** No turn is on the stack or open, and no seat is held (rule M6). */
  get isAtRest(): boolean {
    return !this.system.isRunning(this) && (this.seats === null || this.seats.length === 0);
  }

  get hasFreeSeat(): boolean {
    return this.handler !== null && (this.seats === null || this.seats.length < this.settings.concurrency);
  }

  get canRun(): boolean {
    return this.isReady && this.size > 0;
  }

  metrics(): MailboxMetrics {
    const { capacity, size, delivered, queue } = this;
    const { highWaterMark = 0, removed = 0 } = queue ?? {};
    return { capacity, size, highWaterMark, accepted: delivered + size + removed, delivered, lost: this.rare?.lost ?? 0, inFlight: this.inFlight };
  }

  // Messages -----------------------------------------------------------------------------------------

  take(task: Task): FailureCode | null {
    return this.#add(undefined, task, task.lane);
  }

  takePlain(message: unknown, lane: number, stamp: Stamp | null): FailureCode | null {
    return this.#add(message, stamp, lane);
  }

  /** Takes a message in that runs at once, since the mailbox is idle. */
  takeIdle(message: unknown, entry: Entry | null, lane: number): void {
    this.system.dispatcher.lineUpFirst(this);
    this.ensureQueue().addForNow(message, entry, lane);
  }

  withdraw(task: Task): void {
    this.ensureQueue().withdraw(task);
  }

  noteLoss(message: unknown, code: FailureCode): void {
    const rare = this.more();
    rare.lost++;
    if (rare.losses?.observed === true) rare.losses.tell(this.system.dispatcher, { message, code });
  }

  losePlain(message: unknown, lane: number, code: Refusal, stamp: Stamp | null): void {
    const { journal } = this.system;
    if (journal.isDeaf && this.rare?.losses === undefined) {
      this.more().lost++;
      journal.countFailure(code);
      this.endIfEmpty();
      return;
    }
    settle(newTask(this, message, lane, null, stamp ?? new Stamp(undefined)), { outcome: 'failed', code });
  }

  // Seats and the line -------------------------------------------------------------------------------

  takeSeat(task: Task): void {
    const seats = (this.seats ??= []);
    task.more().seat = seats.length;
    seats.push(task);
    this.refresh();
  }

  /** The last turn takes the place of the one that leaves: a search among 10,000 was 15 % of their ends. */
  freeSeat(task: Task): void {
    const seats = this.seats as Task[];
    const rest = task.more();
    const last = seats.pop() as Task;
    if (last !== task) {
      seats[rest.seat] = last;
      last.more().seat = rest.seat;
    }
    rest.seat = -1;
    this.wake();
  }

  /** Lines up if there is something to run. */
  wake(): void {
    this.refresh();
    if (this.canRun) this.system.dispatcher.lineUp(this);
  }

  /** Works `isReady` and `isIdle` out again. */
  refresh(): void {
    const { start, status, settings, system } = this;
    this.isReady = this.hasFreeSeat && (start === 'none' || start === 'done');
    this.isIdle = this.isReady && status === 'open' && this.size === 0 && (settings.dispatcher ?? system.drainsAt) === undefined;
  }

  /** A closed mailbox in which nothing is queued, waits or runs any more has ended. */
  endIfEmpty(): void {
    if (this.status !== 'closed') return;
    const { whenEnded } = this.more();
    if (whenEnded === undefined || this.size > 0 || !this.isAtRest || (this.queue !== null && this.queue.waitingCount > 0)) return;
    this.status = 'ended';
    whenEnded(this);
  }

  more(): MailboxRare {
    return (this.rare ??= new MailboxRare());
  }

  /** The queue, made now where there is none. */
  ensureQueue(): MailboxQueue {
    return (this.queue ??= new MailboxQueue(this));
  }

  #add(message: unknown, entry: Entry | null, lane: number): FailureCode | null {
    if (this.status !== 'open') return 'ActorStopped';
    if (!this.isIdle || this.system.dispatcher.stack !== 'step') return this.ensureQueue().add(message, entry, lane);
    this.takeIdle(message, entry, lane);
    return null;
  }
}

/** A mailbox's rare parts, made when the first is needed: an idle actor stays small. */
export class MailboxRare {
  lost = 0;
  losses: Outlet<Loss> | undefined = undefined;
  /** Says only that the mailbox is closed and empty. */
  drained: Outlet<never> | undefined = undefined;
  /** Of the broker that it left last. */
  formerHost: Host | undefined = undefined;
  /** Set if its own running turn has unregistered it. Called when that turn has returned: then the mailbox leaves the broker. */
  whenReturned: (() => void) | undefined = undefined;
  /** Why it was closed, and what is done when it has ended; not while it is being unregistered. */
  closedBy: unknown = undefined;
  whenEnded: ((core: MailboxCore) => void) | undefined = undefined;
}
