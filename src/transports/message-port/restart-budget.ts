import { asyncScheduler } from 'rxjs';
import type { RestartOptions } from './pool-options';

/** How many more workers a pool may start in the place of those that have ended. */
export class RestartBudget {
  readonly #options: Required<RestartOptions> | false;
  /** When the restarts were that still count. */
  #taken: readonly number[] = [];

  /** `false`: none at all. */
  constructor(options: Required<RestartOptions> | false) {
    this.#options = options;
  }

  /** Takes one restart. False if none is left at the moment. */
  take(): boolean {
    if (this.#options === false) return false;
    const { max, within } = this.#options;
    const now = asyncScheduler.now();
    this.#taken = this.#taken.filter((at) => now - at < within);
    if (this.#taken.length >= max) return false;
    this.#taken = [...this.#taken, now];
    return true;
  }
}
