import type { FailureCode } from '../../failure/failure-code';
import { failureOf } from '../../failure/failure-of';
import type { Dispatch } from '../dispatch/dispatch';
import { ABANDONED, ON_STACK, OPEN, OVER } from '../state/turn-state';
import type { OpenTurn } from './open-turn';
import { isOwn } from './own-record';
import type { Turn } from './turn';

/** Ends a turn from outside: with a code, or because its caller cancelled. */
export function abortTurn(turn: Turn, code: FailureCode | undefined, reason?: unknown): void {
  const { dispatch } = turn.core.runQueue;
  if (turn.state === ON_STACK) {
    dispatch.lookAt(turn);
    dispatch.cutShort(code, reason);
    return;
  }
  dispatch.within(() => {
    if (turn.state !== OPEN) return;
    const rest = turn.rest as OpenTurn;
    rest.state = rest.isPromise ? ABANDONED : OVER;
    endAsksWithBroker(rest, code);
    if (!rest.isPromise) {
      rest.reply?.end();
      turn.core.freeSeat(turn);
    }
    rest.stopClock();
    // Counted when its teardown, which is the user's, has run, and just before it is told (rule O1).
    dispatch.open--;
    dispatch.journal.aborted++;
    concludeAborted(turn, dispatch, code, reason, rest.message);
    turn.core.checkDrained();
  });
}

/** Tells everyone that a turn was aborted: its observers, its signal, what it waits for, and its caller. */
export function concludeAborted(turn: Turn, dispatch: Dispatch, code: FailureCode | undefined, reason: unknown, message: unknown): void {
  const { caller, meta } = turn;
  const rest = turn.open();
  const error = code === undefined ? reason : failureOf(code, turn.self, true);
  if (isOwn(meta)) meta.done();
  dispatch.journal.ended(turn, code, error, message);
  rest.isAborted = true;
  rest.abortReason = error;
  rest.controller?.abort(error);
  endAsksWithBroker(rest, code);
  for (const ask of [...rest.asks]) ask.cancel(error ?? failureOf('ActorStopped', turn.self, true, 'its turn was cancelled'));
  if (code !== undefined) caller?.error(error);
}

/** What a turn asked ends with its broker as all that this still holds does: by what it is, not by which of the two ended first. */
function endAsksWithBroker({ asks }: OpenTurn, code: FailureCode | undefined): void {
  if (code === 'BrokerClosed') for (const ask of [...asks]) ask.fail(code);
}

/** A turn's signal, if anyone looked at it, aborts; the reason is the error that its caller gets. */
export function abortSignal(turn: Turn, code: FailureCode | undefined, reason: unknown): void {
  const controller = turn.rest?.controller;
  if (controller === undefined || controller.signal.aborted) return;
  controller.abort(code === undefined ? reason : failureOf(code, turn.self, true));
}

/** Whether a turn was ended from outside: what it would still ask is ended, too. */
export function isAborted({ rest }: Turn): boolean {
  return rest !== null && (rest.isAborted || rest.controller?.signal.aborted === true);
}
