import type { SchedulerLike } from 'rxjs';
import { Dispatch } from './dispatch';
import { Journal } from './journal';
import type { RunQueue } from './run-queue';

/** The run queue of a mailbox that belongs to no broker: a dispatch of its own. */
export function aloneQueue(dispatcher: SchedulerLike | undefined): RunQueue {
  return new Dispatch(new Journal(), { dispatcher }).main;
}
