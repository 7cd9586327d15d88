/**
 * How an order ends: filled; rejected, since the price had moved beyond its limit, the risk service refused it, its trader found no place in
 * time, or it was lost; or cancelled by its trader.
 */
export const ORDER_ENDS = ['filled', 'moved', 'refused', 'late', 'lost', 'cancelled'] as const;
export type OrderEnd = (typeof ORDER_ENDS)[number];

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
  readonly #open = new Set<number>();
  readonly #ended: Record<OrderEnd, number> = { filled: 0, moved: 0, refused: 0, late: 0, lost: 0, cancelled: 0 };
  #placed = 0;

  /** Opens a new order, and returns its number. */
  open(): number {
    this.#open.add(++this.#placed);
    return this.#placed;
  }

  isOpen(id: number): boolean {
    return this.#open.has(id);
  }

  /** @throws {Error} if the order is not open. */
  end(id: number, end: OrderEnd): void {
    if (!this.#open.delete(id)) throw new Error(`order ${id} is ${end}, but it is not open`);
    this.#ended[end]++;
  }

  /** Ends all that is open. */
  endAll(end: OrderEnd): void {
    for (const id of this.#open) this.end(id, end);
  }

  counts(): OrderCounts {
    const { filled, moved, refused, late, lost, cancelled } = this.#ended;
    return { placed: this.#placed, filled, rejected: moved + refused + late + lost, cancelled, open: this.#open.size, by: { ...this.#ended } };
  }
}
