import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';

/** Real time that counts its timers. */
export class CountingScheduler implements SchedulerLike {
  running = 0;

  now(): number {
    return asyncScheduler.now();
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay?: number, state?: T): Subscription {
    this.running++;
    const subscription = asyncScheduler.schedule<T>(
      function (current) {
        subscription.unsubscribe();
        work.call(this, current);
      },
      delay,
      state,
    );
    subscription.add(() => this.running--);
    return subscription;
  }
}
