import type { End, Task } from '../kernel/task';
import type { ActorId } from '../message/actor-id';
import type { BrokerEvent } from '../message/broker-event';
import type { DeadLetter } from '../message/dead-letter';

// Plain literals, each in one piece: spreading one into another took half of the time of an observed message. A property that few events have
// is added behind the literal.

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type EventOf<Kind extends BrokerEvent['kind']> = Writable<Extract<BrokerEvent, { readonly kind: Kind }>>;

/** The `sent` event of a message. `parentId` is the id of the message in whose turn it was sent. */
export function sentEvent(task: Task, parentId: string | undefined): BrokerEvent {
  const { details } = task;
  const { attempt, headers, isBroadcast: broadcast, sender } = details;
  const event = {
    kind: 'sent', id: task.id, target: targetOf(task), message: task.message, priority: task.priority, asked: task.isRequest, at: timeOf(task), broadcast, attempt, headers,
  } as EventOf<'sent'>;
  if (sender !== undefined) event.sender = sender;
  if (parentId !== undefined) event.parentId = parentId;
  return placed(task, event);
}

export function queuedEvent(task: Task, waiting: boolean): BrokerEvent {
  return placed<EventOf<'queued'>>(task, {
    kind: 'queued', id: task.id, target: targetOf(task), message: task.message, priority: task.priority, asked: task.isRequest, at: timeOf(task), waiting,
  });
}

export function deliveredEvent(task: Task): BrokerEvent {
  return placed<EventOf<'delivered'>>(task, {
    kind: 'delivered', id: task.id, target: targetOf(task), message: task.message, priority: task.priority, asked: task.isRequest, at: timeOf(task),
  });
}

/** The `settled` or `failed` event of a message that is over. */
export function endedEvent(task: Task, { outcome, code, error }: End): BrokerEvent {
  const asked = task.isRequest;
  if (outcome === 'failed') {
    return placed<EventOf<'failed'>>(task, {
      kind: 'failed', id: task.id, target: targetOf(task), message: task.message, priority: task.priority, asked, at: timeOf(task), code,
    } as EventOf<'failed'>);
  }
  const event = placed<EventOf<'settled'>>(task, {
    kind: 'settled', id: task.id, target: targetOf(task), message: task.message, priority: task.priority, asked, at: timeOf(task), outcome,
  });
  if (outcome === 'succeeded') return event;
  event.code = code as EventOf<'settled'>['code'] & string;
  if (error !== undefined) event.error = error;
  return event;
}

/** The letter of a message that is lost now. */
export function letterOf(task: Task, reason: DeadLetter['reason'], error: unknown): DeadLetter {
  const { attempt: attempts, headers } = task.details;
  const letter = {
    id: task.id, target: targetOf(task), message: task.message, priority: task.priority, asked: task.isAsked, at: timeOf(task), reason, attempts, headers,
  } as Writable<DeadLetter>;
  if (error !== undefined) letter.error = error;
  return placed(task, letter);
}

/** `undefined` if no route was found. */
function targetOf({ recipient }: Task): ActorId | undefined {
  return recipient.id as ActorId | undefined;
}

function timeOf({ system }: Task): number {
  return system.dispatcher.now();
}

/** With its topic, if it has one, and without a target, if no route was found. */
function placed<T extends { topic?: string; target?: ActorId }>({ details, recipient }: Task, event: T): T {
  if (details.topic !== undefined) event.topic = details.topic;
  if (recipient.id === undefined) delete event.target;
  return event;
}
