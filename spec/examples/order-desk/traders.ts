import type { MessageBroker } from 'rx-broker';
import { retryRefused } from 'rx-broker/operators';
import { EMPTY, type Observable, catchError, ignoreElements, merge, mergeMap, takeUntil, tap, timer } from 'rxjs';
import { type Order, type Price, type Ticker, Desk, SYMBOLS, desk } from './messages';
import type { OrderLedger } from './order-ledger';
import { paced } from './paced';
import type { Surroundings } from './surroundings';

/** Milliseconds that a trader waits for a place, if the desk lets traders wait. */
const PATIENCE = 2_000;
/** The part of the traders who change their minds, and after how many milliseconds. */
const FICKLE = 0.08;
const CHANGE_OF_MIND = 120;
/** The part of the orders that are large. They have a high priority. */
const LARGE = 0.05;

export interface TradersOptions extends Surroundings {
  readonly broker: MessageBroker;
  readonly ledger: OrderLedger;
  readonly priceOf: (symbol: Ticker) => Price;
  readonly until$: Observable<unknown>;
}

/** Places orders until `until$` emits, as many a second as the load says, and cancels some of them. Completes when no trader waits any more. */
export function trade({ broker, ledger, scheduler, random, load, priceOf, until$ }: TradersOptions): Observable<never> {
  function nextOrder(): Order {
    const symbol = SYMBOLS[Math.floor(random() * SYMBOLS.length)]!;
    const side = random() < 0.5 ? 'buy' : 'sell';
    const quantity = random() < LARGE ? 100 + Math.floor(random() * 900) : 1 + Math.floor(random() * 99);
    const slack = Math.floor(random() * 40);
    const { cents } = priceOf(symbol);
    return { id: ledger.open(), side, symbol, quantity, limit: side === 'buy' ? cents + slack : cents - slack };
  }

  function place(order: Order): Observable<void> {
    const message = Desk.place({ order });
    const priority = order.quantity >= 100 ? 'high' : 'normal';
    if (load().overflow !== 'block') {
      // A lost order is a dead letter, so nothing is lost for good: it can be sent again.
      broker.trySend(desk, message, { priority });
      return EMPTY;
    }
    return broker.offer(desk, message, { priority, timeout: PATIENCE }).pipe(
      // The desk is replaced when its settings change. The next one takes the order.
      retryRefused(desk, { count: 3, codes: ['ActorNotFound'], scheduler }),
      catchError(() => {
        // The trader knows that the order is lost, and it may have been cancelled meanwhile.
        if (ledger.isOpen(order.id)) ledger.end(order.id, 'late');
        return EMPTY;
      }),
    );
  }

  /** A cancellation overtakes all orders that wait at the desk, also the one that it cancels. */
  function cancel({ id }: Order): void {
    broker.trySend(desk, Desk.cancel({ orderId: id }), { priority: 'critical' });
  }

  const pulse$ = paced(() => load().orderRate, scheduler).pipe(takeUntil(until$));
  return pulse$.pipe(
    mergeMap(() => {
      const order = nextOrder();
      const change$ = random() < FICKLE ? timer(CHANGE_OF_MIND, scheduler).pipe(tap(() => cancel(order))) : EMPTY;
      return merge(place(order), change$);
    }),
    ignoreElements(),
  );
}
