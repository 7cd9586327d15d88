import { BoundedBuffer } from '../buffer/bounded-buffer';
import { ACCEPTED, EVICTED, FULL, REFUSED } from '../buffer/offer';
import type { FailureCode } from '../failure/failure-code';
import type { Dispatch } from './dispatch/dispatch';
import type { Host } from './dispatch/host';
import { isSwept, noteTtl, sweepExpired } from './expiry';
import { isCancelled } from './fail';
import type { MailboxCore } from './mailbox-core';
import { CLOSED, DETACHED, DRAINING, OBSERVED, QUEUED } from './state/flags';
import { FRESH, HELD } from './state/record-state';
import { TAKEN } from './taken';
import type { MessageRecord } from './turn/message-record';
import { isOwn } from './turn/own-record';

/** Queues a message, by its mailbox's overflow strategy (rule M2). Answers `TAKEN`, or why it is lost, which its caller tells. */
export function queueMessage(core: MailboxCore, dispatch: Dispatch, message: unknown, meta: MessageRecord | number, lane: number): FailureCode | typeof TAKEN {
  const { settings } = core;
  // Whoever is told that a message expired may end this actor.
  if ((core.flags & CLOSED) === 0 && isSwept(core)) {
    makeRoom(core, dispatch);
    // Or call this one off.
    if (isCancelled(dispatch, targetOf(core, meta), message, meta)) return TAKEN;
  }
  if (!isAt(core, dispatch, meta)) return 'ActorNotFound';
  if ((core.flags & (CLOSED | DETACHED)) !== 0) return (core.flags & DETACHED) === 0 ? 'ActorStopped' : 'ActorNotFound';
  const buffer = (core.buffer ??= new BoundedBuffer(core.capacity, settings.overflow, settings.fairness));
  const record = isOwn(meta) ? meta : null;
  const queued = record === null ? message : undefined;
  if (settings.hasTtl && typeof meta !== 'number') meta.noteSent();
  if (record !== null) {
    record.core = core;
    record.state = HELD;
  }
  switch (buffer.offer(queued, record === null && typeof meta === 'number' ? dispatch.clock.stamp(lane, settings.hasTtl) : meta, lane)) {
    case ACCEPTED:
      break;
    case EVICTED:
      replaced(core, dispatch, buffer, record);
      return TAKEN;
    case REFUSED:
      if (record !== null) record.state = FRESH;
      return 'Dropped';
    case FULL:
      if (record === null) return 'MailboxFull';
      record.state = FRESH;
      return record.caller === null || settings.overflow !== 'block' ? 'MailboxFull' : (dispatch.host as Host).park(core, dispatch, record);
  }
  accepted(core, dispatch, record);
  return TAKEN;
}

/** Whether a mailbox is where `meta`'s message was sent to: whoever was told of that may have ended its actor, and have it live elsewhere. */
export function isAt(core: MailboxCore, dispatch: Dispatch, meta: MessageRecord | number): boolean {
  return core.runQueue.dispatch === dispatch && targetOf(core, meta) === core.id;
}

/** Whom it was sent to. */
export function targetOf(core: MailboxCore, meta: MessageRecord | number): string {
  return typeof meta === 'number' ? core.id : (meta.target ?? core.id);
}

/** What has expired goes. The newcomer is sent already, as its observers were told, so it is pending meanwhile (rule O2). */
function makeRoom(core: MailboxCore, dispatch: Dispatch): void {
  dispatch.pending++;
  sweepExpired(core, dispatch);
  dispatch.pending--;
}

/** `record`, or a message without one, took the place of another. */
function replaced(core: MailboxCore, dispatch: Dispatch, buffer: BoundedBuffer<unknown, MessageRecord | number>, record: MessageRecord | null): void {
  const { victim } = buffer;
  const meta = buffer.victimMeta as MessageRecord | number;
  buffer.forgetVictim();
  const message: unknown = isOwn(meta) ? meta.message : victim;
  // Out of the queue before anyone is told, so that nobody can take it out again.
  if (isOwn(meta)) meta.state = FRESH;
  const tell = (): void => {
    accepted(core, dispatch, record);
    dispatch.pending--;
    core.rare().removed++;
    core.lose(dispatch, message, meta, 'Dropped');
  };
  // By a fan-out, perhaps, which is not to be settled by its own doing.
  if ((dispatch.flags & DRAINING) !== 0) tell();
  else dispatch.within(tell);
}

function accepted(core: MailboxCore, dispatch: Dispatch, record: MessageRecord | null): void {
  dispatch.pending++;
  core.flags |= QUEUED;
  // In line before anyone is told, and sends to others.
  core.wake();
  noteTtl(core, record);
  if (record !== null && (dispatch.flags & OBSERVED) !== 0) dispatch.journal.queued(record);
  if (core.extras !== null) core.pressureChanged(dispatch);
}
