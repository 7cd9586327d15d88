import type { BoundedBuffer } from '../buffer/bounded-buffer';
import { HIGHEST_LANE } from '../message/lane';
import type { Dispatch } from './dispatch';
import type { MailboxCore } from './mailbox-core';
import type { MessageRecord } from './message-record';

/** Whether a queued message has waited longer than its own ttl, or its mailbox's where it has none. */
export function isExpired(core: MailboxCore, dispatch: Dispatch, meta: MessageRecord | number): boolean {
  const { settings } = core;
  const ttl = typeof meta === 'number' || meta.properties.ttl < 0 ? settings.ttl : meta.properties.ttl;
  if (ttl === Infinity) return false;
  const sentAt = typeof meta === 'number' ? dispatch.clock.sentAt(meta) : meta.sentAt;
  return sentAt >= 0 && dispatch.scheduler.now() >= sentAt + ttl;
}

/** Whether the next message makes it look for what has expired: before a full mailbox refuses anyone. */
export function isSwept(core: MailboxCore): boolean {
  return core.buffer !== null && core.buffer.isFull && (core.settings.ttl !== Infinity || hasOwnTtls(core));
}

/** What has outlived its ttl takes no place. Whoever is told of it may end the actor, and with it the queue. */
export function sweepExpired(core: MailboxCore, dispatch: Dispatch): void {
  const buffer = core.buffer as BoundedBuffer<unknown, MessageRecord | number>;
  for (let lane = 0; lane <= HIGHEST_LANE; lane++) {
    while (core.buffer === buffer && buffer.has(lane)) {
      const meta = buffer.metaOf(lane);
      if (!isExpired(core, dispatch, meta)) break;
      const message = buffer.valueOf(lane);
      buffer.take(lane);
      dispatch.journal.pending--;
      // Whoever waits gets the place, before anyone is told and sends again (rule M2).
      core.placeFreed(dispatch);
      core.expire(typeof meta === 'number' || meta.shared ? message : meta.message, meta);
    }
  }
  // Asked again each time: a message with a ttl of its own may have come from those who waited, and be too old already.
  while (core.buffer === buffer && hasOwnTtls(core) && sweepBehindHeads(core, dispatch, buffer));
}

function hasOwnTtls(core: MailboxCore): boolean {
  return core.extras !== null && core.extras.ownTtls;
}

/** A message with a ttl of its own can expire before those in front of it. Whether there was any. */
function sweepBehindHeads(core: MailboxCore, dispatch: Dispatch, buffer: BoundedBuffer<unknown, MessageRecord | number>): boolean {
  const expired: MessageRecord[] = [];
  buffer.forEach((_, meta) => {
    if (typeof meta !== 'number' && !meta.shared && meta.properties.ttl >= 0 && isExpired(core, dispatch, meta)) expired.push(meta);
  });
  for (const record of expired) record.fail('Expired');
  return expired.length > 0;
}
