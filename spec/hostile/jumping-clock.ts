import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

/**
 * Virtual time whose clock can be set, as a time server sets a machine's. Timers go on as if nothing had happened.
 *
 * It keeps the timers of each millisecond together, since every open request has one: RxJS's `VirtualTimeScheduler` walks all its timers for
 * each one that comes or goes.
 */
export class JumpingClock implements SchedulerLike {
  /** Milliseconds that have really passed. */
  #passed = 0;
  /** The time of the clock at the start. It is not 0, so that the clock can go back. */
  #offset = Date.UTC(2026, 0);
  /** The timers by the millisecond in which they are due, in the order in which they were scheduled. */
  readonly #timers = new Map<number, Set<() => void>>();
  #open = 0;

  now(): number {
    return this.#passed + this.#offset;
  }

  /** How many timers are scheduled, and have neither run nor been cancelled. */
  get open(): number {
    return this.#open;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    const action = new Subscription() as SchedulerAction<T>;
    let cancel: () => void;
    action.schedule = (nextState, nextDelay = 0) => {
      const due = this.#passed + Math.ceil(nextDelay);
      const timer = (): void => work.call(action, nextState);
      this.#add(due, timer);
      cancel = () => this.#remove(due, timer);
      return action;
    };
    action.add(() => cancel());
    return action.schedule(state, delay);
  }

  /** Lets `ms` milliseconds really pass. */
  pass(ms: number): void {
    const end = this.#passed + ms;
    this.#runDue();
    while (this.#passed < end) {
      this.#passed++;
      this.#runDue();
    }
  }

  /** Sets the clock by `ms` milliseconds, forwards or back. */
  jump(ms: number): void {
    this.#offset += ms;
  }

  #runDue(): void {
    const now = this.#passed;
    // Again, for timers without a delay that these timers have scheduled.
    for (let due = this.#timers.get(now); due !== undefined; due = this.#timers.get(now)) {
      for (const timer of due) {
        this.#remove(now, timer);
        timer();
      }
    }
  }

  #add(due: number, timer: () => void): void {
    const timers = this.#timers.get(due);
    if (timers === undefined) this.#timers.set(due, new Set([timer]));
    else timers.add(timer);
    this.#open++;
  }

  #remove(due: number, timer: () => void): void {
    const timers = this.#timers.get(due);
    if (timers?.delete(timer) !== true) return;
    this.#open--;
    if (timers.size === 0) this.#timers.delete(due);
  }
}
