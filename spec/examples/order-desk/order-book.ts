import type { HandlersOf } from 'rx-broker';
import { type Book, type Order, type Price, type Ticker, Audit, audit } from './messages';
import type { OrderLedger } from './order-ledger';

/**
 * Fills an order at the newest price, or rejects it if the price has moved beyond its limit. The turn lasts until the audit service has taken
 * the entry: so a slow audit makes the book wait, the book makes the desk wait, and the desk's mailbox fills.
 */
export function bookHandlers(ledger: OrderLedger, priceOf: (symbol: Ticker) => Price): HandlersOf<typeof Book> {
  return {
    execute({ order }, { broker }) {
      // Its trader has cancelled it while it was queued here.
      if (!ledger.isOpen(order.id)) return undefined;
      const { cents } = priceOf(order.symbol);
      const end = isWithinLimit(order, cents) ? 'filled' : 'moved';
      ledger.end(order.id, end, end === 'filled' ? cents : undefined);
      return broker.offer(audit, Audit.write({ orderId: order.id, end, ...(end === 'filled' && { cents }) }), { timeout: Infinity });
    },
  };
}

export function isWithinLimit({ side, limit }: Order, cents: number): boolean {
  return side === 'buy' ? cents <= limit : cents >= limit;
}
