import type { Subscriber } from 'rxjs';
import { NORMAL_LANE } from '../message/lane';
import type { Handler } from './actor/handler';
import type { Dispatch } from './dispatch/dispatch';
import type { MailboxCore } from './mailbox-core';
import { ASKED, DRAINING } from './state/flags';
import { NOBODY } from './state/turn-state';
import { AskedTurn, Turn } from './turn/turn';
import { returned, threw } from './turn/turn-outcome';

/**
 * The fast path of a message that nobody waits for, to an idle mailbox with nothing on the stack: `mailbox.flags | dispatch.flags`
 * is 0. No queue, no seat, no record; one increment here and one for the mailbox. Written out instead of shared with `askDirect` and
 * the fan-out because V8 keeps its type feedback for each function: sharing cost asks a fifth.
 */
export function tellDirect(core: MailboxCore, dispatch: Dispatch, message: unknown, stamp: number): void {
  const handler = core.handler as Handler;
  const turn = new Turn(core, stamp);
  dispatch.flags = DRAINING;
  dispatch.onStack = core.number;
  core.delivered++;
  let result: unknown;
  try {
    result = handler(message, turn);
  } catch (error) {
    dispatch.onStack = NOBODY;
    threw(turn, dispatch, error, message);
    dispatch.finish();
    return;
  }
  dispatch.onStack = NOBODY;
  if (result === undefined && dispatch.flags === DRAINING) {
    turn.stage = ~stamp;
    dispatch.flags = 0;
    return;
  }
  try {
    returned(turn, dispatch, result, message);
  } finally {
    dispatch.finish();
  }
}

/** The same for a message whose caller waits for the reply. A plain reply makes no record, no timer and no teardown. */
export function askDirect(core: MailboxCore, dispatch: Dispatch, message: unknown, caller: Subscriber<unknown>): void {
  const handler = core.handler as Handler;
  const turn = new AskedTurn(core, NORMAL_LANE, caller);
  dispatch.flags = DRAINING | ASKED;
  dispatch.onStack = core.number;
  core.delivered++;
  let result: unknown;
  try {
    result = handler(message, turn);
  } catch (error) {
    dispatch.onStack = NOBODY;
    try {
      threw(turn, dispatch, error, message);
    } finally {
      dispatch.finish();
    }
    return;
  }
  dispatch.onStack = NOBODY;
  try {
    if (dispatch.flags === (DRAINING | ASKED) && typeof result !== 'object' && typeof result !== 'function' && typeof result !== 'symbol' && !caller.closed) {
      turn.stage = ~NORMAL_LANE;
      dispatch.flags = DRAINING;
      caller.next(result);
      caller.complete();
    } else {
      returned(turn, dispatch, result, message);
    }
  } finally {
    if (dispatch.flags === DRAINING) dispatch.flags = 0;
    else dispatch.finish();
  }
}
