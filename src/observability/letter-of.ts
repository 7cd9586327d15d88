import type { Dispatch } from '../mailbox/dispatch/dispatch';
import { NO_HEADERS } from '../mailbox/turn/message-properties';
import type { MessageRecord } from '../mailbox/turn/message-record';
import { laneOfStamp } from '../mailbox/turn/stamp';
import type { ActorId } from '../message/actor-id';
import { PRIORITIES, type Priority } from '../message/priority';
import type { DeadLetter } from './dead-letter';
import { type Writable, knownOf } from './stage-of';

/** The letter of a message that is lost now. `meta` is a stamp where nothing more is known of it. */
export function letterOf(
  dispatch: Dispatch,
  reason: DeadLetter['reason'],
  target: string | undefined,
  message: unknown,
  meta: MessageRecord | number,
  error: unknown,
): DeadLetter {
  const at = dispatch.clock.now();
  if (typeof meta === 'number' && target !== undefined && error === undefined) {
    // Most letters of a flood; one literal makes them in a quarter of the time.
    const priority = PRIORITIES[laneOfStamp(meta)] as Priority;
    return { id: dispatch.ids.next(), target: target as ActorId, message, priority, reason, asked: false, at, attempts: 1, headers: NO_HEADERS };
  }
  const { id, topic, priority, asked, attempt: attempts, headers } = knownOf(dispatch, message, meta);
  const letter: Writable<DeadLetter> = { id, message, priority, reason, asked, at, attempts, headers };
  if (target !== undefined) letter.target = target as ActorId;
  if (topic !== undefined) letter.topic = topic;
  if (error !== undefined) letter.error = error;
  return letter;
}
