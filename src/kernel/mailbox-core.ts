import type { FailureCode } from '../failure/failure-code';
import type { MailboxMetrics } from '../message/mailbox-metrics';
import type { Actor, Handler } from '../message/message-broker';
import type { IdleWatch } from './idle-watch';
import type { Line, Runnable } from './lines';
import { MailboxQueue, type QueueOwner } from './mailbox-queue';
import type { MailboxSettings } from './mailbox-settings';
import type { Outlet } from './outlet';
import type { Entry } from './queue-records';
import { end, settle } from './settle';
import { Stamp } from './stamp';
import { TurnTimes } from './turn-times';
import { type Host, type RefusalCode, type System, type Task, newTask } from './task';

/** A message that a mailbox lost, and why. */
export interface Loss<Msg = any> {
  /** The message. */
  readonly message: Msg;
  /** Why it was lost. */
  readonly code: FailureCode;
}

/**
 * How far `onStart` is.
 *
 * - `none`: the consumer has no hooks.
 * - `due`: it is still to be called in this life.
 * - a call: it is in the outbox, or was called and has not ended. It is over when the mailbox has another start.
 * - `done`: it has ended, and turns may begin.
 */
export type Start = 'none' | 'due' | StartCall | 'done';

/** One call of `onStart`. */
export class StartCall {
  isCalled = false;
}

/**
 * The inside of a mailbox: a queue, seats for turns, and one consumer. `Mailbox` is its public class. A broker holds the cores, so that a
 * message takes no detour.
 */
export class MailboxCore implements QueueOwner, Runnable {
  /** Whether a message may take the direct path, past the queue and the outbox. */
  isDirect = false;
  /** Whether a turn may begin: there is a consumer, `onStart` is done, a seat is free, and the mailbox is not paused. */
  isReady = false;
  /** How many turns have begun. */
  delivered = 0;
  handler: Handler | null = null;
  // Every message reads the fields above. They are side by side, since one of many actors is seldom in the processor's cache.
  system: System;
  readonly capacity: number;
  readonly settings: MailboxSettings;
  id = '';
  /** `closed`: newcomers are refused, and the backlog drains. `ended`: it was closed, and nothing is left. */
  status: 'open' | 'closed' | 'ended' = 'open';
  /** The consumer's hooks, if it has any. */
  actor: Actor | null = null;
  start: Start = 'none';
  isLinedUp = false;
  /** Made when the first message is queued. */
  queue: MailboxQueue | null = null;
  /** The turns that hold a seat: open ones, and aborted ones whose promise has not settled. */
  seats: Task[] | null = null;
  rare: MailboxRare | null = null;
  /**
   * Counts registrations and their ends, so it is odd while the mailbox is registered. A registration remembers its number, to know later
   * whether it is still the same life.
   */
  lives = 0;

