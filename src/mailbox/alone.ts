import type { SchedulerLike } from 'rxjs';
import { Dispatch } from './dispatch/dispatch';
import { Journal } from './dispatch/journal';
import type { RunQueue } from './dispatch/run-queue';

/** The run queue of a mailbox that belongs to no broker: a dispatch of its own. */
export function aloneQueue(dispatcher: SchedulerLike | undefined): RunQueue {
  return new Dispatch(new Journal(), { dispatcher }).main;
}
