import type { FailureCode } from '../failure/failure-code';
import { SendError } from '../failure/send-error';
import type { Dispatcher } from './dispatcher';
import type { Caller, End, Task, TaskRest } from './task';

/**
 * Ends a message, by the table of DESIGN §2, as part of a step: the state first, then the tellings, in this order: the event, the letter, the
 * loss, the abort of its signal, the teardown of its stream, its caller. The asks of an aborted turn end behind it.
 *
 * The fast ends in `run.ts` and `fan-out.ts` only mark a message as over, where nothing is to be told.
 */
export function settle(task: Task, end: End): void {
  if (task.state === 'over') return;
  const settled = [task];
  settleOne(task, end);
  // A loop and a list: a chain of asks may be longer than the stack is deep.
  const left: AskToEnd[] = [];
  addAsks(left, task, end);
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { ask, code, error } = next;
    const how = takeOutForEnd(ask, code, error);
    if (how === undefined) continue;
    settleOne(ask, how);
    settled.push(ask);
    addAsks(left, ask, how);
  }
  // A closed mailbox may have nothing left: its end is told behind all of this.
  for (const { recipient } of settled) recipient.endIfEmpty();
}

function settleOne(task: Task, end: End): void {
  const { caller, rest, recipient, state } = task;
  const { counts, journal } = task.system;
  task.state = 'over';
  if (rest !== null) letGo(task, rest);
  if (caller !== null) counts.requests--;
  if (end.outcome === 'errored') counts.errored++;
  else if (end.outcome === 'aborted') counts.aborted++;
  if (state === 'open') closeOpenTurn(task, rest as TaskRest, end);
  journal.ended(task, end);
  if (end.outcome === 'failed' && end.code !== 'Cancelled') recipient.noteLoss(task.message, end.code as FailureCode);
  if (rest !== null) stopWork(task, rest, end);
  if (caller !== null) tellCaller(task, caller, end);
  if (rest === null) return;
  // A tombstone in a queue keeps nothing alive.
  rest.caller = null;
  rest.message = undefined;
}

/** Nothing is left of a message in a timer, a listener or its parent's turn. */
function letGo(task: Task, rest: TaskRest): void {
  rest.parent?.more().forget(task);
  try {
    rest.timer?.unsubscribe();
    rest.turnTimer?.unsubscribe();
    rest.unlisten?.();
  } catch (error) {
    task.system.dispatcher.outbox.report(error);
  }
}

/** An aborted turn keeps its seat until its promise settles (rule M4). */
function closeOpenTurn(task: Task, rest: TaskRest, end: End): void {
  task.system.counts.open--;
  if (end.outcome !== 'aborted' || !rest.isPromise) task.recipient.freeSeat(task);
}

function stopWork({ system }: Task, rest: TaskRest, end: End): void {
  const { reply, controller } = rest;
  const { dispatcher } = system;
  if (end.outcome === 'aborted') {
    rest.isAborted = true;
    rest.abortReason = end.error;
    if (controller !== undefined) dispatcher.add(() => controller.abort(end.error));
  }
  rest.reply = undefined;
  if (reply !== undefined) dispatcher.add(() => reply.stop());
}

function tellCaller({ recipient, system }: Task, caller: Caller, { outcome, code, error, reply }: End): void {
  const { dispatcher } = system;
  // A handler may have thrown anything, and a signal's reason may be `null`.
  if (outcome === 'errored' || error !== undefined) dispatcher.add(() => caller.error(error));
  else if (reply !== undefined) dispatcher.add(() => reply(caller));
  // A caller that has cancelled by itself is told nothing.
  else if (outcome !== 'succeeded' && code !== 'Cancelled') {
    dispatcher.add(() => caller.error(new SendError(code as FailureCode, { actorId: recipient.id, started: outcome !== 'failed' })));
  }
}

/**
 * Ends a message with a code, or because its caller cancels it, wherever it is. Its caller gets `error`; without one it gets a `SendError`
 * with the code.
 */
export function end(task: Task, code: FailureCode | 'Cancelled', error?: unknown): void {
  const how = takeOutForEnd(task, code, error);
  if (how !== undefined) settle(task, how);
}

/** The caller no longer wants a message (rule S3). `reason` is what its stream ends with, where there is one. */
export function cancel(task: Task, reason?: unknown): void {
  if (task.state !== 'over') task.system.dispatcher.step(() => end(task, 'Cancelled', reason));
}

/**
 * Ends the turn on the stack when its handler has returned. An outbox entry that will tell the end is added now, so that it comes before
 * what the handler does next.
 */
export function cutShort(dispatcher: Dispatcher, code: FailureCode | 'Cancelled', error?: unknown): void {
  if (dispatcher.cut !== null) return;
  const cut = { code, error, tellings: [] as (() => void)[] };
  dispatcher.cut = cut;
  dispatcher.add(() => {
    for (const telling of cut.tellings) dispatcher.outbox.call(telling);
  });
}

/** How a turn ends that is ended from outside. If its caller cancels after the first value of a stream, the turn counts as succeeded. */
export function abortedEnd(task: Task, code: FailureCode | 'Cancelled', error?: unknown): End {
  if (code !== 'Cancelled') return { outcome: 'aborted', code, error: error ?? new SendError(code, { actorId: task.recipient.id, started: true }) };
  return task.rest?.isAnswered === true && task.caller?.holdsBack !== true ? { outcome: 'succeeded', error } : { outcome: 'aborted', code, error };
}

// --------------------------------------------------------------------------------------------------

/** An ask that ends because the turn that waits for it does. */
interface AskToEnd {
  readonly ask: Task;
  readonly code: FailureCode | 'Cancelled';
  readonly error: unknown;
}

/**
 * The asks of an aborted turn are cancelled, the first on top of the list. If the broker closes, they end with `BrokerClosed`, as all its
 * messages do.
 */
function addAsks(left: AskToEnd[], turn: Task, { outcome, code, error }: End): void {
  if (outcome !== 'aborted' || turn.rest === null) return;
  const asks = [...turn.rest.asks].reverse();
  for (const ask of asks) {
    if (code === 'BrokerClosed') left.push({ ask, code, error: undefined });
    else left.push({ ask, code: 'Cancelled', error: error ?? new SendError('ActorStopped', { actorId: turn.recipient.id, started: true, detail: 'its turn was cancelled' }) });
  }
}

/**
 * Takes a message out of where it is, and answers how it ends. A turn on the stack is cut short instead, and a message that is over stays
 * so: `undefined`.
 */
function takeOutForEnd(task: Task, code: FailureCode | 'Cancelled', error: unknown): End | undefined {
  switch (task.state) {
    case 'waiting':
    case 'queued':
      task.recipient.withdraw(task);
      return { outcome: 'failed', code, error };
    case 'running':
      cutShort(task.system.dispatcher, code, error);
      return undefined;
    case 'open':
      return abortedEnd(task, code, error);
    default:
      return undefined;
  }
}
