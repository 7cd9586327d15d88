import type { Timed, Waiting } from './timed';

/**
 * Those who wait equally long, in the order in which they came, which is the order of their deadlines. Coming and going costs the same
 * for one and for 100,000: a list through the items themselves.
 */
export class DeadlineLine implements Waiting {
  first: Timed | null = null;
  size = 0;
  #last: Timed | null = null;

  /** Whether this deadline comes behind all others here. */
  fits(deadline: number): boolean {
    return this.#last === null || deadline >= this.#last.deadline;
  }

  add(item: Timed): void {
    const last = this.#last;
    item.place = this;
    item.before = last;
    if (last === null) this.first = item;
    else last.behind = item;
    this.#last = item;
    this.size++;
  }

  remove(item: Timed): void {
    const { before, behind } = item;
    if (before === null) this.first = behind;
    else before.behind = behind;
    if (behind === null) this.#last = before;
    else behind.before = before;
    item.place = item.before = item.behind = null;
    this.size--;
  }

  clear(): void {
    while (this.first !== null) this.remove(this.first);
  }

  shift(by: number): void {
    for (let item = this.first; item !== null; item = item.behind) item.deadline -= by;
  }
}
