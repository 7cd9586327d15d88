import type { Priority } from 'rx-broker';
import type { MailboxSpec } from './command';
import { mailboxLine } from './lines';
import type { ModelDispatcher } from './model-dispatcher';
import type { ModelMessage } from './model-message';
import { ModelStream } from './model-stream';
import type { ModelTurn } from './model-turn';

export const LOWEST_FIRST: readonly Priority[] = ['low', 'normal', 'high', 'critical'];
const HIGHEST_FIRST: readonly Priority[] = ['critical', 'high', 'normal', 'low'];
const CREDITS: Readonly<Record<Priority, number>> = { critical: 8, high: 4, normal: 2, low: 1 };

/** A mailbox by DESIGN §3, without regard to cost: lists in the order of arrival. */
export class ModelMailbox {
  /** The id of its actor, while it is registered. */
  id: string | undefined;
  /** Counts its registrations. */
  life = 0;
  readonly queue: ModelMessage[] = [];
  /** Messages whose senders wait for a place (`block`). */
  readonly waiting: ModelMessage[] = [];
  /** Turns that hold a seat. */
  readonly seats: ModelTurn[] = [];
  /** The turn on the stack. */
  running: ModelTurn | undefined;
  consumer: MailboxSpec['consumer'] = 'none';
  /** Whether `receive` has not returned yet, so that the consumer cannot leave. */
  isSubscribing = false;
  /** How far `onStart` is. Without hooks it is `done`. */
  start: 'due' | 'called' | 'done' = 'due';
  isClosed = false;
  /** Whether no further turn may begin. It stays so when the mailbox is unregistered. */
  isPaused = false;
  /** Whether it is being unregistered. Whether it is drained is checked after everything else then. */
  isLeaving = false;
  /** Whether it is closed and drained. */
  isEnded = false;
  accepted = 0;
  delivered = 0;
  lost = 0;
  highWaterMark = 0;
  readonly losses: ModelStream;
  readonly pressure: ModelStream;
  #credits = { ...CREDITS };

  constructor(
    readonly number: number,
    readonly spec: MailboxSpec,
    dispatcher: ModelDispatcher,
  ) {
    this.losses = new ModelStream(dispatcher);
    this.pressure = new ModelStream(dispatcher);
  }

  /** M1: capacity bounds the queue, not the turns. */
  get isFull(): boolean {
    return this.queue.length >= this.spec.capacity;
  }

  get hasConsumer(): boolean {
    return this.consumer !== 'none';
  }

  /** M4: one turn at a time, or `concurrency`. */
  get hasFreeSeat(): boolean {
    return this.seats.length < this.spec.concurrency;
  }

  get canRun(): boolean {
    return this.id !== undefined && this.mayBegin && this.queue.length > 0;
  }

  /** Whether it can run a message at once. */
  get isIdle(): boolean {
    return this.mayBegin && this.queue.length === 0;
  }

  /** M6: whether a turn may begin. */
  get mayBegin(): boolean {
    return this.hasConsumer && this.start === 'done' && this.hasFreeSeat && !this.isPaused;
  }

  /** M6: whether it can be registered. */
  get isAtRest(): boolean {
    return this.seats.length === 0 && this.running === undefined;
  }

  /** The value of `idle$`. */
  get isQuiet(): boolean {
    return this.queue.length === 0 && this.waiting.length === 0 && this.isAtRest;
  }

  get mayWait(): boolean {
    return this.spec.overflow === 'block' && this.waiting.length < this.spec.maxWaiting;
  }

  get level(): number {
    return this.queue.length / this.spec.capacity;
  }

  /** M3: queues a message. Credits are refilled when no queued priority has any, and so when the queue was empty. */
  push(message: ModelMessage): void {
    if (this.queue.length === 0) this.#credits = { ...CREDITS };
    message.state = 'queued';
    message.mailbox = this;
    this.queue.push(message);
    this.accepted++;
  }

  /** M3: takes out the message whose turn it is. */
  takeNext(): ModelMessage {
    const waits = HIGHEST_FIRST.filter((priority) => this.head(priority) !== undefined);
    if (this.spec.fairness === 'strict') return this.takeOut(this.head(waits[0]!)!);
    if (!waits.some((priority) => this.#credits[priority] > 0)) this.#credits = { ...CREDITS };
    const next = waits.find((priority) => this.#credits[priority] > 0)!;
    this.#credits[next]--;
    return this.takeOut(this.head(next)!);
  }

  /** M2: the oldest message of the lowest queued priority, unless it outranks the newcomer. */
  victimFor(newcomer: Priority): ModelMessage | undefined {
    const lowest = LOWEST_FIRST.find((priority) => this.head(priority) !== undefined)!;
    return LOWEST_FIRST.indexOf(lowest) > LOWEST_FIRST.indexOf(newcomer) ? undefined : this.head(lowest);
  }

  /** The oldest of a priority. */
  head(priority: Priority): ModelMessage | undefined {
    return this.queue.find((message) => message.priority === priority);
  }

  /** M3: whether more than the message's ttl has passed. */
  isExpired({ ttl, sentAt }: ModelMessage, now: number): boolean {
    return now - sentAt > (ttl === Infinity ? this.spec.ttl : ttl);
  }

  /** Takes a queued or waiting message out, and gives its place away. */
  takeOut(message: ModelMessage): ModelMessage {
    this.remove(message);
    this.admit();
    return message;
  }

  remove(message: ModelMessage): void {
    remove(this.waiting, message);
    remove(this.queue, message);
  }

  /** M2: gives a free place to the first waiting message of the highest priority. */
  admit(): void {
    const waiter = byPriority(this.waiting)[0];
    if (waiter === undefined || this.isFull) return;
    remove(this.waiting, waiter);
    this.push(waiter);
    waiter.whenTaken?.();
  }

  /** Takes all messages out: the queued ones, then the waiting ones, each with the highest priority first. */
  takeAll(): ModelMessage[] {
    const all = [...byPriority(this.queue.splice(0)), ...byPriority(this.waiting.splice(0))];
    for (const message of all) message.state = 'new';
    return all;
  }

  line(): string {
    const { accepted, delivered, lost, highWaterMark, queue, seats, running } = this;
    const open = seats.filter(({ state }) => state === 'open').length;
    const inFlight = open + (running === undefined ? 0 : 1);
    return mailboxLine({ capacity: this.spec.capacity, size: queue.length, highWaterMark, accepted, delivered, lost, inFlight }, this.isPaused);
  }
}

export function byPriority(messages: readonly ModelMessage[]): ModelMessage[] {
  return HIGHEST_FIRST.flatMap((priority) => messages.filter((message) => message.priority === priority));
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
