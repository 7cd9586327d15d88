import { BoundedBuffer } from '../buffer/bounded-buffer';
import { ACCEPTED, EVICTED, FULL, REFUSED } from '../buffer/offer';
import type { FailureCode } from '../failure/failure-code';
import { HIGHEST_LANE } from '../message/lane';
import type { MailboxSettings } from './mailbox-settings';
import type { Outlet } from './outlet';
import { settle } from './settle';
import { Stamp } from './stamp';
import { type Recipient, Task, newTask } from './task';

/** A message on its way into a queue. With a caller or an observer it is a task; else it is its stamp, beside its value. */
export type Entry = Task | Stamp;

/**
 * A message in a queue. Of a plain one the queue keeps only the milliseconds from its epoch to the sending: a young stamp in an old array is
 * work for the garbage collector with each message (0.6 × an idle `trySend` of a drain).
 */
type Held = Entry | number;

/** The mailbox whose queue it is. */
export interface QueueOwner extends Recipient {
  readonly capacity: number;
  readonly settings: MailboxSettings;
  /** Something was queued, or has left: it may have to line up. */
  wake(): void;
}

/**
 * The messages that wait in a mailbox: a bounded buffer, and before it the senders that wait for a place (rules M1 to M3). Every method is
 * part of a step.
 */
export class MailboxQueue {
  /** Messages that left some other way than to the consumer. */
  removed = 0;
  pressure: Outlet<number> | undefined = undefined;
  readonly #owner: QueueOwner;
  #buffer: BoundedBuffer<unknown, Held>;
  #waiting: BoundedBuffer<undefined, Task> | undefined;
  #epoch = 0;
  /** The stamp that was last made of a number: those that were sent in one millisecond share it. */
  #stamp = new Stamp(NaN);
  /** Whether something queued may have a ttl, its own or the mailbox's. */
  #mayExpire: boolean;

  constructor(owner: QueueOwner) {
    this.#owner = owner;
    this.#buffer = this.#newBuffer();
    this.#mayExpire = owner.settings.ttl !== Infinity;
  }

  get size(): number {
    return this.#buffer.size;
  }

  get highWaterMark(): number {
    return this.#buffer.highWaterMark;
  }

  /** Senders that wait. */
  get waitingCount(): number {
    return this.#waiting === undefined ? 0 : this.#waiting.size;
  }

  /** Queues a message of an idle mailbox, where it runs at once: it is no high water, no pressure, and nobody is told that it is queued. */
  addForNow(message: unknown, entry: Entry | null, lane: number): void {
    this.#buffer.push(message, this.#stamped(entry), lane);
    this.#count(1);
  }

