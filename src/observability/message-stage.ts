import type { Task } from '../kernel/task';
import type { ActorId } from '../message/actor-id';
import type { MessageStage } from '../message/broker-event';
import type { DeadLetter } from '../message/dead-letter';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The fields that every event about a message has. `at` is now. */
export function stageOf(task: Task): MessageStage {
  const { id, message, priority, isRequest: asked } = task;
  return withTarget<Writable<MessageStage>>(task, { id, message, priority, asked, at: task.system.dispatcher.now() });
}

/** The dead letter of a message that is lost now. */
export function letterOf(task: Task, reason: DeadLetter['reason'], error: unknown): DeadLetter {
  const { id, message, priority, isAsked: asked, details } = task;
  const { attempt: attempts, headers } = details;
  const letter: Writable<DeadLetter> = { id, message, priority, asked, at: task.system.dispatcher.now(), reason, attempts, headers };
  if (error !== undefined) letter.error = error;
  return withTarget(task, letter);
}

/** Adds the target and the topic of a message, if it has them. */
function withTarget<T extends Pick<Writable<MessageStage>, 'target' | 'topic'>>({ recipient, details }: Task, stage: T): T {
  if (recipient.id !== undefined) stage.target = recipient.id as ActorId;
  if (details.topic !== undefined) stage.topic = details.topic;
  return stage;
}
