import { Observable, type Subscriber } from 'rxjs';
import { offer } from '../kernel/offer';
import { cancel } from '../kernel/settle';
import { Stamp } from '../kernel/stamp';
import { type Caller, type Task, newTask } from '../kernel/task';
import { startTimer } from '../kernel/timers';
import type { SendOptions } from '../message/send-options';
import type { BrokerSystem } from './broker-system';
import { detailsOf } from './details-of';
import { isCalledOff, untilAborted } from './until-aborted';

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
    const { dispatcher } = system;
    const givenDetails = detailsOf(options, null);
    const passed = system.interceptSend?.(system, { kind: 'tell', message, details: givenDetails, target: id }) ?? { message, details: givenDetails, refusal: null };
    // An interceptor may have aborted the signal.
    if (isCalledOff(subscriber, signal)) return;
    const stamp = new Stamp(undefined, system.outgoing(passed.message, passed.details));
    const task = newTask(passed.refusal ?? system.recipient(id), passed.message, lane, new WaitingSender(subscriber), stamp);
    task.more().timeout = timeout;
    const isOutermost = dispatcher.enter();
    try {
      offer(task, system.refuses(null), null);
      follow(task, subscriber, signal);
    } finally {
      if (isOutermost) dispatcher.finish();
    }
    // As that of an ask: an offer from outside is often taken by then (rule S4).
    startWaiting(task);
  });
}

/** Lets the sender cancel the message for as long as it waits: it has a caller until its mailbox has taken it. */
function follow(task: Task, subscriber: Subscriber<void>, signal: AbortSignal | undefined): void {
  if (task.caller === null) return;
  const stop = (reason?: unknown): void => {
    if (task.caller !== null) cancel(task, reason);
  };
  subscriber.add(() => stop());
  if (signal !== undefined) task.more().unlisten = untilAborted(signal, { cancel: stop });
}

/** Starts the timeout, which is for the wait only. */
function startWaiting(task: Task): void {
  if (task.caller !== null) startTimer(task);
}
