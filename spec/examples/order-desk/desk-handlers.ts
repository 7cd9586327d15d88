import type { HandlersOf } from 'rx-broker';
import { Subject, concatMap, filter, takeUntil } from 'rxjs';
import { type Desk, type Order, Audit, Book, Risk, audit, book, risk } from './messages';
import type { OrderLedger } from './order-ledger';

/** Milliseconds that the desk waits for the risk service. */
const RISK_TIMEOUT = 250;

/**
 * Takes an order to the risk service, then to the book.
 *
 * If the risk service fails or does not answer, the turn fails with that error. The order stays open: it is a dead letter, and can be sent again.
 * As soon as the book has taken the order, the turn is over, and the book ends the order.
 */
export function deskHandlers(ledger: OrderLedger, onBegin: (order: Order, attempt: number) => void = () => undefined): HandlersOf<typeof Desk> {
  const cancelled$ = new Subject<number>();
  return {
    place({ order }, context) {
      const { broker, envelope } = context;
      onBegin(order, envelope.attempt);
      // A cancellation has overtaken it.
      if (!ledger.isOpen(order.id)) return undefined;
      return context.send(risk, Risk.check({ order }), { timeout: RISK_TIMEOUT, priority: envelope.priority }).pipe(
        concatMap(({ isApproved }) => {
          if (isApproved) return broker.offer(book, Book.execute({ order }), { timeout: Infinity, priority: envelope.priority });
          ledger.end(order.id, 'refused');
          return broker.offer(audit, Audit.write({ orderId: order.id, end: 'refused' }), { timeout: Infinity });
        }),
        // Leaving cancels what is still under way: the risk check, or the wait for a place in the book.
        takeUntil(cancelled$.pipe(filter((id) => id === order.id))),
      );
    },
    cancel({ orderId }) {
      // An order that has ended is not cancelled any more.
      if (!ledger.isOpen(orderId)) return;
      ledger.end(orderId, 'cancelled');
      cancelled$.next(orderId);
    },
  };
}
