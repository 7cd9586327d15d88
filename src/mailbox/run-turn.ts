import type { Handler } from './actor/handler';
import { startActor } from './consumer-life';
import type { Dispatch } from './dispatch/dispatch';
import type { MailboxCore } from './mailbox-core';
import { CUT_SHORT, DETACHED, MOVED, OBSERVED, UNSTARTED } from './state/flags';
import { RUNNING } from './state/record-state';
import { NOBODY, NO_STAMP } from './state/turn-state';
import type { MessageRecord } from './turn/message-record';
import { AskedTurn, SharedTurn, Turn } from './turn/turn';
import { returned, threw } from './turn/turn-outcome';

/** Hands a message of which only its stamp is known to its actor. Written out in `direct.ts` for one that was not queued. */
export function runPlain(core: MailboxCore, dispatch: Dispatch, message: unknown, stamp: number): void {
  run(core, dispatch, new Turn(core, stamp), message, stamp);
}

/** Hands a message with a record to its actor. */
export function runRecord(core: MailboxCore, dispatch: Dispatch, record: MessageRecord): void {
  const { caller, message } = record;
  if (record.shared) {
    run(core, dispatch, new SharedTurn(core, record), message, NO_STAMP);
    return;
  }
  const turn = caller === null ? new Turn(core, record) : new AskedTurn(core, record, caller);
  record.state = RUNNING;
  record.turn = turn;
  run(core, dispatch, turn, message, NO_STAMP);
  caller?.started?.();
}

function run(core: MailboxCore, dispatch: Dispatch, turn: Turn, message: unknown, stamp: number): void {
  // Read first: a consumer that leaves while its actor starts, or when an observer is told, has this message still.
  const handler = core.handler as Handler;
  core.delivered++;
  dispatch.onStack = core.number;
  const rare = (core.flags | dispatch.flags) & (DETACHED | OBSERVED);
  if (rare !== 0) {
    // Sent while its actor was being ended.
    if ((rare & DETACHED) !== 0) dispatch.journal.departed++;
    if ((rare & OBSERVED) !== 0) dispatch.journal.delivered(turn, message);
    // An observer may have ended it before it began.
    if ((dispatch.flags & CUT_SHORT) !== 0) {
      dispatch.onStack = NOBODY;
      returned(turn, dispatch, undefined, message);
      return;
    }
  }
  let result: unknown;
  try {
    if ((core.flags & UNSTARTED) !== 0) startActor(core);
    result = handler(message, turn);
  } catch (error) {
    dispatch.onStack = NOBODY;
    threw(turn, dispatch, error, message);
    return;
  }
  dispatch.onStack = NOBODY;
  // A turn whose stage is still its stamp was not looked at.
  if (result === undefined && turn.stage === stamp && (dispatch.flags & (CUT_SHORT | OBSERVED | MOVED)) === 0) {
    turn.stage = ~stamp;
    return;
  }
  returned(turn, dispatch, result, message);
}
