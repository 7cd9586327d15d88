import type { FailureCode } from '../failure/failure-code';
import { SendError } from '../failure/send-error';
import type { Dispatcher } from './dispatcher';
import { letGo } from './let-go';
import type { Caller, End, Task, TaskRest } from './task';

/**
 * Ends a message by the table of DESIGN §2, as part of a step. It changes the state, then adds the tellings in this order: the event, the
 * letter, the loss, the abort of the signal, the teardown of the stream, the caller. The asks of an aborted turn end after that.
 *
 * If nothing is to be told, `run.ts` and `fan-out.ts` only mark the message as over, and do not call this.
 *
 * `inPlace` is given for a turn that was cut short. It runs its argument so that the tellings of the message itself go into the entry that
 * `cutShort` has put into the outbox. The tellings of its asks go to the end of the outbox.
 */
export function settle(task: Task, end: End, inPlace?: (work: () => void) => void): void {
  if (task.state === 'over') return;
  const settled = [task];
  if (inPlace === undefined) settleOne(task, end);
  else inPlace(() => settleOne(task, end));
  // A loop with a list, since a chain of asks may be longer than the stack is deep.
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
  // Last, since the end of a closed mailbox is told after all of this.
  for (const { recipient } of settled) recipient.endIfEmpty();
}

function settleOne(task: Task, end: End): void {
  const { caller, recipient, state } = task;
  const rest = task.more();
  const { counts, journal } = task.system;
  task.state = 'over';
  letGo(task, rest);
  if (task.isRequest) counts.requests--;
  if (end.outcome === 'errored') counts.errored++;
  else if (end.outcome === 'aborted') counts.aborted++;
  if (state === 'open') closeOpenTurn(task, rest, end);
  journal.ended(task, end);
  if (end.outcome === 'failed' && end.code !== 'Cancelled') recipient.noteLoss(task.message, end.code as FailureCode);
  stopWork(task, rest, end);
  if (caller !== null) tellCaller(task, caller, end);
  // A tombstone in a queue must keep nothing alive.
  rest.caller = null;
  rest.message = undefined;
}

/** Frees the seat of an open turn. An aborted turn keeps it until its promise settles (rule M4). */
function closeOpenTurn(task: Task, rest: TaskRest, end: End): void {
  task.system.counts.open--;
  if (end.outcome !== 'aborted' || !rest.isPromise) task.recipient.freeSeat(task);
}

/** Aborts the signal of a turn, and tears its stream down. */
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
  // The outcome decides, since a handler may have thrown `undefined`.
  if (outcome === 'errored' || error !== undefined) dispatcher.add(() => caller.error(error));
  else if (reply !== undefined) dispatcher.add(() => reply(caller));
  // A caller that has cancelled by itself is told nothing.
  else if (outcome !== 'succeeded' && code !== 'Cancelled') {
    dispatcher.add(() => caller.error(new SendError(code as FailureCode, { actorId: recipient.id })));
  }
}

/**
 * Ends a message in any state, with a code or because it is cancelled. Its caller gets `error`; without one it gets a `SendError` with the
 * code, or nothing if it is cancelled.
 */
export function end(task: Task, code: FailureCode | 'Cancelled', error?: unknown): void {
  const how = takeOutForEnd(task, code, error);
  if (how !== undefined) settle(task, how);
}

/** Cancels a message for its caller (rule S3). With a `reason` the reply errors with it; without one the caller is told nothing. */
export function cancel(task: Task, reason?: unknown): void {
  if (task.state !== 'over') task.system.dispatcher.step(() => end(task, 'Cancelled', reason));
}

/**
 * Decides the end of the turn on the stack, which takes effect when its handler has returned. The outbox entry that will tell the end is
 * added now, so that it stands before what the handler does next.
 */
export function cutShort(dispatcher: Dispatcher, code: FailureCode | 'Cancelled', error?: unknown): void {
  if (dispatcher.cut !== null) return;
  const cut = { code, error, tellings: [] as (() => void)[] };
  dispatcher.cut = cut;
  dispatcher.add(() => {
    for (const telling of cut.tellings) dispatcher.outbox.call(telling);
  });
}

/** The end of a turn that is ended from outside. If its caller cancels after the first value of a stream, the turn counts as succeeded. */
export function abortedEnd(task: Task, code: FailureCode | 'Cancelled', error?: unknown): End {
  if (code !== 'Cancelled') return { outcome: 'aborted', code, error: error ?? new SendError(code, { actorId: task.recipient.id, started: true }) };
  return task.more().isAnswered && (task.caller as Caller).holdsBack !== true ? { outcome: 'succeeded', error } : { outcome: 'aborted', code, error };
}

// --------------------------------------------------------------------------------------------------

/** An ask that has to end, because the turn that waits for it has. */
interface AskToEnd {
  readonly ask: Task;
  readonly code: FailureCode | 'Cancelled';
  readonly error: unknown;
}

/**
 * Adds the asks of an aborted turn to a list, the first one on top. They are to be cancelled; if the broker closes, they end with
 * `BrokerClosed`, as all its messages do.
 */
function addAsks(left: AskToEnd[], turn: Task, { outcome, code, error }: End): void {
  if (outcome !== 'aborted') return;
  const asks = [...turn.more().asks].reverse();
  for (const ask of asks) {
    if (code === 'BrokerClosed') left.push({ ask, code, error: undefined });
    else left.push({ ask, code: 'Cancelled', error: error ?? new SendError('ActorStopped', { actorId: turn.recipient.id, started: true, detail: 'its turn was cancelled' }) });
  }
}

/**
 * Takes a message out of its queue, and returns how it ends. It returns `undefined` for a turn on the stack, which is cut short instead, and
 * for a message that is over.
 */
function takeOutForEnd(task: Task, code: FailureCode | 'Cancelled', error: unknown): End | undefined {
  const { recipient, state, system } = task;
  if (state === 'waiting' || state === 'queued') {
    recipient.withdraw(task);
    return { outcome: 'failed', code, error };
  }
  if (state === 'open') return abortedEnd(task, code, error);
  if (state === 'running') cutShort(system.dispatcher, code, error);
  return undefined;
}
