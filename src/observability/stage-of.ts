import type { Dispatch } from '../mailbox/dispatch/dispatch';
import { PLAIN } from '../mailbox/turn/message-properties';
import { MessageRecord } from '../mailbox/turn/message-record';
import { laneOfStamp } from '../mailbox/turn/stamp';
import type { ActorId } from '../message/actor-id';
import type { MessageStage } from './broker-event';

export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What every event of a message says of it, now. */
export function stageOf(dispatch: Dispatch, target: string | undefined, message: unknown, meta: MessageRecord | number): MessageStage {
  const { id, topic, priority, asked } = knownOf(dispatch, message, meta);
  const stage: Writable<MessageStage> = { id, message, priority, asked, at: dispatch.clock.now() };
  if (target !== undefined) stage.target = target as ActorId;
  if (topic !== undefined) stage.topic = topic;
  return stage;
}

/** A message's record, or what one would say. */
export function knownOf(dispatch: Dispatch, message: unknown, meta: MessageRecord | number): MessageRecord {
  return typeof meta === 'number' ? new MessageRecord(dispatch, message, laneOfStamp(meta), PLAIN, null) : meta;
}
