import { type Timed, type Waiting, isBefore } from './timed';

/** Deadlines in any order: a binary heap whose items know their index, so that leaving is cheap too. */
export class DeadlineHeap implements Waiting {
  readonly #items: Timed[] = [];

  get first(): Timed | null {
    return this.#items[0] ?? null;
  }

  get size(): number {
    return this.#items.length;
  }

  add(item: Timed): void {
    item.place = this;
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  remove(item: Timed): void {
    const index = item.heapIndex;
    item.place = null;
    const last = this.#items.pop() as Timed;
    if (last === item) return;
    this.#up(last, index);
    if (last.heapIndex === index) this.#down(last, index);
  }

  clear(): void {
    for (const item of this.#items) item.place = null;
    this.#items.length = 0;
  }

  shift(by: number): void {
    for (const item of this.#items) item.deadline -= by;
  }

  #up(item: Timed, from: number): void {
    const items = this.#items;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = items[above] as Timed;
      if (isBefore(parent, item)) break;
      items[index] = parent;
      parent.heapIndex = index;
      index = above;
    }
    items[index] = item;
    item.heapIndex = index;
  }

  #down(item: Timed, from: number): void {
    const items = this.#items;
    let index = from;
    for (;;) {
      let below = index * 2 + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && isBefore(items[below + 1] as Timed, items[below] as Timed)) below++;
      const child = items[below] as Timed;
      if (isBefore(item, child)) break;
      items[index] = child;
      child.heapIndex = index;
      index = below;
    }
    items[index] = item;
    item.heapIndex = index;
  }
}
