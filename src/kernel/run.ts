import type { Subscriber } from 'rxjs';
import type { Handler } from '../message/message-broker';
import { NORMAL_LANE } from '../message/lane';
import type { Cut, Dispatcher } from './dispatcher';
import type { Runnable } from './lines';
import type { MailboxCore } from './mailbox-core';
import { abandon, awaitReply, settleFailed } from './open-turn';
import { type ReplyKind, kindOf } from './reply-kind';
import { abortedEnd, cancel, settle } from './settle';
import { type Caller, Task, type TaskRest, giveReply } from './task';
import { startTurnTimer } from './timers';

/**
 * Runs a message that nobody waits for on the direct path: the mailbox is idle, the stack is empty, and nobody observes events. This takes
 * 30 ns, the queue 140 and more. `runAsk` repeats its lines, since V8 keeps type feedback for each function (an ask 1.65 → 1.45 × an
 * Observable).
 */
export function runTell(mailbox: MailboxCore, dispatcher: Dispatcher, message: unknown, lane: number): void {
  const handler = mailbox.handler as Handler;
  const task = new Task(mailbox, lane, 'running', null);
  // The mailbox, not the task: storing a new object in a field of an old one costs a third of a `trySend`.
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
  // Nobody waits for a reply, so a primitive one is dropped. (The check for `undefined` comes first: 0.04 × `Subject.next`.)
  if ((result === undefined || isPrimitive(result)) && dispatcher.isClear()) {
    task.state = 'over';
    dispatcher.stack = 'quiet';
    return;
  }
  task.more().message = message;
  returned(task, mailbox, dispatcher, result);
  dispatcher.finishDirect(mailbox);
}

/** Runs an ask on the direct path. Returns its task, which is `open` if the reply is still to come. */
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
  if (!caller.closed && isPrimitive(result) && dispatcher.isClear()) {
    task.state = 'over';
    system.counts.requests--;
    dispatcher.stack = 'telling';
    try {
      caller.next(result);
      caller.complete();
    } catch (error) {
      dispatcher.outbox.report(error);
    }
    if (dispatcher.isClear()) {
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
  const { dispatcher, intercept, journal } = mailbox.system;
  const handler = mailbox.handler as Handler;
  dispatcher.stack = mailbox;
  mailbox.delivered++;
  if (journal.followsTurns) journal.began(task);
  let result: unknown;
  try {
    result = intercept === null ? handler(message, task) : intercept(handler, message, task);
  } catch (error) {
    task.more().message = message;
    threw(task, mailbox, dispatcher, error);
    return;
  }
  if ((result === undefined || isPrimitive(result)) && dispatcher.cut === null && hasNothingToEnd(task.rest, mailbox) && !journal.observes(mailbox.id)) {
    task.state = 'over';
    dispatcher.forgetTime();
    return;
  }
  task.more().message = message;
  returned(task, mailbox, dispatcher, result);
}

/**
 * Goes on when a turn's handler has returned. If the handler ended its own turn (it unregistered its actor, or cancelled its caller), that
 * takes effect now (rule S3).
 */
export function returned(task: Task, mailbox: MailboxCore, dispatcher: Dispatcher, result: unknown): void {
  let kind: ReplyKind;
  try {
    // While the turn is on the stack, since a getter of the result is the user's code.
    kind = kindOf(result);
  } catch (error) {
    threw(task, mailbox, dispatcher, error);
    return;
  }
  // The time of an open turn is read now, since `sentAt` would otherwise be the time of its first later reading.
  if (kind !== 'value') (task.stamp ??= dispatcher.stamp()).at ??= dispatcher.now();
  handlerReturned(dispatcher);
  const { cut } = dispatcher;
  if (cut !== null || task.caller?.closed === true) {
    endCut(task, mailbox, dispatcher, cut, kind === 'promise' ? (result as PromiseLike<unknown>) : null);
    return;
  }
  const { journal } = task.system;
  if (journal.observes(task.recipient.id)) journal.delivered(task);
  if (kind === 'value') {
    settle(task, { outcome: 'succeeded', reply: (caller) => giveReply(caller, result) });
  } else leaveOpen(task, mailbox, dispatcher, kind, result);
}

/** Goes on when a turn's handler has thrown. */
export function threw(task: Task, mailbox: MailboxCore, dispatcher: Dispatcher, error: unknown): void {
  handlerReturned(dispatcher);
  const { cut } = dispatcher;
  if (cut !== null || task.caller?.closed === true) {
    endCut(task, mailbox, dispatcher, cut, null);
    return;
  }
  const { journal } = task.system;
  if (journal.observes(task.recipient.id)) journal.delivered(task);
  settleFailed(task, error);
}

// --------------------------------------------------------------------------------------------------

/** The turn leaves the stack. From here the stack counts as a telling. */
function handlerReturned(dispatcher: Dispatcher): void {
  dispatcher.stack = 'telling';
  dispatcher.forgetTime();
}

/** Ends a turn that was ended while it was on the stack. Its result is ignored, but a promise keeps the seat until it settles. */
function endCut(task: Task, mailbox: MailboxCore, dispatcher: Dispatcher, cut: Cut | null, promise: PromiseLike<unknown> | null): void {
  dispatcher.cut = null;
  // The seat is taken first, so that a closed mailbox does not end while the promise is open.
  if (promise !== null) mailbox.takeSeat(task);
  const inPlace = (work: () => void): void => {
    if (cut === null) work();
    else dispatcher.outbox.collect(cut.tellings, work);
  };
  const { journal } = task.system;
  if (journal.observes(task.recipient.id)) inPlace(() => journal.delivered(task));
  // The turn may have sent asks after it was ended, so their ends are told later than its own.
  settle(task, abortedEnd(task, cut?.code ?? 'Cancelled', cut?.error), inPlace);
  if (promise !== null) abandon(task, promise);
  mailbox.rare?.whenReturned?.();
}

/** Leaves a turn open: it holds a seat until its promise, its stream or its delivery settles it. */
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

/** Whether a result is a plain reply for certain. For `null` and for objects `kindOf` has to look. */
export function isPrimitive(result: unknown): boolean {
  return typeof result !== 'object' && typeof result !== 'function';
}

/** Whether a turn that has succeeded needs no `settle`: nobody waits for its reply, its time is not taken, and its mailbox does not end with it. */
function hasNothingToEnd(rest: TaskRest | null, { status }: MailboxCore): boolean {
  return status === 'open' && (rest === null || (rest.caller === null && rest.beganAt === undefined));
}

/** Keeps the message and its caller in the task, since the turn goes on after the direct path. */
function rememberAsk(task: Task, message: unknown, caller: Caller): void {
  const rest = task.more();
  rest.message = message;
  rest.caller = caller;
}
