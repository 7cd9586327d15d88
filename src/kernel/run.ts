import type { Subscriber } from 'rxjs';
import type { Handler } from '../message/message-broker';
import { NORMAL_LANE } from '../message/lane';
import type { Cut, Dispatcher } from './dispatcher';
import type { Runnable } from './lines';
import type { MailboxCore } from './mailbox-core';
import { abandon, awaitReply, settleFailed } from './open-turn';
import { type ReplyKind, kindOf } from './reply-kind';
import { abortedEnd, cancel, settle } from './settle';
import { type Caller, Task } from './task';
import { startTurnTimer } from './timers';

/**
 * The direct path of a message that nobody waits for: the mailbox is idle, nothing is on the stack, nobody observes. 30 ns, where the
 * queue takes 140 and more. Its lines stand once more in `runAsk`, since V8 keeps type feedback for each function (1.65 → 1.45 × an
 * Observable for an ask).
 */
export function runTell(mailbox: MailboxCore, dispatcher: Dispatcher, message: unknown, lane: number): void {
  const handler = mailbox.handler as Handler;
  const task = new Task(mailbox, lane, 'running', null);
  // The mailbox, never the message's own object: storing a young object into an old one costs a third of a `trySend`.
  dispatcher.stack = mailbox;
  mailbox.delivered++;
  let result: unknown;
  try {
    result = handler(message, task);
  } catch (error) {
    task.more().message = message;
    threw(task, mailbox, dispatcher, error);
    dispatcher.finishDirect(mailbox);
    return;
  }
  // No caller waits for a reply, so a primitive one is dropped. (`undefined` first: 0.04 × `Subject.next`.)
  if ((result === undefined || isPrimitive(result)) && !dispatcher.isTouched) {
    task.state = 'over';
    dispatcher.stack = 'quiet';
    return;
  }
  task.more().message = message;
  returned(task, mailbox, dispatcher, result);
  dispatcher.finishDirect(mailbox);
}

/** The same for a message whose caller waits for the reply. Answers the task, which is open where the caller still waits. */
export function runAsk(mailbox: MailboxCore, dispatcher: Dispatcher, message: unknown, caller: Subscriber<unknown>): Task {
  const handler = mailbox.handler as Handler;
  const { system } = mailbox;
  const task = new Task(mailbox, NORMAL_LANE, 'running', null);
  dispatcher.stack = mailbox;
  mailbox.delivered++;
  system.counts.requests++;
  let result: unknown;
  try {
    result = handler(message, task);
  } catch (error) {
    rememberAsk(task, message, caller);
    threw(task, mailbox, dispatcher, error);
    dispatcher.finishDirect(mailbox);
    return task;
  }
  if (!dispatcher.isTouched && !caller.closed && isPrimitive(result)) {
    task.state = 'over';
    system.counts.requests--;
    dispatcher.stack = 'telling';
    try {
      caller.next(result);
      caller.complete();
    } catch (error) {
      dispatcher.outbox.report(error);
    }
    if (!dispatcher.isTouched) {
      dispatcher.stack = 'quiet';
      return task;
    }
  } else {
    rememberAsk(task, message, caller);
    returned(task, mailbox, dispatcher, result);
    if (task.state === 'open') caller.add(() => cancel(task));
  }
  dispatcher.finishDirect(mailbox);
  return task;
}

/** Runs the next message of a mailbox that can run. The dispatcher's drain loop calls it. */
export function runNext(runnable: Runnable): void {
  const mailbox = runnable as MailboxCore;
  mailbox.system.dispatcher.forgetTime();
  mailbox.ensureQueue().next(runTask);
}

function runTask(task: Task, message: unknown): void {
  const mailbox = task.recipient as MailboxCore;
  const { dispatcher, journal } = mailbox.system;
  dispatcher.stack = mailbox;
  mailbox.delivered++;
  let result: unknown;
  try {
    result = (mailbox.handler as Handler)(message, task);
  } catch (error) {
    task.more().message = message;
    threw(task, mailbox, dispatcher, error);
    return;
  }
  if ((result === undefined || isPrimitive(result)) && dispatcher.cut === null && task.rest === null && mailbox.status === 'open' && !journal.isObserved) {
    task.state = 'over';
    dispatcher.forgetTime();
    return;
  }
  task.more().message = message;
  returned(task, mailbox, dispatcher, result);
}

