import { type Subscriber, Subscription, type TeardownLogic, type Unsubscribable } from 'rxjs';
import type { Dispatch } from '../mailbox/dispatch/dispatch';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { READY } from '../mailbox/state/flags';
import type { Caller } from '../mailbox/turn/message-record';
import type { ActorId } from '../message/actor-id';
import type { BroadcastResult } from './broadcast-result';

/** One target's seat in a broadcast: it takes the reply, a stream's last value, or the failure, and hands in one result. */
export class Seat implements Caller {
  result: BroadcastResult | undefined = undefined;
  readonly #gathering: Gathering;
  readonly #core: MailboxCore;
  #value: unknown = undefined;
  /** Idle when it was offered the message: results wait until it has started. */
  #willStart = false;
  /** What takes the message back, and what else wants to know that nobody waits any more. */
  #teardown: Subscription | undefined = undefined;

  constructor(gathering: Gathering, core: MailboxCore) {
    this.#gathering = gathering;
    this.#core = core;
  }

  get closed(): boolean {
    return this.#gathering.isOver;
  }

  /** This target is idle: it will run as soon as the stack allows. */
  expectStart(): void {
    this.#willStart = true;
    this.#gathering.expectStart();
  }

  started(): void {
    if (!this.#willStart) return;
    this.#willStart = false;
    this.#gathering.oneStarted();
  }

  /** Whether it is in line no more, and was to start: something urgent came first, or its consumer has gone. */
  get isHeldUp(): boolean {
    return this.#willStart && (this.#core.flags & READY) === 0;
  }

  next(value: unknown): void {
    this.#value = value;
  }

  complete(): void {
    this.succeed(this.#value);
  }

  succeed(value: unknown): void {
    this.#hand({ actorId: this.#core.id as ActorId, ok: true, value });
  }

  error(error: unknown): void {
    this.#hand({ actorId: this.#core.id as ActorId, ok: false, error });
  }

  /** Called when the gathering is over before there is a result. */
  add(teardown: TeardownLogic): void {
    (this.#teardown ??= new Subscription()).add(teardown);
  }

  cancel(): void {
    if (this.result === undefined) this.#teardown?.unsubscribe();
  }

  #hand(result: BroadcastResult): void {
    this.result = result;
    this.#gathering.gather(this);
    this.started();
  }
}

/**
 * The answers to one broadcast, on their way to its subscriber (rule R3): held back until the message has been offered to all and
 * every idle target has started that can, then in registration order or as they settle.
 */
export class Gathering implements Unsubscribable {
  isOver = false;
  readonly #seats: Seat[] = [];
  readonly #subscriber: Subscriber<BroadcastResult>;
  /** The same seats, in the order of their results. */
  readonly #inOrder: Seat[];
  readonly #dispatch: Dispatch;
  /** Idle targets that have not started, and one for the offering itself. */
  #toStart = 1;
  #emitted = 0;
  #emitting = false;

  constructor(subscriber: Subscriber<BroadcastResult>, order: 'registered' | 'settled', dispatch: Dispatch) {
    this.#subscriber = subscriber;
    this.#inOrder = order === 'settled' ? [] : this.#seats;
    this.#dispatch = dispatch;
  }

  seat(core: MailboxCore): Seat {
    const seat = new Seat(this, core);
    this.#seats.push(seat);
    return seat;
  }

  expectStart(): void {
    this.#toStart++;
  }

  /** The message has been offered to everyone. */
  offered(): void {
    this.oneStarted();
    this.#expectWhatCan();
  }

  /** An idle target has started, or the message has been offered to everyone. */
  oneStarted(): void {
    this.#toStart--;
    this.#emit();
  }

  gather(seat: Seat): void {
    if (this.#inOrder !== this.#seats) this.#inOrder.push(seat);
    this.#emit();
  }

  cancel(reason: unknown): void {
    this.unsubscribe();
    this.#subscriber.error(reason);
  }

  /** Cancels what is left. */
  unsubscribe(): void {
    if (this.isOver) return;
    // From here it gets no place where it has none yet.
    this.isOver = true;
    // All of it is taken back before a seat that one sets free goes to another.
    this.#dispatch.within(() => {
      for (const seat of this.#seats) seat.cancel();
    });
  }

  /** Idle targets are waited for until the stack has returned; then only those that are still in line. */
  #expectWhatCan(): void {
    if (this.#toStart === 0) return;
    this.#dispatch.whenAtRest(() => {
      const heldUp = this.#seats.filter((seat) => seat.isHeldUp);
      if (heldUp.length > 0) {
        this.#dispatch.within(() => {
          for (const seat of heldUp) seat.started();
        });
      }
      this.#expectWhatCan();
    });
  }

  #emit(): void {
    if (this.#toStart > 0 || this.#emitting || this.isOver) return;
    this.#emitting = true;
    while (!this.isOver) {
      const result = this.#inOrder[this.#emitted]?.result;
      if (result === undefined) break;
      this.#emitted++;
      this.#subscriber.next(result);
    }
    this.#emitting = false;
    if (this.isOver || this.#emitted < this.#seats.length) return;
    this.isOver = true;
    this.#subscriber.complete();
  }
}
