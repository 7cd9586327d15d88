import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';

/** A clock that is set by hand. */
export class ManualScheduler implements SchedulerLike {
  #now = 0;
  readonly #due = new Map<Subscription, { readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  get timers(): number {
    return this.#due.size;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    const subscription = new Subscription(() => this.#due.delete(subscription));
    const run = (): void => work.call(subscription as SchedulerAction<T>, state);
    this.#due.set(subscription, { at: this.#now + delay, run });
    return subscription;
  }

  /** Lets so many milliseconds pass, timer by timer. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let next: Subscription | undefined;
      for (const [subscription, { at }] of this.#due) {
        if (at <= end && (next === undefined || at < this.#due.get(next)!.at)) next = subscription;
      }
      if (next === undefined) break;
      const { at, run } = this.#due.get(next)!;
      this.#now = Math.max(this.#now, at);
      next.unsubscribe();
      run();
    }
    this.#now = end;
  }
}
