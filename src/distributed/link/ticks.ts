import type { SchedulerLike } from 'rxjs';
import { macrotask } from '../../kernel/macrotask';
import { isVirtual } from '../../kernel/pace';

/**
 * The ends of ticks. In virtual time they are actions of the scheduler, so that it controls all that a link does. In real time they are a
 * microtask and a macrotask, since a timer of 0 milliseconds takes at least one.
 */
export class Ticks {
  readonly scheduler: SchedulerLike;

  constructor(scheduler: SchedulerLike) {
    this.scheduler = scheduler;
  }

  /** At the end of this tick. */
  soon(work: () => void): void {
    if (isVirtual(this.scheduler.now())) this.scheduler.schedule(work);
    // The action of a scheduler would take three times as long.
    else void Promise.resolve().then(work);
  }

  /** When the event loop has gone on. */
  later(work: () => void): void {
    if (isVirtual(this.scheduler.now())) this.scheduler.schedule(work);
    else macrotask(work);
  }
}