  /** Queues a message by the overflow strategy (rule M2). `entry` is `null` for a plain one. Why it is refused, or `null`. */
  add(message: unknown, entry: Entry | null, lane: number): FailureCode | null {
    const buffer = this.#buffer;
    if (buffer.isFull && this.#mayExpire) this.#dropExpired();
    const { overflow } = buffer;
    const task = entry instanceof Task ? entry : null;
    // A refused plain message does not read the clock, so that a flood of refusals stays cheap.
    if (task === null && buffer.isFull && overflow !== 'drop-oldest') return overflow === 'drop-newest' ? 'Dropped' : 'MailboxFull';
    switch (buffer.offer(message, this.#stamped(entry), lane)) {
      case REFUSED:
        return refused(task, 'Dropped');
      case FULL:
        return task !== null && task.isAsked && overflow === 'block' ? this.#park(task) : refused(task, 'MailboxFull');
      case EVICTED: {
        const { victim, victimLane } = buffer;
        const evicted = buffer.victimMeta as Held;
        buffer.forgetVictim();
        this.removed++;
        this.#added(task, 0);
        this.#lose(victim, this.#read(evicted), victimLane, 'Dropped');
        return null;
      }
      case ACCEPTED:
        this.#added(task, 1);
        return null;
    }
  }

  /** Takes the next message out and gives it to `run`; a plain one gets its task now. One that has expired is lost instead. */
  next(run: (task: Task, message: unknown) => void): void {
    const buffer = this.#buffer;
    const lane = buffer.next();
    const entry = this.#read(buffer.metaOf(lane));
    const message = buffer.take(lane);
    if (this.#mayExpire && this.#isExpired(entry)) {
      this.#placeFreed();
      this.removed++;
      this.#lose(message, entry, lane, 'Expired');
      return;
    }
    // The same as `#placeFreed`, where nobody waits and nobody looks (a drain 1.9 → 1.5 × an idle `trySend`).
    if (this.#waiting !== undefined || this.pressure !== undefined || this.#mayExpire) this.#placeFreed();
    else {
      this.#owner.system.counts.pending--;
      if (buffer.size === 0) this.#owner.wake();
    }
    if (entry instanceof Task) {
      entry.state = 'running';
      run(entry, entry.message);
    } else run(new Task(this.#owner, lane, 'running', entry), message);
  }

  /** Takes a message out again that is queued or waits. */
  withdraw(task: Task): void {
    const wasWaiting = task.state === 'waiting';
    task.state = 'new';
    if (wasWaiting) {
      this.#waiting?.withdrawn(task.lane);
      this.#count(-1);
      return;
    }
    this.#buffer.withdrawn(task.lane);
    this.removed++;
    this.#placeFreed();
  }

  /** Takes everything out, in the order in which it is told: by priority, then those that wait. */
  takeAll(): Task[] {
    const buffer = this.#buffer;
    const tasks: Task[] = [];
    const gather = (message: unknown, held: Held, lane: number): void => {
      const task = this.#taskOf(message, this.#read(held), lane);
      task.state = 'new';
      tasks.push(task);
    };
    buffer.forEach(gather);
    this.removed += buffer.size;
    this.#waiting?.forEach(gather);
    this.#waiting = undefined;
    this.#renew();
    this.#count(-tasks.length);
    if (tasks.length > 0) this.#tellPressure();
    return tasks;
  }

  /**
   * The queued messages count as sent now. A mailbox without a broker holds only plain ones. Returns their tasks if events are observed: a task
   * keeps the id that the event shows.
   */
  sendAgain(isTold: boolean): Task[] {
    const old = this.#buffer;
    const stamp = this.#owner.system.dispatcher.stamp();
    const tasks: Task[] = [];
    this.#renew();
    old.forEach((message, _, lane) => {
      const task = isTold ? this.#taskOf(message, stamp, lane) : null;
      if (task !== null) tasks.push(task);
      this.#buffer.push(message, this.#stamped(task ?? stamp), lane);
    });
    this.#count(old.size);
    return tasks;
  }

  forEach(visit: (message: unknown) => void): void {
    this.#buffer.forEach((message) => visit(message));
  }

  // --------------------------------------------------------------------------------------------------

  /** Stamps an entry and turns it into what the queue keeps. */
  #stamped(entry: Entry | null): Held {
    if (entry === null) {
      const stamp = this.#owner.system.dispatcher.stamp();
      const at = stamp.at as number;
      if (this.size === 0) this.#epoch = at;
      const since = at - this.#epoch;
      // Other numbers than small integers would cost as much as the stamp.
      return (since | 0) === since ? since : stamp;
    }
    const isTask = entry instanceof Task;
    if (isTask) entry.state = 'queued';
    const stamp = isTask ? (entry.stamp as Stamp) : entry;
    stamp.at ??= this.#owner.system.dispatcher.now();
    if (stamp.details.ttl !== undefined) this.#mayExpire = true;
    return entry;
  }

  /** Turns what the queue keeps back into an entry. */
  #read(held: Held): Entry {
    if (typeof held !== 'number') return held;
    const at = this.#epoch + held;
    if (at !== this.#stamp.at) this.#stamp = new Stamp(at);
    return this.#stamp;
  }

  /** A newcomer was queued, told as such. */
  #added(task: Task | null, more: number): void {
    this.#count(more);
    this.#tellQueued(task, false);
    this.#tellPressure();
  }

  #count(more: number): void {
    this.#owner.system.counts.pending += more;
    this.#owner.wake();
  }

  #tellQueued(task: Task | null, isWaiting: boolean): void {
    const { journal } = this.#owner.system;
    if (task !== null && journal.isObserved) journal.queued(task, isWaiting);
  }

  #tellPressure(): void {
    if (this.pressure?.observed === true) this.pressure.tell(this.#owner.system.dispatcher, this.size / this.#owner.capacity);
  }

  /** The sender of a message waits for a place, the highest priority first (`overflow: 'block'`). */
  #park(task: Task): FailureCode | null {
    const { capacity, settings } = this.#owner;
    const waiting = (this.#waiting ??= new BoundedBuffer(settings.maxWaiting ?? capacity, 'fail', 'strict'));
    if (waiting.offer(undefined, task, task.lane) !== ACCEPTED) return refused(task, 'MailboxFull');
    task.state = 'waiting';
    this.#count(1);
    this.#tellQueued(task, true);
    return null;
  }

  /** A message has left: the first that waits has its place before anyone else. */
  #placeFreed(): void {
    const buffer = this.#buffer;
    const waiting = this.#waiting;
    if (waiting !== undefined && waiting.size > 0 && !buffer.isFull) {
      const lane = waiting.next();
      const task = waiting.metaOf(lane);
      waiting.take(lane);
      task.state = 'queued';
      buffer.push(undefined, task, lane);
    }
    if (buffer.size === 0) this.#mayExpire = this.#owner.settings.ttl !== Infinity;
    this.#tellPressure();
    this.#count(-1);
  }

