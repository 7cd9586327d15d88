import type { Subscriber } from 'rxjs';
import { cancel } from '../kernel/settle';
import type { Task } from '../kernel/task';
import { untilAborted } from './until-aborted';

/** Lets the caller cancel a message, by its subscription or its signal, for as long as the message has a caller. */
export function follow(task: Task, subscriber: Subscriber<any>, signal: AbortSignal | undefined): void {
  const stop = (reason?: unknown): void => {
    if (task.isAsked) cancel(task, reason);
  };
  subscriber.add(stop);
  if (signal !== undefined) task.more().unlisten = untilAborted(signal, { cancel: stop });
}
