import type { Subscriber, Unsubscribable } from 'rxjs';
import type { Caller, MessageRecord } from '../mailbox/message-record';
import type { ActorId } from '../message/actor-id';
import type { BroadcastResult } from './broadcast-result';

/** One target's seat in a broadcast: it takes the reply, a stream's last value, or the failure, and hands in one result. */
class Seat implements Caller {
  readonly actorId: ActorId;
  record: MessageRecord | undefined;
  result: BroadcastResult | undefined;
  /** Idle when it was offered the message: results wait until it has started. */
  willStart = false;
  readonly #gathering: Gathering;
  #value: unknown = undefined;

  constructor(gathering: Gathering, actorId: ActorId) {
    this.#gathering = gathering;
    this.actorId = actorId;
  }

  get closed(): boolean {
    return this.#gathering.isOver;
  }

  started(): void {
    if (!this.willStart) return;
    this.willStart = false;
    this.#gathering.oneStarted();
  }

  next(value: unknown): void {
    this.#value = value;
  }

  complete(): void {
    this.#hand({ actorId: this.actorId, ok: true, value: this.#value });
  }

  error(error: unknown): void {
    this.#hand({ actorId: this.actorId, ok: false, error });
  }

  #hand(result: BroadcastResult): void {
    if (this.result !== undefined) return;
    this.result = result;
    this.#gathering.gather(this);
    this.started();
  }
}

/**
 * The answers to one broadcast, on their way to its subscriber (rule R3): held back until the message has been offered to all and
 * every idle target has started, then in registration order or as they settle.
 */
export class Gathering implements Unsubscribable {
  readonly seats: Seat[] = [];
  isOver = false;
  readonly #subscriber: Subscriber<BroadcastResult>;
  readonly #bySettling: BroadcastResult[] | undefined;
  /** Idle targets that have not started, and one for the offering itself. */
  #toStart = 1;
  #emitted = 0;
  #emitting = false;

  constructor(subscriber: Subscriber<BroadcastResult>, order: 'registered' | 'settled') {
    this.#subscriber = subscriber;
    this.#bySettling = order === 'settled' ? [] : undefined;
  }

  seat(actorId: ActorId): Seat {
    const seat = new Seat(this, actorId);
    this.seats.push(seat);
    return seat;
  }

  /** This target is idle: it will run as soon as the stack allows. */
  expectStart(seat: Seat): void {
    seat.willStart = true;
    this.#toStart++;
  }

  /** The message has been offered to everyone. */
  offered(): void {
    this.oneStarted();
  }

  oneStarted(): void {
    this.#toStart--;
    this.#emit();
  }

  gather(seat: Seat): void {
    this.#bySettling?.push(seat.result as BroadcastResult);
    this.#emit();
  }

  /** Cancels what is left. */
  unsubscribe(): void {
    this.cancel(undefined);
  }

  cancel(reason: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const { record, result } of this.seats) if (result === undefined) record?.cancel(undefined);
    if (reason !== undefined) this.#subscriber.error(reason);
  }

  #emit(): void {
    if (this.#toStart > 0 || this.#emitting || this.isOver) return;
    this.#emitting = true;
    for (let result = this.#nextResult(); result !== undefined && !this.isOver; result = this.#nextResult()) {
      this.#emitted++;
      this.#subscriber.next(result);
    }
    this.#emitting = false;
    if (this.isOver || this.#emitted < this.seats.length) return;
    this.isOver = true;
    this.#subscriber.complete();
  }

  #nextResult(): BroadcastResult | undefined {
    return this.#bySettling === undefined ? this.seats[this.#emitted]?.result : this.#bySettling[this.#emitted];
  }
}

