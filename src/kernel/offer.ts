import { settle } from './settle';
import type { Refusal, Task } from './task';

/** Sends a message to its recipient, as part of a step. Why it was refused, which is settled and will be told; or `null`. */
export function offer(task: Task, isRefusing: boolean): Refusal | null {
  const { caller, recipient, system } = task;
  if (caller !== null) system.counts.requests++;
  if (system.journal.isObserved) system.journal.sent(task);
  const code = isRefusing ? 'BrokerClosed' : recipient.take(task);
  if (code !== null) settle(task, { outcome: 'failed', code, error: code === 'NoRoute' ? recipient.unrouted : undefined });
  return code;
}
