import { Observable, type OperatorFunction } from 'rxjs';
import { BoundedFlow, type BoundedOptions, resolveBounded } from './bounded-flow';

/** A value that a bounded buffer let out. Until it is released it counts as being at work. */
export interface Held<T> {
  /** The source's value. */
  readonly value: T;
  /** Lets the next value out. Idempotent. */
  release(): void;
}

/**
 * Lets at most `concurrency` values out that are not released; `capacity` more wait, in order.
 *
 * - next: a value is let out at once if there is room, else it waits for a `release`. Letting out never nests.
 * - overflow: `fail` (default) errors with `BufferOverflowError`; `drop-oldest` and `drop-newest` drop one and tell `onOverflow`.
 * - completes when the source has and everything is released; an error of the source passes at once.
 *
 * There is no `block`: a hot source cannot be paused. A `Mailbox` can park its senders.
 *
 * ```ts
 * clicks$.pipe(boundedBuffer(10, { overflow: 'drop-oldest' })).subscribe(({ value, release }) => save(value).then(release));
 * ```
 *
 * @throws {RangeError | TypeError} for a capacity below 1 or an option out of range.
 */
export function boundedBuffer<T>(capacity: number, options?: BoundedOptions<T>): OperatorFunction<T, Held<T>> {
  const settings = resolveBounded(capacity, options);
  return (source) => new Observable((subscriber) => new HoldingFlow<T>(subscriber, settings).follow(source));
}

class HoldingFlow<T> extends BoundedFlow<T, Held<T>> {
  protected override handOn(value: T): void {
    let isReleased = false;
    this.out.next({
      value,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.release();
      },
    });
  }
}
