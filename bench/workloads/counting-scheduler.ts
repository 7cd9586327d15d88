import { asyncScheduler, Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';

/** Real time that counts its timers. */
export class CountingScheduler implements SchedulerLike {
  /** Timers now, and the most there were at once. */
  running = 0;
  most = 0;

  now(): number {
    return asyncScheduler.now();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    this.running++;
    this.most = Math.max(this.most, this.running);
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const counter = this;
    const subscription = asyncScheduler.schedule<T>(
      function (current) {
        subscription.unsubscribe();
        work.call(this, current);
      },
      delay,
      state,
    );
    subscription.add(() => counter.running--);
    return subscription;
  }
}