  constructor(capacity: number, settings: MailboxSettings, system: System) {
    this.capacity = capacity;
    this.settings = settings;
    this.system = system;
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  get formerHost(): Host | undefined {
    return this.rare?.formerHost;
  }

  get line(): Line {
    return this.system.dispatcher.lineOf(this.settings.dispatcher);
  }

  get isRegistered(): boolean {
    return (this.lives & 1) === 1;
  }

  /** Whether the actor is on another node, to which a link carries its messages. */
  get isRemote(): boolean {
    return false;
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

  /** Whether a message may run at once: the mailbox is ready and open, its queue is empty, and it drains on no scheduler. */
  get isIdle(): boolean {
    return this.isReady && this.status === 'open' && this.size === 0 && (this.settings.dispatcher ?? this.system.drainsAt) === undefined;
  }

  /** Whether nothing is queued, waits, runs or holds a seat: the value of `idle$`. A sender waits only while the queue is full. */
  get isQuiet(): boolean {
    return this.size === 0 && this.isAtRest;
  }

  /** Whether `onStart` was called and has not ended. */
  get isStarting(): boolean {
    return (this.start as Partial<StartCall>).isCalled === true;
  }

  get isPaused(): boolean {
    return this.rare !== null && this.rare.isPaused;
  }

  get canRun(): boolean {
    return this.isReady && this.size > 0;
  }

  metrics(): MailboxMetrics {
    const { capacity, size, delivered, queue, rare } = this;
    const { highWaterMark = 0, removed = 0 } = queue ?? {};
    const accepted = delivered + size + removed;
    const turnTimes = rare?.turnTimes?.seen;
    return { capacity, size, highWaterMark, accepted, delivered, lost: rare?.lost ?? 0, inFlight: this.inFlight, ...(turnTimes !== undefined && { turnTimes }) };
  }

  // Messages -----------------------------------------------------------------------------------------

  take(task: Task): FailureCode | null {
    return this.#add(undefined, task, task.lane);
  }

  takePlain(message: unknown, lane: number, stamp: Stamp | null): FailureCode | null {
    return this.#add(message, stamp, lane);
  }

  /** Takes a message that runs at once, since the mailbox is idle. */
  takeIdle(message: unknown, entry: Entry | null, lane: number): void {
    this.system.dispatcher.lineUpFirst(this);
    this.ensureQueue().addForNow(message, entry, lane);
  }

  withdraw(task: Task): void {
    this.ensureQueue().withdraw(task);
  }

  timeUp(task: Task): void {
    end(task, 'Timeout');
  }

  noteLoss(message: unknown, code: FailureCode): void {
    const rare = this.more();
    rare.lost++;
    if (rare.losses?.observed === true) rare.losses.tell(this.system.dispatcher, { message, code });
  }

  losePlain(message: unknown, lane: number, code: RefusalCode, stamp: Stamp | null): void {
    const { journal } = this.system;
    if (journal.ignoresLettersOf(this.id) && this.rare?.losses === undefined) {
      this.more().lost++;
      journal.countFailure(code);
      this.endIfEmpty();
      return;
    }
    settle(newTask(this, message, lane, null, stamp ?? new Stamp(undefined)), { outcome: 'failed', code });
  }

  /** Counts a turn that took so many milliseconds. */
  noteTurn(ms: number): void {
    (this.more().turnTimes ??= new TurnTimes()).note(ms);
  }

  // Seats and the line -------------------------------------------------------------------------------

  takeSeat(task: Task): void {
    const seats = (this.seats ??= []);
    task.more().seat = seats.length;
    seats.push(task);
    this.refresh();
  }

  /** The last turn takes the index of the one that leaves. A search among 10,000 took 15 % of the time of their ends. */
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

  /** Computes `isReady` and `isDirect` again. */
  refresh(): void {
    const { start } = this;
    this.isReady = this.hasFreeSeat && (start === 'none' || start === 'done') && !this.isPaused;
    this.isDirect = this.isIdle && !this.system.watches(this.id);
    if (this.rare?.idleWatches !== undefined) this.system.dispatcher.idleMayHaveChanged(this);
  }

  get idleOrder(): number {
    return this.more().idleOrder;
  }

  set idleOrder(order: number) {
    this.more().idleOrder = order;
  }

  /** Tells the observers of `idle$`, if it has changed. The dispatcher calls this between two turns, when nothing else is left to tell. */
  tellIdle(): void {
    const { holdsIdle, idleWatches: watches } = this.more();
    if (watches !== undefined && !holdsIdle) for (const watch of watches) watch.note(this.isQuiet, this.system.dispatcher);
  }

  /** Ends a closed mailbox in which nothing is queued, waits or runs any more. */
  endIfEmpty(): void {
    if (this.status !== 'closed') return;
    const { whenEnded } = this.more();
    if (whenEnded === undefined || !this.isQuiet) return;
    this.status = 'ended';
    whenEnded(this);
  }

  more(): MailboxRare {
    return (this.rare ??= new MailboxRare());
  }

  /** The queue, made now if there is none. */
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

/** The fields that only some mailboxes need, made with the first of them, so that an idle actor stays small. */
export class MailboxRare {
  lost = 0;
  isPaused = false;
  turnTimes: TurnTimes | undefined = undefined;
  /** The observers of `idle$`. */
  idleWatches: Set<IdleWatch> | undefined = undefined;
  idleOrder = 0;
  /** Whether `idle$` is held back: the mailbox has left its broker, and that is to be told first. */
  holdsIdle = false;
  losses: Outlet<Loss> | undefined = undefined;
  /** Completes when the mailbox has ended. It has no values. */
  drained: Outlet<never> | undefined = undefined;
  /** The host of the broker that the mailbox left last. */
  formerHost: Host | undefined = undefined;
  /** Set if the mailbox was unregistered in a turn of its own. Called when the handler has returned: then the mailbox leaves the broker. */
  whenReturned: (() => void) | undefined = undefined;
  /** The reason for `onStop`, if the mailbox was closed. */
  closedBy: unknown = undefined;
  /** Called when the mailbox has ended. `undefined` while it is open, and while it is being unregistered. */
  whenEnded: ((core: MailboxCore) => void) | undefined = undefined;
}
