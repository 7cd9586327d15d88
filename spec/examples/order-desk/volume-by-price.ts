import type { Ticker } from './messages';
import type { EndedOrder } from './order-ledger';

/** Cents between two levels. */
export const LEVEL = 20;

/** The shares that were bought and sold at prices from `cents` on, up to the next level. */
export interface PriceLevel {
  readonly cents: number;
  readonly bought: number;
  readonly sold: number;
}

/** `count` levels around the level of `cents`, the highest first, with the shares of `symbol` that these orders were filled for. */
export function volumeByPrice(orders: readonly EndedOrder[], symbol: Ticker, cents: number, count: number): readonly PriceLevel[] {
  const middle = levelOf(cents);
  const top = middle + Math.floor(count / 2) * LEVEL;
  const levels = Array.from({ length: count }, (_, index) => ({ cents: top - index * LEVEL, bought: 0, sold: 0 }));
  for (const { order, cents: at } of orders) {
    if (order.symbol !== symbol || at === undefined) continue;
    const level = levels[(top - levelOf(at)) / LEVEL];
    if (level !== undefined) level[order.side === 'buy' ? 'bought' : 'sold'] += order.quantity;
  }
  return levels;
}

export function levelOf(cents: number): number {
  return Math.floor(cents / LEVEL) * LEVEL;
}
