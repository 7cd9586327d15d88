import type { EndedOrder } from '../../../../order-desk/order-ledger';
import type { EndedOrders } from './trading';

/** Orders that the blotter lists. */
export const LISTED = 14;
const WINDOW = 10_000;
const MOST = 3_000;

/** Keeps the orders that have ended of late. */
export class RecentOrders {
  #newest: readonly EndedOrder[] = [];
  #timed: { readonly at: number; readonly ended: EndedOrder }[] = [];

  add(ended: EndedOrder): void {
    this.#timed.push({ at: Date.now(), ended });
    if (this.#timed.length > MOST) this.#timed = this.#timed.slice(-MOST / 2);
    this.#newest = [...this.#newest.slice(1 - LISTED), ended];
  }

  ended(): EndedOrders {
    const since = Date.now() - WINDOW;
    this.#timed = this.#timed.filter(({ at }) => at >= since);
    return { newest: this.#newest, inTenSeconds: this.#timed.map(({ ended }) => ended) };
  }

  clear(): void {
    this.#newest = [];
    this.#timed = [];
  }
}
