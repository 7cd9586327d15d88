/** Something that ends at a time. */
export interface Timed {
  deadline: number;
  /** Its turn among equal deadlines: the first to come is the first to expire. */
  order: number;
  /** Where it waits for its deadline; `null` where it does not. */
  place: { remove(item: Timed): void } | null;
  expire(): void;
}
