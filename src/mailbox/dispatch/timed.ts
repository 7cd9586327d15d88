/** Something that ends at a time. */
export interface Timed {
  /** Where it waits for its deadline; `null` where it does not. */
  place: { remove(item: Timed): void } | null;
  expire(): void;
}
