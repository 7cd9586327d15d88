import type { SchedulerLike } from 'rxjs';

type Settled<T> = { readonly isFine: true; readonly value: T } | { readonly isFine: false; readonly error: unknown };

/**
 * A promise in the time of a scheduler. Its callbacks run on the stack that settles it, or in an action of the scheduler if it has settled
 * before. No microtask is involved, so virtual time controls it.
 */
export class ScheduledPromise<T> implements PromiseLike<T> {
  readonly #scheduler: SchedulerLike;
  #listeners: ((settled: Settled<T>) => void)[] = [];
  #settled: Settled<T> | undefined;
  #isHeard = false;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  resolve(value: T): void {
    this.#settle({ isFine: true, value });
  }

  reject(error: unknown): void {
    this.#settle({ isFine: false, error });
  }

  then<Ok = T, Failed = never>(
    onResolved?: ((value: T) => Ok | PromiseLike<Ok>) | null,
    onRejected?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): ScheduledPromise<Ok | Failed> {
    const next = new ScheduledPromise<Ok | Failed>(this.#scheduler);
    this.#listen((settled) => {
      try {
        if (settled.isFine) next.#follow(onResolved ? onResolved(settled.value) : (settled.value as never));
        else if (onRejected) next.#follow(onRejected(settled.error));
        else next.#fail(settled.error);
      } catch (error) {
        next.#fail(error);
      }
    });
    return next;
  }

  #listen(listener: (settled: Settled<T>) => void): void {
    this.#isHeard = true;
    const settled = this.#settled;
    if (settled === undefined) this.#listeners.push(listener);
    else this.#scheduler.schedule(() => listener(settled));
  }

  #settle(settled: Settled<T>): void {
    if (this.#settled !== undefined) return;
    this.#settled = settled;
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener(settled);
  }

  #follow(result: T | PromiseLike<T>): void {
    if (typeof (result as PromiseLike<T> | null | undefined)?.then !== 'function') this.resolve(result as T);
    else (result as PromiseLike<T>).then((value) => this.resolve(value), (error: unknown) => this.#fail(error));
  }

  /** Rejects. An error of a callback that nobody listens for is thrown by the scheduler: in virtual time, the test fails with it. */
  #fail(error: unknown): void {
    this.reject(error);
    this.#scheduler.schedule(() => {
      if (!this.#isHeard) throw error;
    });
  }
}
