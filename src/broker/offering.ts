import { Observable, type Subscriber } from 'rxjs';
import { offer } from '../kernel/offer';
import { Stamp } from '../kernel/stamp';
import { type Caller, newTask } from '../kernel/task';
import { startTimer } from '../kernel/timers';
import type { SendOptions } from '../message/send-options';
import type { BrokerSystem } from './broker-system';
import { detailsOf } from './details-of';
import { follow } from './follow';
import { isCalledOff } from './until-aborted';

/** The caller of an `offer`: it waits until the mailbox has taken or lost the message. */
class WaitingSender implements Caller {
  readonly untilTaken = true;
  readonly #subscriber: Subscriber<void>;

  constructor(subscriber: Subscriber<void>) {
    this.#subscriber = subscriber;
  }

  get closed(): boolean {
    return this.#subscriber.closed;
  }

  next(): void {
    this.#subscriber.next();
  }

  error(error: unknown): void {
    this.#subscriber.error(error);
  }

  complete(): void {
    this.#subscriber.complete();
  }
}

/** `offer`: a tell that waits for a place in the mailbox. Cold. */
export function offering(system: BrokerSystem, id: string, message: unknown, lane: number, options: SendOptions | undefined): Observable<void> {
  return new Observable((subscriber) => {
    const { signal, timeout = system.requestTimeout } = options ?? {};
    if (isCalledOff(subscriber, signal)) return;
    const givenDetails = detailsOf(options, null);
    const passed = system.pass({ kind: 'tell', message, details: givenDetails, target: id });
    // An interceptor may have aborted the signal.
    if (isCalledOff(subscriber, signal)) return;
    const stamp = new Stamp(undefined, system.outgoing(passed.message, passed.details));
    const task = newTask(passed.refusal ?? system.recipient(id), passed.message, lane, new WaitingSender(subscriber), stamp);
    task.more().timeout = timeout;
    system.dispatcher.step(() => {
      offer(task, system.refuses(null), null);
      if (task.isAsked) follow(task, subscriber, signal);
    });
    // As that of an ask: an offer from outside is often taken by then (rule S4). The timeout is for the wait only.
    if (task.isAsked) startTimer(task);
  });
}
