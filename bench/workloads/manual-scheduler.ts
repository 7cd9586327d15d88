import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that is set by hand. */
export class ManualScheduler implements SchedulerLike {
  #now = 0;
  readonly #timers = new Map<Subscription, Timer>();

  now(): number {
    return this.#now;
  }

  get timers(): number {
    return this.#timers.size;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    const subscription = new Subscription(() => this.#timers.delete(subscription));
    const run = (): void => work.call(subscription as SchedulerAction<T>, state);
    this.#timers.set(subscription, { at: this.#now + delay, run });
    return subscription;
  }

  /** Lets so many milliseconds pass, timer by timer. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let due = this.#dueUntil(end); due.length > 0; due = this.#dueUntil(end)) {
      for (const [subscription, { at, run }] of due) {
        // An earlier timer of this round may have cancelled it.
        if (!this.#timers.has(subscription)) continue;
        this.#now = Math.max(this.#now, at);
        subscription.unsubscribe();
        run();
      }
    }
    this.#now = end;
  }

  #dueUntil(end: number): [Subscription, Timer][] {
    return [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
  }
}