/**
 * A turn's handler has returned. If it ended its own turn (it unregistered its actor, or cancelled its caller), that takes effect now
 * (rule S3).
 */
export function returned(task: Task, mailbox: MailboxCore, dispatcher: Dispatcher, result: unknown): void {
  let kind: ReplyKind;
  try {
    // The turn is still on the stack: a getter of the result is the user's code.
    kind = kindOf(result);
  } catch (error) {
    threw(task, mailbox, dispatcher, error);
    return;
  }
  // An open turn has the time of its own stack: a look at `sentAt` that comes later would give the time of that look.
  if (kind !== 'value') (task.stamp ??= dispatcher.stamp()).at ??= dispatcher.now();
  leaveStack(dispatcher);
  const { cut } = dispatcher;
  if (cut !== null || task.caller?.closed === true) {
    endCut(task, mailbox, dispatcher, cut, kind === 'promise' ? (result as PromiseLike<unknown>) : null);
    return;
  }
  const { journal } = task.system;
  if (journal.isObserved) journal.delivered(task);
  if (kind === 'value') {
    settle(task, {
      outcome: 'succeeded',
      reply(caller) {
        caller.next(result);
        caller.complete();
      },
    });
  } else leaveOpen(task, mailbox, dispatcher, kind, result);
}

/** A turn's handler threw. */
export function threw(task: Task, mailbox: MailboxCore, dispatcher: Dispatcher, error: unknown): void {
  leaveStack(dispatcher);
  const { cut } = dispatcher;
  if (cut !== null || task.caller?.closed === true) {
    endCut(task, mailbox, dispatcher, cut, null);
    return;
  }
  const { journal } = task.system;
  if (journal.isObserved) journal.delivered(task);
  settleFailed(task, error);
}

// --------------------------------------------------------------------------------------------------

/** The handler has returned. From here the stack counts as a telling. */
function leaveStack(dispatcher: Dispatcher): void {
  dispatcher.stack = 'telling';
  dispatcher.forgetTime();
}

/** The turn was ended while it was on the stack: its result is ignored, but a promise keeps the seat until it settles. */
function endCut(task: Task, mailbox: MailboxCore, dispatcher: Dispatcher, cut: Cut | null, promise: PromiseLike<unknown> | null): void {
  dispatcher.cut = null;
  // First, since a closed mailbox has not ended while the promise works on.
  if (promise !== null) mailbox.takeSeat(task);
  const settleCut = (): void => {
    const { journal } = task.system;
    if (journal.isObserved) journal.delivered(task);
    settle(task, abortedEnd(task, cut?.code ?? 'Cancelled', cut?.error));
  };
  if (cut === null) settleCut();
  else dispatcher.outbox.collect(cut.tellings, settleCut);
  if (promise !== null) abandon(task, promise);
  mailbox.rare?.whenReturned?.();
}

/** The turn holds a seat until its promise, its stream or its delivery settles it. */
function leaveOpen(task: Task, mailbox: MailboxCore, dispatcher: Dispatcher, kind: ReplyKind, result: unknown): void {
  const rest = task.more();
  task.state = 'open';
  rest.isPromise = kind === 'promise';
  rest.turn = mailbox.delivered;
  task.system.counts.open++;
  mailbox.takeSeat(task);
  dispatcher.add(() => awaitReply(task, kind, result));
  startTurnTimer(task, mailbox.settings.turnTimeout);
  if (rest.asks.size > 0) task.system.host?.breakCircles(task);
}

/** Whether a result is surely a plain reply. (Of `null` and plain objects `kindOf` finds out.) */
export function isPrimitive(result: unknown): boolean {
  return typeof result !== 'object' && typeof result !== 'function';
}

/** Keeps the message and its caller: the turn goes on after the direct path. */
function rememberAsk(task: Task, message: unknown, caller: Caller): void {
  const rest = task.more();
  rest.message = message;
  rest.caller = caller;
}
