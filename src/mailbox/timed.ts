/** Something that ends at a time. */
export interface Timed {
  deadline: number;
  /** Its turn among equal deadlines: the first to come is the first to expire. */
  order: number;
  /** Where it waits for its deadline; `null` where it does not. */
  place: Waiting | null;
  /** Its neighbours in a line. */
  before: Timed | null;
  behind: Timed | null;
  /** Its index in a heap. */
  heapIndex: number;
  expire(): void;
}

/** Many that wait for their deadlines. */
export interface Waiting {
  /** The first to expire. */
  readonly first: Timed | null;
  readonly size: number;
  add(item: Timed): void;
  /** Only of an item that is here. */
  remove(item: Timed): void;
  /** What is left is nowhere. */
  clear(): void;
  /** The clock was set back by so much. */
  shift(by: number): void;
}

export function isBefore(a: Timed, b: Timed): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}
