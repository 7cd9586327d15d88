import { BoundedBuffer } from '../buffer/bounded-buffer';
import { ACCEPTED } from '../buffer/offer';
import type { FailureCode } from '../failure/failure-code';
import type { Dispatch } from './dispatch/dispatch';
import { noteTtl } from './expiry';
import type { MailboxCore } from './mailbox-core';
import { OBSERVED, QUEUED } from './state/flags';
import { FRESH, HELD, WAITING } from './state/record-state';
import { TAKEN } from './taken';
import type { MessageRecord } from './turn/message-record';

/** Where senders wait for a place in a full mailbox, the highest priority first (`overflow: 'block'`, rule M2). */
export function park(core: MailboxCore, dispatch: Dispatch, record: MessageRecord): FailureCode | typeof TAKEN {
  const extras = core.rare();
  const waiting = (extras.waiting ??= new BoundedBuffer(core.settings.maxWaiting ?? core.capacity, 'fail', 'strict'));
  record.state = WAITING;
  if (waiting.offer(undefined, record, record.lane) !== ACCEPTED) {
    record.state = FRESH;
    return 'MailboxFull';
  }
  dispatch.pending++;
  if ((dispatch.flags & OBSERVED) !== 0) dispatch.journal.queued(record);
  return TAKEN;
}

/** Where there is a place, the first who waits has it. */
export function admitWaiter(core: MailboxCore): void {
  const extras = core.rare();
  const { waiting } = extras;
  const buffer = core.buffer as BoundedBuffer<unknown, MessageRecord | number>;
  if (waiting !== undefined && waiting.size > 0 && !buffer.isFull) {
    const lane = waiting.next();
    const record = waiting.metaOf(lane);
    waiting.take(lane);
    record.state = HELD;
    buffer.push(undefined, record, lane);
    noteTtl(core, record);
  }
  if (buffer.size > 0) core.flags |= QUEUED;
  else {
    core.flags &= ~QUEUED;
    extras.expiresFrom = Infinity;
  }
}
