import type { Priority } from 'rx-broker';
import type { MailboxSpec } from './command';
import type { ModelMessage } from './model-message';
import type { ModelTurn } from './model-turn';

const HIGHEST_FIRST: readonly Priority[] = ['critical', 'high', 'normal', 'low'];
export const LOWEST_FIRST: readonly Priority[] = ['low', 'normal', 'high', 'critical'];
const CREDITS: Readonly<Record<Priority, number>> = { critical: 8, high: 4, normal: 2, low: 1 };

/** A mailbox as DESIGN §3 has it, without regard to cost: two lists in the order of arrival. */
export class ModelMailbox {
  readonly queue: ModelMessage[] = [];
  /** Senders that wait for a place (`block`). */
  readonly waiting: ModelMessage[] = [];
  /** Turns that hold a seat. */
  readonly seats: ModelTurn[] = [];
  isClosed = false;
  /** Unregistered. */
  isGone = false;
  hasConsumer: boolean;
  /** Its consumer has not got its subscription yet, with which it could leave. */
  isSubscribing = false;
  #credits = { ...CREDITS };

  constructor(
    readonly id: string,
    readonly spec: MailboxSpec,
  ) {
    this.hasConsumer = spec.consumed;
  }

  /** M1: capacity bounds what is queued, not what runs. */
  get isFull(): boolean {
    return this.queue.length >= this.spec.capacity;
  }

  /** M4: one turn at a time, or `concurrency`. */
  get hasFreeSeat(): boolean {
    return this.hasConsumer && this.seats.length < this.spec.concurrency;
  }

  /** Free to take a message at once. */
  get isIdle(): boolean {
    return !this.isClosed && !this.isGone && this.hasFreeSeat && this.queue.length === 0;
  }

  get canRun(): boolean {
    return this.hasFreeSeat && this.queue.length > 0;
  }

  /** M2: as many senders wait as there are places. */
  get mayPark(): boolean {
    return this.spec.overflow === 'block' && this.waiting.length < this.spec.capacity;
  }

  /** M3: credits are refilled when no waiting class has any, and so when nothing waits. */
  push(message: ModelMessage): void {
    if (this.queue.length === 0) this.#credits = { ...CREDITS };
    message.state = 'queued';
    this.queue.push(message);
  }

  /** M3: takes out the message whose turn it is. */
  takeNext(): ModelMessage {
    const waits = HIGHEST_FIRST.filter((priority) => this.queue.some((message) => message.priority === priority));
    if (this.spec.fairness === 'strict') return takeFirst(this.queue, waits[0]!);
    if (!waits.some((priority) => this.#credits[priority] > 0)) this.#credits = { ...CREDITS };
    const next = waits.find((priority) => this.#credits[priority] > 0)!;
    this.#credits[next]--;
    return takeFirst(this.queue, next);
  }

  /** M2: the oldest message of the lowest priority, unless it outranks the newcomer. */
  takeVictim(newcomer: Priority): ModelMessage | undefined {
    const lowest = LOWEST_FIRST.find((priority) => this.queue.some((message) => message.priority === priority))!;
    return LOWEST_FIRST.indexOf(lowest) > LOWEST_FIRST.indexOf(newcomer) ? undefined : takeFirst(this.queue, lowest);
  }

  /** M2: a free place is the first waiter's: the highest priority, the oldest of it. */
  admit(): void {
    if (this.isFull || this.waiting.length === 0) return;
    const highest = HIGHEST_FIRST.find((priority) => this.waiting.some((message) => message.priority === priority))!;
    this.push(takeFirst(this.waiting, highest));
  }

  /** The oldest of a priority. */
  head(priority: Priority): ModelMessage | undefined {
    return this.queue.find((message) => message.priority === priority);
  }

  /** Those that have outlived their ttl, wherever they stand. */
  expired(now: number): ModelMessage[] {
    return this.queue.filter((message) => this.isExpired(message, now)).sort(byPriority);
  }

  isExpired({ ttl, sentAt }: ModelMessage, now: number): boolean {
    return now >= sentAt + (ttl === Infinity ? this.spec.ttl : ttl);
  }

  /** When its turn comes: with a ttl of 0, too, it has it if no time has passed. */
  isTooLate(message: ModelMessage, now: number): boolean {
    return this.isExpired(message, now) && now > message.sentAt;
  }

  /** Takes a message out that is cancelled or whose time is over. */
  withdraw(message: ModelMessage): void {
    const list = message.state === 'waiting' ? this.waiting : this.queue;
    list.splice(list.indexOf(message), 1);
    if (message.state === 'queued') this.admit();
  }

  /** Everything that waits: those without a place first, the highest priority first. */
  takeAll(): ModelMessage[] {
    return [...this.waiting.splice(0).sort(byPriority), ...this.queue.splice(0).sort(byPriority)];
  }
}

function byPriority(a: ModelMessage, b: ModelMessage): number {
  return HIGHEST_FIRST.indexOf(a.priority) - HIGHEST_FIRST.indexOf(b.priority);
}

function takeFirst(list: ModelMessage[], priority: Priority): ModelMessage {
  const index = list.findIndex((message) => message.priority === priority);
  return list.splice(index, 1)[0]!;
}
