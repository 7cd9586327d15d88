import type { BoundedBuffer } from '../buffer/bounded-buffer';
import { HIGHEST_LANE } from '../message/lane';
import type { Dispatch } from './dispatch/dispatch';
import type { MailboxCore } from './mailbox-core';
import { HELD } from './state/record-state';
import { PLAIN } from './turn/message-properties';
import { MessageRecord } from './turn/message-record';
import { isOwn } from './turn/own-record';

/** When a queued message has waited for its own ttl, or its mailbox's where it has none; for `least` milliseconds at least. */
function expiresAt({ settings }: MailboxCore, dispatch: Dispatch, meta: MessageRecord | number, least = 0): number {
  const ttl = typeof meta === 'number' || meta.properties.ttl < 0 ? settings.ttl : meta.properties.ttl;
  if (ttl === Infinity) return Infinity;
  const sentAt = typeof meta === 'number' ? dispatch.clock.sentAt(meta) : meta.sentAt;
  return sentAt < 0 ? Infinity : sentAt + Math.max(ttl, least);
}

/** Whether its time is over. `least` is as in `expiresAt`. */
export function isExpired(core: MailboxCore, dispatch: Dispatch, meta: MessageRecord | number, least?: number): boolean {
  const at = expiresAt(core, dispatch, meta, least);
  return at !== Infinity && dispatch.scheduler.now() >= at;
}

/** Whether the next message makes it look for what has expired: before a full mailbox refuses anyone. */
export function isSwept(core: MailboxCore): boolean {
  return core.buffer !== null && core.buffer.isFull && (core.settings.hasTtl || isDueBehindHeads(core, core.runQueue.dispatch));
}

/** A message was queued. With a ttl of its own it may expire before those in front of it, or those that come behind it before it does. */
export function noteTtl(core: MailboxCore, record: MessageRecord | null): void {
  const ttl = record === null ? -1 : record.properties.ttl;
  if (ttl < 0 && (core.extras === null || core.extras.expiresFrom === Infinity)) return;
  const extras = core.rare();
  const sentAt = record === null ? core.runQueue.dispatch.scheduler.now() : record.sentAt;
  const shortest = ttl < 0 ? core.settings.ttl : Math.min(ttl, core.settings.ttl);
  extras.expiresFrom = Math.min(extras.expiresFrom, sentAt + shortest);
}

/**
 * What has outlived its ttl takes no place. Whoever is told of it may end the actor, and with it the queue; and who waited gets the
 * place, and may be too old already: so it looks again.
 */
export function sweepExpired(core: MailboxCore, dispatch: Dispatch): void {
  const buffer = core.buffer as Queue;
  while (core.buffer === buffer && (sweepHeads(core, dispatch, buffer) || (isDueBehindHeads(core, dispatch) && sweepBehindHeads(core, dispatch, buffer))));
}

/** The whole queue is looked through for it, so only when something may be found. */
function isDueBehindHeads({ extras }: MailboxCore, dispatch: Dispatch): boolean {
  return extras !== null && extras.expiresFrom !== Infinity && dispatch.scheduler.now() >= extras.expiresFrom;
}

type Queue = BoundedBuffer<unknown, MessageRecord | number>;

/** Answers whether anything has expired. */
function sweepHeads(core: MailboxCore, dispatch: Dispatch, buffer: Queue): boolean {
  let found = false;
  for (let lane = 0; lane <= HIGHEST_LANE; lane++) {
    while (core.buffer === buffer && buffer.has(lane)) {
      const meta = buffer.metaOf(lane);
      if (!isExpired(core, dispatch, meta)) break;
      found = true;
      const message = buffer.take(lane);
      dispatch.pending--;
      // Whoever waits gets the place, before anyone is told and sends again (rule M2).
      core.placeFreed();
      core.expire(dispatch, isOwn(meta) ? meta.message : message, meta);
      core.leftQueue();
    }
  }
  return found;
}

/** Where some have a ttl of their own, a message can expire before those in front of it. Answers whether any has. */
function sweepBehindHeads(core: MailboxCore, dispatch: Dispatch, buffer: Queue): boolean {
  const now = dispatch.scheduler.now();
  let found = false;
  let hasOwnTtls = false;
  let next = Infinity;
  buffer.forEach((_, meta) => {
    const at = expiresAt(core, dispatch, meta);
    if (at <= now) found = true;
    else next = Math.min(next, at);
    hasOwnTtls ||= typeof meta !== 'number' && meta.properties.ttl >= 0;
  });
  // Whatever comes from now on, too.
  core.rare().expiresFrom = hasOwnTtls ? Math.min(next, now + core.settings.ttl) : Infinity;
  if (found) for (const record of withRecords(core, dispatch, buffer, (meta) => isExpired(core, dispatch, meta))) record.fail('Expired');
  return found;
}

/**
 * Gives those that `needs` picks a record of their own: only with one can a message leave from behind a head, and only with one does it
 * keep its id. All go round once, and stand as before.
 */
export function withRecords(core: MailboxCore, dispatch: Dispatch, buffer: Queue, needs: (meta: MessageRecord | number) => boolean): MessageRecord[] {
  const queued: { readonly message: unknown; readonly meta: MessageRecord | number; readonly lane: number }[] = [];
  buffer.forEach((message, meta, lane) => queued.push({ message, meta, lane }));
  const records: MessageRecord[] = [];
  for (const { message, meta, lane } of queued) {
    buffer.metaOf(lane);
    buffer.take(lane);
    if (!needs(meta)) {
      buffer.push(message, meta, lane);
      continue;
    }
    const record = isOwn(meta) ? meta : recordOf(core, dispatch, message, meta, lane);
    buffer.push(undefined, record, lane);
    records.push(record);
  }
  return records;
}

function recordOf(core: MailboxCore, dispatch: Dispatch, message: unknown, meta: MessageRecord | number, lane: number): MessageRecord {
  const record = typeof meta === 'number' ? new MessageRecord(dispatch, message, lane, PLAIN, null, dispatch.clock.sentAt(meta)) : meta.own(core);
  record.core = core;
  record.target = core.id;
  record.state = HELD;
  return record;
}
