import { type Observable, Subject } from 'rxjs';
import type { Order, OrderDraft } from './messages';

/**
 * How an order ends: filled; rejected, since the price had moved beyond its limit, the risk service refused it, its trader found no place in
 * time, or it was lost; or cancelled by its trader.
 */
export const ORDER_ENDS = ['filled', 'moved', 'refused', 'late', 'lost', 'cancelled'] as const;
export type OrderEnd = (typeof ORDER_ENDS)[number];

/** An order that has ended. */
export interface EndedOrder {
  readonly order: Order;
  readonly end: OrderEnd;
  /** The price of a filled order. */
  readonly cents?: number;
}

/** Orders in numbers: `placed = filled + rejected + cancelled + open`. */
export interface OrderCounts {
  readonly placed: number;
  readonly filled: number;
  /** Those that ended as `moved`, `refused`, `late` or `lost`. */
  readonly rejected: number;
  readonly cancelled: number;
  readonly open: number;
  readonly by: Readonly<Record<OrderEnd, number>>;
}

/** Knows which orders are open, and counts how the others have ended. An order ends exactly once. */
export class OrderLedger {
  readonly #open = new Map<number, Order>();
  readonly #endings = new Subject<EndedOrder>();
  readonly #ended: Record<OrderEnd, number> = { filled: 0, moved: 0, refused: 0, late: 0, lost: 0, cancelled: 0 };
  #placed = 0;

  /** Every order as it ends. */
  readonly endings$: Observable<EndedOrder> = this.#endings.asObservable();

  /** Opens a new order, and gives it a number. */
  open(draft: OrderDraft): Order {
    const order = { id: ++this.#placed, ...draft };
    this.#open.set(order.id, order);
    return order;
  }

  isOpen(id: number): boolean {
    return this.#open.has(id);
  }

  /** @throws {Error} if the order is not open. */
  end(id: number, end: OrderEnd, cents?: number): void {
    const order = this.#open.get(id);
    if (order === undefined) throw new Error(`order ${id} is ${end}, but it is not open`);
    this.#open.delete(id);
    this.#ended[end]++;
    this.#endings.next({ order, end, ...(cents !== undefined && { cents }) });
  }

  /** Ends all that is open. */
  endAll(end: OrderEnd): void {
    for (const id of this.#open.keys()) this.end(id, end);
  }

  counts(): OrderCounts {
    const { filled, moved, refused, late, lost, cancelled } = this.#ended;
    return { placed: this.#placed, filled, rejected: moved + refused + late + lost, cancelled, open: this.#open.size, by: { ...this.#ended } };
  }
}
