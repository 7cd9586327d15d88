import type { Observable } from 'rxjs';
import { describeValue } from '../../failure/check';
import { failureOf } from '../../failure/failure-of';
import { UnhandledMessage } from '../actor/unhandled-message';
import type { Dispatch } from '../dispatch/dispatch';
import type { Host } from '../dispatch/host';
import { ASKED, BUSY, CUT_SHORT, DETACHED, MOVED, OBSERVED } from '../state/flags';
import { ABANDONED, OPEN } from '../state/turn-state';
import type { LeftOpen } from './left-open';
import { isOwn } from './own-record';
import { PLAIN, PROMISE, STREAM, type ReplyKind, isPromise, kindOf } from './reply-kind';
import { StreamedReply } from './streamed-reply';
import type { Turn } from './turn';
import { abortTurn, concludeAborted } from './turn-abort';

/** A turn's handler returned; the slow way. Its stack is gone, the dispatch still drains. */
export function returned(turn: Turn, dispatch: Dispatch, result: any, message: unknown): void {
  const hasMoved = leaveStack(turn, dispatch);
  answered(turn, dispatch, result, message);
  if (hasMoved) turn.core.comeToRest();
}

function answered(turn: Turn, dispatch: Dispatch, result: any, message: unknown): void {
  if ((dispatch.flags & CUT_SHORT) !== 0 || turn.caller?.closed === true) {
    abortReturned(turn, dispatch, result, message);
    return;
  }
  let kind: ReplyKind;
  try {
    kind = kindOf(result);
  } catch (error) {
    failed(turn, dispatch, error, message);
    return;
  }
  if (kind === PLAIN) succeeded(turn, dispatch, result, true, message);
  else leaveOpen(turn, dispatch, result, kind, message);
}

/** A turn's handler threw. */
export function threw(turn: Turn, dispatch: Dispatch, error: unknown, message: unknown): void {
  const hasMoved = leaveStack(turn, dispatch);
  if ((dispatch.flags & CUT_SHORT) !== 0 || turn.caller?.closed === true) abortReturned(turn, dispatch, undefined, message);
  else failed(turn, dispatch, error, message);
  if (hasMoved) turn.core.comeToRest();
}

/** One value of a streamed reply. */
export function emitReply(turn: Turn, value: unknown): void {
  const { caller } = turn;
  if (turn.state !== OPEN || caller === null) return;
  const record = turn.record();
  record.answered = true;
  record.place?.remove(record);
  const { dispatch } = turn.core.runQueue;
  dispatch.within(() =>
    dispatch.nesting.run(() => {
      caller.next(value);
      if (caller.closed === true) abortTurn(turn, undefined);
    }),
  );
}

/** A turn's promise is fulfilled, its stream completed, its delivery settled. */
export function settle(turn: Turn, value: unknown, emits: boolean): void {
  conclude(turn, (dispatch, message) => succeeded(turn, dispatch, value, emits, message));
}

/** A turn's promise is rejected, its stream errored, its delivery failed. */
export function reject(turn: Turn, error: unknown): void {
  conclude(turn, (dispatch, message) => failed(turn, dispatch, error, message));
}

// ------------------------------------------------------------------------------------------------

const outcome = { emitReply, settle, reject };

/** Whether its mailbox has moved to another dispatch meanwhile: that goes on once this turn's outcome is told. */
function leaveStack({ core }: Turn, dispatch: Dispatch): boolean {
  dispatch.lookAway();
  if ((dispatch.flags & MOVED) === 0) return false;
  dispatch.flags &= ~MOVED;
  core.flags &= ~BUSY;
  return true;
}