  // Expiry: looked at when a message's turn comes, and at the heads of a full queue that needs room (rule M3).

  #isExpired(entry: Entry): boolean {
    const { settings, system } = this.#owner;
    const { at, details } = entry instanceof Task ? (entry.stamp as Stamp) : entry;
    const ttl = details.ttl ?? settings.ttl;
    return ttl !== Infinity && system.dispatcher.now() - (at as number) > ttl;
  }

  #dropExpired(): void {
    const buffer = this.#buffer;
    let isFound = false;
    for (let lane = 0; lane <= HIGHEST_LANE; lane++) {
      while (buffer.has(lane)) {
        const entry = this.#read(buffer.metaOf(lane));
        if (!this.#isExpired(entry)) break;
        isFound = true;
        const message = buffer.take(lane);
        this.removed++;
        this.#lose(message, entry, lane, 'Expired');
        this.#placeFreed();
      }
    }
    // A message that waited, and has the place now, may be too old as well.
    if (isFound) this.#dropExpired();
  }

  #lose(message: unknown, entry: Entry, lane: number, code: FailureCode): void {
    if (entry instanceof Task) settle(entry, { outcome: 'failed', code });
    else this.#owner.losePlain(message, lane, code, entry);
  }

  #taskOf(message: unknown, entry: Entry, lane: number): Task {
    return entry instanceof Task ? entry : newTask(this.#owner, message, lane, null, entry);
  }

  #renew(): void {
    const { highWaterMark } = this.#buffer;
    this.#buffer = this.#newBuffer();
    this.#buffer.highWaterMark = highWaterMark;
  }

  #newBuffer(): BoundedBuffer<unknown, Held> {
    const { capacity, settings } = this.#owner;
    return new BoundedBuffer(capacity, settings.overflow, settings.fairness);
  }
}

/** A message that is not queued after all. */
function refused(task: Task | null, code: FailureCode): FailureCode {
  if (task !== null) task.state = 'new';
  return code;
}
