import type { FailureCode } from '../failure/failure-code';
import { aloneQueue } from './alone';
import type { Dispatch } from './dispatch';
import { DETACHED, FREEZING, OBSERVED } from './flags';
import { deepFreeze } from './freeze';
import type { MailboxCore } from './mailbox-core';
import { TAKEN } from './taken';
import { moveTo } from './mailbox-end';
import { MessageRecord } from './message-record';
import { laneOfStamp } from './stamp';

/**
 * Offers a message nobody waits for; the slow way of `tellDirect`. A refusal is counted, told and returned. `inside`: sent by a turn,
 * which a closing broker still serves.
 */
export function tell(core: MailboxCore, message: unknown, meta: MessageRecord | number, inside: boolean): FailureCode | typeof TAKEN {
  if ((core.flags & DETACHED) !== 0) moveTo(core, aloneQueue(core.settings.dispatcher));
  const { dispatch } = core.runQueue;
  // Nothing is on the stack, nobody looks: straight to the mailbox.
  const known = dispatch.flags === 0 ? meta : prepare(dispatch, core, message, meta, core.id);
  const refused = dispatch.isRefusing && !inside;
  const code = refused ? 'BrokerClosed' : core.take(message, known, typeof known === 'number' ? laneOfStamp(known) : known.lane, false);
  if (code !== TAKEN) core.lose(message, known, code);
  dispatch.resume();
  return code;
}

/** What precedes every send: the rest of a fan-out is queued, the message frozen, observers told. */
export function prepare(
  dispatch: Dispatch,
  core: MailboxCore | null,
  message: unknown,
  meta: MessageRecord | number,
  target: string | undefined,
): MessageRecord | number {
  dispatch.settleFanOut();
  if ((dispatch.flags & FREEZING) !== 0) deepFreeze(message);
  if ((dispatch.flags & OBSERVED) === 0) return meta;
  const record = typeof meta === 'number' ? new MessageRecord(dispatch, message, laneOfStamp(meta), null, dispatch.scheduler.now()) : meta;
  record.core ??= core;
  record.target = target;
  // Pending while its observers are told, as their own count has it (rule O2).
  dispatch.journal.pending++;
  dispatch.journal.sent(record);
  dispatch.journal.pending--;
  return record;
}
