import type { MessageBroker, MessageOf, Priority } from 'rx-broker';
import { retryRefused } from 'rx-broker/operators';
import { EMPTY, type Observable, catchError, ignoreElements, merge, mergeMap, takeUntil, timer } from 'rxjs';
import { type Order, type Price, type Ticker, Desk, desk } from './messages';
import type { OrderLedger } from './order-ledger';
import { paced } from './paced';
import { randomDraft } from './random-draft';
import type { Surroundings } from './surroundings';

/** Milliseconds that a trader waits for a place, if the desk lets traders wait. */
const PATIENCE = 2_000;
/** The part of the traders who change their minds, and after how many milliseconds. */
export const FICKLE = 0.08;
export const CHANGE_OF_MIND = 120;

/** Large orders come first. */
export function priorityOf({ quantity }: Order): Priority {
  return quantity >= 100 ? 'high' : 'normal';
}

export interface TradersOptions extends Surroundings {
  readonly broker: MessageBroker;
  readonly ledger: OrderLedger;
  readonly priceOf: (symbol: Ticker) => Price;
  readonly until$: Observable<unknown>;
}

/** Places orders until `until$` emits, as many a second as the load says, and cancels some of them. Completes when no trader waits any more. */
export function trade({ broker, ledger, scheduler, random, load, priceOf, until$ }: TradersOptions): Observable<never> {
  /** Emits and completes when the desk has taken the message, and errors if it is lost while the trader waits. */
  function tell(message: MessageOf<typeof Desk>, priority: Priority): Observable<void> {
    if (load().overflow !== 'block') {
      // What is refused here is a dead letter, and can be sent again. So its order stays open.
      broker.trySend(desk, message, { priority });
      return EMPTY;
    }
    // The desk is replaced when its settings change. Then the next one takes the message.
    return broker.offer(desk, message, { priority, timeout: PATIENCE }).pipe(retryRefused(desk, { count: 3, codes: ['ActorNotFound'], scheduler }));
  }

  function place(order: Order): Observable<void> {
    return tell(Desk.place({ order }), priorityOf(order)).pipe(
      catchError(() => {
        // The order may have been cancelled meanwhile.
        if (ledger.isOpen(order.id)) ledger.end(order.id, 'late');
        return EMPTY;
      }),
    );
  }

  /** A cancellation overtakes all orders that wait, also the one that it cancels. */
  function cancel({ id }: Order): Observable<void> {
    return tell(Desk.cancel({ orderId: id }), 'critical').pipe(catchError(() => EMPTY));
  }

  const pulse$ = paced(() => load().orderRate, scheduler).pipe(takeUntil(until$));
  return pulse$.pipe(
    mergeMap(() => {
      const order = ledger.open(randomDraft(random, priceOf));
      const change$ = random() < FICKLE ? timer(CHANGE_OF_MIND, scheduler).pipe(mergeMap(() => cancel(order))) : EMPTY;
      return merge(place(order), change$);
    }),
    ignoreElements(),
  );
}
