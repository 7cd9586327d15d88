import { settle } from './settle';
import type { RefusalCode, Task } from './task';

/**
 * Offers a message to its recipient, as part of a step. Returns why it was refused, or `null`; a refused message is settled.
 * `isRefusing`: the broker is closing.
 */
export function offer(task: Task, isRefusing: boolean, parent: Task | null): RefusalCode | null {
  const { recipient, system } = task;
  if (task.isRequest) system.counts.requests++;
  if (system.journal.observes(recipient.id)) system.journal.sent(task, parent);
  const code = isRefusing ? 'BrokerClosed' : recipient.take(task);
  if (code !== null) settle(task, { outcome: 'failed', code, error: isRefusing ? undefined : recipient.error });
  return code;
}
