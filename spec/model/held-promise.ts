/** A PromiseLike that settles when it is told to, on the spot: a real one would do so in a microtask, outside of virtual time. */
export class HeldPromise implements PromiseLike<unknown> {
  #onFulfilled: ((value: unknown) => unknown) | null | undefined;
  #onRejected: ((reason: unknown) => unknown) | null | undefined;

  then<A = unknown, B = never>(onFulfilled?: ((value: unknown) => A | PromiseLike<A>) | null, onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): PromiseLike<A | B> {
    this.#onFulfilled = onFulfilled;
    this.#onRejected = onRejected;
    return this as PromiseLike<any>;
  }

  fulfil(value: unknown): void {
    this.#onFulfilled?.(value);
  }

  error(reason: unknown): void {
    this.#onRejected?.(reason);
  }
}
