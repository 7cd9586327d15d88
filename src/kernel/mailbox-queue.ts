import { BoundedBuffer } from '../buffer/bounded-buffer';
import { ACCEPTED, EVICTED, FULL, REFUSED } from '../buffer/offer';
import type { FailureCode } from '../failure/failure-code';
import { HIGHEST_LANE } from '../message/lane';
import type { MailboxSettings } from './mailbox-settings';
import type { Outlet } from './outlet';
import { type Entry, type QueueRecord, QueueRecords } from './queue-records';
import { settle } from './settle';
import type { Stamp } from './stamp';
import { taken } from './taken';
import { type Recipient, Task, newTask } from './task';

/** The mailbox, as its queue sees it. */
export interface QueueOwner extends Recipient {
  readonly capacity: number;
  readonly settings: MailboxSettings;
  /** Called when messages were queued or have left: the mailbox may have to line up. */
  wake(): void;
}

/**
 * The queue of a mailbox: a bounded buffer, and a second one for the messages whose senders wait for a place (rules M1 to M3). Every method
 * is part of a step.
 */
export class MailboxQueue {
  /** How many queued messages have left without a turn. */
  removed = 0;
  pressure: Outlet<number> | undefined = undefined;
  readonly #owner: QueueOwner;
  #buffer: BoundedBuffer<unknown, QueueRecord>;
  /** The messages whose senders wait for a place. */
  #waiting: BoundedBuffer<undefined, Task> | undefined;
  readonly #records = new QueueRecords();
  /** Whether a queued message may have a ttl, its own or the mailbox's. */
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

  /** How many senders wait for a place. */
  get waitingCount(): number {
    return this.#waiting === undefined ? 0 : this.#waiting.size;
  }

  /** Queues a message that runs at once, since the mailbox is idle. It counts for no high water mark, no pressure and no `queued` event. */
  addForNow(message: unknown, entry: Entry | null, lane: number): void {
    this.#buffer.push(message, this.#recordOf(entry), lane);
    this.#count(1);
    if (entry instanceof Task) taken(entry);
  }

