import type { Subscriber, Unsubscribable } from 'rxjs';
import type { Place } from '../kernel/fan-out';
import { end } from '../kernel/settle';
import type { System, Task } from '../kernel/task';
import { startTimer } from '../kernel/timers';
import type { ActorId } from '../message/actor-id';
import type { BroadcastResult } from '../message/send-result';

/**
 * One target's place in a broadcast. It takes the reply (of a stream the last value) or the failure, and gives one result to the gathering.
 * This is a class, since an object literal costs 995 instead of 107 ns a target.
 */
class GatheredPlace implements Place {
  readonly holdsBack = true;
  readonly task: Task;
  result: BroadcastResult | undefined = undefined;
  readonly #gathering: Gathering;
  readonly #actorId: ActorId;
  #value: unknown = undefined;

  constructor(gathering: Gathering, task: Task) {
    this.task = task;
    this.#gathering = gathering;
    // Kept, since the mailbox may be registered under another id before the result is told.
    this.#actorId = task.self;
  }

  get closed(): boolean {
    return this.#gathering.isOver;
  }

  next(value: unknown): void {
    this.#value = value;
  }

  complete(): void {
    this.succeed(this.#value);
  }

  succeed(value: unknown): void {
    this.result = { actorId: this.#actorId, ok: true, value };
    this.#gathering.gather(this);
  }

  error(error: unknown): void {
    this.result = { actorId: this.#actorId, ok: false, error };
    this.#gathering.gather(this);
  }
}

/** Gathers the results of one broadcast for its subscriber, in registration order or as they settle (rule R3). */
export class Gathering implements Unsubscribable {
  isOver = false;
  readonly #system: System;
  readonly #subscriber: Subscriber<BroadcastResult>;
  readonly #count: number;
  readonly #places: GatheredPlace[] = [];
  /** The places in the order in which their results are told. */
  readonly #inOrder: GatheredPlace[];
  /** How many results were told. */
  #told = 0;

  constructor(system: System, subscriber: Subscriber<BroadcastResult>, isAsSettled: boolean, count: number) {
    this.#system = system;
    this.#subscriber = subscriber;
    this.#count = count;
    this.#inOrder = isAsSettled ? [] : this.#places;
  }

  placeFor(task: Task): Place {
    const place = new GatheredPlace(this, task);
    this.#places.push(place);
    return place;
  }

  /** Takes the result of a place. Tells every result whose turn it is in the order. */
  gather(place: GatheredPlace): void {
    if (this.#inOrder !== this.#places) this.#inOrder.push(place);
    while (!this.isOver) {
      const result = this.#inOrder[this.#told]?.result;
      if (result === undefined) break;
      this.#told++;
      this.#subscriber.next(result);
    }
    this.endIfComplete();
  }

  endIfComplete(): void {
    if (this.isOver || this.#told < this.#count) return;
    this.isOver = true;
    this.#subscriber.complete();
  }

  /** Starts the timeouts of the messages that are not over. */
  startTimers(): void {
    for (const { task } of this.#places) startTimer(task);
  }

  /** Cancels the messages that have no result yet. The caller gets `reason`, by the outbox as every end. */
  cancel(reason: unknown): void {
    const { dispatcher } = this.#system;
    dispatcher.step(() => {
      this.#cancelOpen();
      // Results that were there before are told first.
      dispatcher.add(() => {
        if (this.isOver) return;
        this.isOver = true;
        this.#subscriber.error(reason);
      });
    });
  }

  /** Cancels the messages that are not over. */
  unsubscribe(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#system.dispatcher.step(() => this.#cancelOpen());
  }

  #cancelOpen(): void {
    for (const { task } of this.#places) end(task, 'Cancelled');
  }
}
