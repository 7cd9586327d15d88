import type { DeadLetter, MessageBroker } from 'rx-broker';
import { Observable, filter, map, merge, take } from 'rxjs';
import { type OrderDraft, Desk, desk, isPlacing } from './messages';
import type { EndedOrder, OrderLedger } from './order-ledger';
import { priorityOf } from './traders';

/** The order could not be worked on. It is open still, as a dead letter, and ends when that is sent again. */
export class OrderSetAside extends Error {
  override readonly name = 'OrderSetAside';

  constructor(
    readonly orderId: number,
    readonly reason: DeadLetter['reason'],
    options: ErrorOptions,
  ) {
    super(`order ${orderId} is set aside: ${reason}`, options);
  }
}

/**
 * Places one order for each subscription. Emits how it has ended, and completes. It errors with `OrderSetAside` if the order becomes a dead
 * letter. An order goes its way also if nobody waits for its end any more.
 */
export function placeOrder(draft: OrderDraft, { broker, ledger }: { readonly broker: MessageBroker; readonly ledger: OrderLedger }): Observable<EndedOrder> {
  return new Observable((subscriber) => {
    const order = ledger.open(draft);
    const ended$ = ledger.endings$.pipe(filter((ended) => ended.order === order));
    const setAside$ = broker.deadLetters$.pipe(
      filter(({ message }) => isPlacing(message) && message.order === order),
      map(({ reason, error }): never => {
        throw new OrderSetAside(order.id, reason, { cause: error });
      }),
    );
    subscriber.add(merge(ended$, setAside$).pipe(take(1)).subscribe(subscriber));
    broker.trySend(desk, Desk.place({ order }), { priority: priorityOf(order) });
  });
}
