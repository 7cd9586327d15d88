import { Observable, type ObservableInput, Subscriber, type TeardownLogic, from, observable } from 'rxjs';
import { describeValue } from '../failure/check';
import { SendError } from '../failure/send-error';
import { stopTimer } from './let-go';
import type { HandedOut, ReplyKind } from './reply-kind';
import { settle } from './settle';
import { type OpenReply, type System, type Task, giveReply } from './task';
import { isUnhandled } from './unhandled-message';
import { whenSettled } from './when-settled';

/** Waits for the reply of a turn that was left open. The outbox calls this, since promises, streams and consumers are the user's code. */
export function awaitReply(task: Task, kind: ReplyKind, result: unknown): void {
  // If the turn has ended already, a promise is still awaited, since it holds the seat.
  if (task.state !== 'open' && kind !== 'promise') return;
  if (kind === 'promise') awaitPromise(task, result as PromiseLike<unknown>);
  else if (kind === 'stream') subscribeTo(task, result as ObservableInput<unknown>);
  else (result as HandedOut).begin(task);
}

/** A turn's promise is fulfilled, or its delivery got its reply: `value` is emitted, and the reply completes. */
export function succeed(task: Task, value: unknown): void {
  task.system.dispatcher.resume(() => {
    if (task.state === 'open') settleSucceeded(task, value, true);
    else releaseSeat(task);
  });
}

/** A turn's stream or delivery has completed. */
export function complete(task: Task): void {
  task.system.dispatcher.resume(() => settleSucceeded(task, undefined, false));
}

/** A turn's promise is rejected, its stream has errored, its delivery has failed. */
export function fail(task: Task, error: unknown): void {
  task.system.dispatcher.resume(() => {
    if (task.state === 'open') settleFailed(task, error);
    else releaseSeat(task);
  });
}

/** Emits one value of a streamed reply. The first one ends the caller's timeout. */
export function emit(task: Task, value: unknown): void {
  const { caller, system } = task;
  // A message that is over has no caller any more.
  if (caller === null) return;
  const rest = task.more();
  system.dispatcher.step(() => {
    rest.isAnswered = true;
    stopTimer(task, rest.timer);
    system.dispatcher.add(() => {
      if (!caller.closed) caller.next(value);
    });
  });
}

/** Settles a turn whose handler threw or whose reply failed. The caller gets what was thrown. */
export function settleFailed(task: Task, thrown: unknown): void {
  if (isUnhandled(thrown)) {
    const { code, started, detail, cause } = thrown;
    settle(task, { outcome: 'errored', code, error: new SendError(code, { actorId: task.recipient.id, started, detail, cause }) });
  } else settle(task, { outcome: 'errored', code: 'HandlerFailed', error: thrown });
}

/** Waits for the promise of a turn that was ended from outside: it keeps its seat until then (rule M4). */
export function abandon(task: Task, promise: PromiseLike<unknown>): void {
  task.more().isPromise = true;
  task.system.dispatcher.add(() => awaitPromise(task, promise));
}

// --------------------------------------------------------------------------------------------------

function settleSucceeded(task: Task, value: unknown, emits: boolean): void {
  // A stream that has ended by itself need not be stopped.
  task.more().reply = undefined;
  settle(task, {
    outcome: 'succeeded',
    reply(caller) {
      if (emits) giveReply(caller, value);
      else caller.complete();
    },
  });
}

function releaseSeat(task: Task): void {
  if (task.more().seat < 0) return;
  task.recipient.freeSeat(task);
  task.recipient.endIfEmpty();
}

function awaitPromise(task: Task, promise: PromiseLike<unknown>): void {
  whenSettled(
    promise,
    (value) => succeed(task, value),
    (error) => fail(task, error),
  );
}

function subscribeTo(task: Task, result: ObservableInput<unknown>): void {
  const reply = new StreamedReply(task);
  task.more().reply = reply;
  try {
    streamOf(result).subscribe(reply);
  } catch (error) {
    // Either `subscribe` of the user's stream threw, or a teardown after the turn was settled.
    if (task.state === 'open') fail(task, error);
    else task.system.journal.callbackFailed(`the teardown of a reply of ${describeValue(task.recipient.id)}`, error);
  }
  reply.isSubscribing = false;
}

/** An Observable of this RxJS for any other: one with `Symbol.observable`, or one of another copy of RxJS with a symbol of its own. */
function streamOf(result: ObservableInput<unknown>): Observable<unknown> {
  const foreign = result as unknown as Record<PropertyKey, unknown> & { subscribe(subscriber: Subscriber<unknown>): TeardownLogic };
  if (foreign[observable] !== undefined) return from(result);
  return new Observable((subscriber) => foreign.subscribe(subscriber));
}

/**
 * Observes the stream that a handler returned. It is a Subscriber, so that even an endless synchronous stream can be stopped. It has no
 * private fields, since RxJS 6 calls its observer through a derived object.
 */
class StreamedReply extends Subscriber<unknown> implements OpenReply {
  /** True during `subscribe`. Values are told at once then, since `subscribe` of an endless synchronous stream never returns. */
  isSubscribing = true;
  readonly task: Task;
  /** The system in which the turn began. */
  readonly system: System;

  constructor(task: Task) {
    super();
    this.task = task;
    this.system = task.system;
  }

  /** Unsubscribes. An error of a teardown is reported, and stops nothing. */
  stop(): void {
    try {
      this.unsubscribe();
    } catch (error) {
      this.system.journal.callbackFailed(`the teardown of a reply of ${describeValue(this.task.recipient.id)}`, error);
    }
  }

  protected override _next(value: unknown): void {
    emit(this.task, value);
    if (!this.isSubscribing) return;
    this.system.dispatcher.tell();
    // If the caller has left, the stream must stop. RxJS 5 and 6 see that only on the object through which they call this method.
    if (this.task.state !== 'open') this.unsubscribe();
  }

  protected override _error(error: unknown): void {
    fail(this.task, error);
    this.stop();
  }

  protected override _complete(): void {
    complete(this.task);
    this.stop();
  }
}
