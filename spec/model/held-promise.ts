import type { Settlement } from './command';

/** A PromiseLike that later commands settle synchronously. A real promise would call back in a microtask, outside of virtual time. */
export class HeldPromise implements PromiseLike<any> {
  readonly #name: string;
  #tell: ((settled: 'fulfilled' | 'rejected') => void) | undefined;
  #settled: 'fulfilled' | 'rejected' | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  settle(how: Settlement): void {
    if (this.#settled !== undefined) return;
    this.#settled = how === 'error' ? 'rejected' : 'fulfilled';
    this.#tell?.(this.#settled);
  }

  /** If it is settled already, the listener is called at once. */
  then(onFulfilled?: ((value: any) => any) | null, onRejected?: ((reason: unknown) => any) | null): PromiseLike<any> {
    this.#tell = (settled) => {
      if (settled === 'fulfilled') onFulfilled?.(`promised by ${this.#name}`);
      else onRejected?.(new Error(`failed by ${this.#name}`));
    };
    if (this.#settled !== undefined) this.#tell(this.#settled);
    return this;
  }
}