  /** Queues a message by the overflow strategy (rule M2). `entry` is `null` for a plain one. Returns why it is refused, or `null`. */
  add(message: unknown, entry: Entry | null, lane: number): FailureCode | null {
    const buffer = this.#buffer;
    if (buffer.isFull && this.#mayExpire) this.#dropExpired();
    const { overflow } = buffer;
    const task = entry instanceof Task ? entry : null;
    // A refused plain message does not read the clock, so that a flood of refusals stays cheap.
    if (task === null && buffer.isFull && overflow !== 'drop-oldest') return overflow === 'drop-newest' ? 'Dropped' : 'MailboxFull';
    switch (buffer.offer(message, this.#recordOf(entry), lane)) {
      case REFUSED:
        return refused(task, 'Dropped');
      case FULL:
        // A plain message was refused above.
        return (task as Task).isAsked && overflow === 'block' ? this.#park(task as Task) : refused(task, 'MailboxFull');
      case EVICTED: {
        const { victim, victimLane } = buffer;
        const evicted = buffer.victimMeta as QueueRecord;
        buffer.forgetVictim();
        this.removed++;
        this.#added(task, 0);
        this.#lose(victim, this.#records.read(evicted), victimLane, 'Dropped');
        return null;
      }
      case ACCEPTED:
        this.#added(task, 1);
        return null;
    }
  }

  /** Takes the next message out and gives it to `run`. If it has expired, it is lost instead. */
  next(run: (task: Task, message: unknown) => void): void {
    const buffer = this.#buffer;
    const lane = buffer.next();
    const entry = this.#records.read(buffer.metaOf(lane));
    const message = buffer.take(lane);
    if (this.#mayExpire && this.#isExpired(entry)) {
      this.#placeFreed();
      this.removed++;
      this.#lose(message, entry, lane, 'Expired');
      return;
    }
    // A short `#placeFreed`, if no sender waits and pressure is not observed (a drain 1.9 → 1.5 × an idle `trySend`).
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

  /** Takes a queued or waiting message out. */
  withdraw(task: Task): void {
    const wasWaiting = task.state === 'waiting';
    task.state = 'new';
    if (wasWaiting) {
      (this.#waiting as BoundedBuffer<undefined, Task>).withdrawn(task.lane);
      this.#count(-1);
      return;
    }
    this.#buffer.withdrawn(task.lane);
    this.removed++;
    this.#placeFreed();
  }

  /** Takes all messages out. Returns them in the order in which they are told: the queued ones by priority, then the waiting ones. */
  takeAll(): Task[] {
    const buffer = this.#buffer;
    const tasks: Task[] = [];
    const gather = (message: unknown, held: QueueRecord, lane: number): void => {
      const task = this.#taskOf(message, this.#records.read(held), lane);
      task.state = 'new';
      tasks.push(task);
    };
    buffer.forEach(gather);
    this.removed += buffer.size;
    this.#waiting?.forEach(gather);
    this.#waiting = undefined;
    this.#renew();
    this.#count(-tasks.length);
    this.#tellPressure();
    return tasks;
  }

  /**
   * Stamps all messages as sent now, when the mailbox gets a broker. Until then it holds only plain messages. If events are observed, each
   * gets a task, which keeps the id that its event shows; these are returned.
   */
  sendAgain(isTold: boolean): Task[] {
    const old = this.#buffer;
    const stamp = this.#owner.system.dispatcher.stamp();
    const tasks: Task[] = [];
    this.#renew();
    old.forEach((message, _, lane) => {
      const task = isTold ? this.#taskOf(message, stamp, lane) : null;
      if (task !== null) tasks.push(task);
      this.#buffer.push(message, this.#recordOf(task ?? stamp), lane);
    });
    this.#count(old.size);
    return tasks;
  }

  forEach(visit: (message: unknown) => void): void {
    this.#buffer.forEach((message) => visit(message));
  }

  // --------------------------------------------------------------------------------------------------

  /** Stamps an entry, and turns it into what the buffer holds with the message. */
  #recordOf(entry: Entry | null): QueueRecord {
    const { dispatcher } = this.#owner.system;
    if (entry === null) return this.#records.ofPlain(dispatcher.stamp(), this.size === 0);
    const isTask = entry instanceof Task;
    if (isTask) entry.state = 'queued';
    const stamp = isTask ? (entry.stamp as Stamp) : entry;
    stamp.at ??= dispatcher.now();
    if (stamp.details.ttl !== undefined) this.#mayExpire = true;
    return entry;
  }

  /** Counts and tells a newcomer that was queued. `more`: how many more messages are pending than before. */
  #added(task: Task | null, more: number): void {
    this.#count(more);
    this.#tellQueued(task, false);
    this.#tellPressure();
    if (task !== null) taken(task);
  }

  #count(more: number): void {
    this.#owner.system.counts.pending += more;
    this.#owner.wake();
  }

  #tellQueued(task: Task | null, isWaiting: boolean): void {
    const { journal } = this.#owner.system;
    if (task !== null && journal.observes(this.#owner.id)) journal.queued(task, isWaiting);
  }

  #tellPressure(): void {
    if (this.pressure?.observed === true) this.pressure.tell(this.#owner.system.dispatcher, this.size / this.#owner.capacity);
  }

  /** Makes the sender wait for a place (`overflow: 'block'`); the highest priority gets one first. Returns why it is refused, or `null`. */
  #park(task: Task): FailureCode | null {
    const { capacity, settings } = this.#owner;
    const waiting = (this.#waiting ??= new BoundedBuffer(settings.maxWaiting ?? capacity, 'fail', 'strict'));
    if (waiting.offer(undefined, task, task.lane) !== ACCEPTED) return refused(task, 'MailboxFull');
    task.state = 'waiting';
    this.#count(1);
    this.#tellQueued(task, true);
    return null;
  }

  /** A message has left the buffer: the first one that waits gets its place now, before any newcomer can. */
  #placeFreed(): void {
    const buffer = this.#buffer;
    const waiting = this.#waiting;
    if (waiting !== undefined && waiting.size > 0 && !buffer.isFull) {
      const lane = waiting.next();
      const task = waiting.metaOf(lane);
      waiting.take(lane);
      task.state = 'queued';
      buffer.push(undefined, task, lane);
      taken(task);
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
        const entry = this.#records.read(buffer.metaOf(lane));
        if (!this.#isExpired(entry)) break;
        isFound = true;
        const message = buffer.take(lane);
        this.removed++;
        this.#lose(message, entry, lane, 'Expired');
        this.#placeFreed();
      }
    }
    // A waiting message that has got a place may have expired, too.
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

  #newBuffer(): BoundedBuffer<unknown, QueueRecord> {
    const { capacity, settings } = this.#owner;
    return new BoundedBuffer(capacity, settings.overflow, settings.fairness);
  }
}

/** The task of a message that was refused is in no queue. Returns `code`. */
function refused(task: Task | null, code: FailureCode): FailureCode {
  if (task !== null) task.state = 'new';
  return code;
}
