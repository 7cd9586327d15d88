import type { MessageRecord } from './message-record';

/** Whether a message has a record, and one of its own: a fan-out's is of all its targets. */
export function isOwn(meta: MessageRecord | number): meta is MessageRecord {
  return typeof meta !== 'number' && !meta.shared;
}