function leaveOpen(turn: Turn, from: Dispatch, result: any, kind: ReplyKind, message: unknown): void {
  const { core, caller } = turn;
  const { dispatch } = core.runQueue;
  const rest = turn.open();
  rest.state = OPEN;
  rest.message = message;
  rest.isPromise = kind === PROMISE;
  dispatch.open++;
  core.takeSeat(turn, rest);
  rest.startClock(dispatch, core.settings.turnTimeout);
  if (dispatch !== from) {
    // Left open by a mailbox that was registered meanwhile: it is brought along (rule M6).
    dispatch.journal.broughtAlong(turn, message);
    // Whoever was told of it may have ended it. A promise is awaited all the same, for its seat.
    if (kind !== PROMISE && turn.state !== OPEN) return;
  }
  if (caller !== null && turn.record().caller === null) (dispatch.host as Host).adopt(turn, caller);
  if (kind === PROMISE) awaitReply(turn, result as PromiseLike<unknown>);
  else if (kind === STREAM) {
    rest.reply = new StreamedReply(turn, outcome);
    try {
      (result as Observable<unknown>).subscribe(rest.reply);
    } catch (error) {
      // Thrown by a `subscribe` of the user's, or by a teardown when all is settled.
      if ((turn.state) === OPEN) reject(turn, error);
      else dispatch.journal.callbackFailed(`the teardown of a reply of ${describeValue(turn.self)}`, error);
    }
  } else {
    rest.leftOpen = result as LeftOpen;
    rest.leftOpen.begin(turn);
  }
  dispatch.host?.breakCircles(turn);
  // It came while its actor stopped: nobody would end it later.
  if ((core.flags & DETACHED) !== 0) abortTurn(turn, 'ActorStopped');
}

function awaitReply(turn: Turn, promise: PromiseLike<unknown>): void {
  try {
    promise.then(
      (value: unknown) => {
        // No native promise has such a value: a thenable of the user's may.
        if (isPromise(value)) awaitReply(turn, value);
        else settle(turn, value, true);
      },
      (error: unknown) => reject(turn, error),
    );
  } catch (error) {
    reject(turn, error);
  }
}

function conclude(turn: Turn, how: (dispatch: Dispatch, message: unknown) => void): void {
  const { dispatch } = turn.core.runQueue;
  const end = (): void => {
    const { core, state } = turn;
    if (state !== OPEN && state !== ABANDONED) return;
    turn.end();
    if (state === OPEN) {
      dispatch.open--;
      turn.rest?.stopClock();
    }
    core.freeSeat(turn);
    if (state === OPEN) how(dispatch, turn.rest?.message);
    // Its last turn is counted and answered before the actor stops.
    core.checkDrained();
  };
  dispatch.within(() => dispatch.nesting.run(end), true);
}

/** Settled and counted before its value is emitted, so that `take(1)` aborts nothing (rule S2). */
function succeeded(turn: Turn, dispatch: Dispatch, value: unknown, emits: boolean, message: unknown): void {
  const { caller, meta } = turn;
  turn.end();
  dispatch.flags &= ~ASKED;
  if (isOwn(meta)) meta.done();
  if ((dispatch.flags & OBSERVED) !== 0) dispatch.journal.settled(turn, message);
  if (caller === null) return;
  if (emits) caller.next(value);
  caller.complete();
}

function failed(turn: Turn, dispatch: Dispatch, thrown: unknown, message: unknown): void {
  const { caller, meta } = turn;
  turn.end();
  dispatch.flags &= ~ASKED;
  dispatch.journal.errored++;
  const unhandled = thrown instanceof UnhandledMessage;
  const error = unhandled ? failureOf('Unhandled', turn.self, thrown.started, thrown.detail) : thrown;
  if (isOwn(meta)) meta.done();
  dispatch.journal.ended(turn, unhandled ? 'Unhandled' : 'HandlerFailed', error, message);
  caller?.error(error);
}

/** Aborted while on the stack, which is gone now: its promise keeps the seat, its stream is never subscribed. */
function abortReturned(turn: Turn, dispatch: Dispatch, result: any, message: unknown): void {
  dispatch.journal.aborted++;
  const cut = (dispatch.flags & CUT_SHORT) !== 0;
  const code = cut ? dispatch.cutCode : undefined;
  const reason = cut ? dispatch.cutReason : undefined;
  dispatch.flags &= ~(CUT_SHORT | ASKED);
  dispatch.cutReason = undefined;
  turn.end();
  if (isPromise(result)) {
    const rest = turn.open();
    rest.state = ABANDONED;
    turn.core.takeSeat(turn, rest);
    awaitReply(turn, result);
  }
  concludeAborted(turn, dispatch, code, reason, message);
}
