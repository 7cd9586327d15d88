import type { FailureCode } from '../failure/failure-code';
import type { Dispatch } from './dispatch/dispatch';
import { fail, isCancelled } from './fail';
import type { MailboxCore } from './mailbox-core';
import { OBSERVED, OFFERING } from './state/flags';
import { TAKEN } from './taken';
import type { MessageRecord } from './turn/message-record';
import { laneOfStamp } from './turn/stamp';

/**
 * Offers a message to a mailbox, or to nobody where there is no such actor; the slow way of `direct.ts`. A refusal is counted, told and
 * returned. `inside`: sent by a turn, which a closing broker still serves.
 */
export function offer(
  dispatch: Dispatch,
  core: MailboxCore | null,
  id: string | undefined,
  message: unknown,
  meta: MessageRecord | number,
  inside: boolean,
): FailureCode | typeof TAKEN {
  // Until it has come to something, the streams of a broker do not end.
  dispatch.offering++;
  try {
    // Else nothing is on the stack, nobody looks: straight to the mailbox.
    const known = dispatch.flags === 0 ? meta : dispatch.prepare(core, message, meta, id);
    if ((dispatch.flags & OBSERVED) === 0) return place(dispatch, core, id, message, known, inside);
    return tellAndPlace(dispatch, core, id, message, known as MessageRecord, inside);
  } finally {
    dispatch.offering--;
    dispatch.resume();
  }
}

/** Tells its observers that it is sent. Whatever one of them does comes after it: it is queued first (rules M3, D2). */
function tellAndPlace(
  dispatch: Dispatch,
  core: MailboxCore | null,
  id: string | undefined,
  message: unknown,
  record: MessageRecord,
  inside: boolean,
): FailureCode | typeof TAKEN {
  const offering = {
    code: undefined as FailureCode | typeof TAKEN | undefined,
    isBegun: false,
    queueRest(): void {
      if (this.isBegun) return;
      this.isBegun = true;
      dispatch.pending--;
      this.code = place(dispatch, core, id, message, record, inside);
    },
  };
  dispatch.pending++;
  dispatch.flags |= OFFERING;
  dispatch.fanOut = offering;
  dispatch.journal.sent(record, message);
  dispatch.flags &= ~OFFERING;
  dispatch.fanOut = null;
  offering.queueRest();
  return offering.code as FailureCode | typeof TAKEN;
}

function place(
  dispatch: Dispatch,
  core: MailboxCore | null,
  id: string | undefined,
  message: unknown,
  known: MessageRecord | number,
  inside: boolean,
): FailureCode | typeof TAKEN {
  // While its observers were told that it is sent.
  if (isCancelled(dispatch, id, message, known)) return TAKEN;
  const isRefused = dispatch.isRefusing && !inside;
  if (core !== null && !isRefused) return core.take(dispatch, message, known, typeof known === 'number' ? laneOfStamp(known) : known.lane);
  const code = isRefused ? 'BrokerClosed' : 'ActorNotFound';
  if (core === null) fail(dispatch, id, message, known, code);
  else core.lose(dispatch, message, known, code);
  return code;
}
