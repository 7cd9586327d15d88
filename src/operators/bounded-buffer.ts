import { Observable, type OperatorFunction } from 'rxjs';
import { BoundedFlow, type BoundedOptions, resolveBounded } from './bounded-flow';

/** A value that `boundedBuffer` has let out. It counts as being at work until it is released. */
export interface Held<T> {
  /** The source's value. */
  readonly value: T;
  /** Releases the value, which lets the next one out. Idempotent. */
  release(): void;
}

/**
 * Lets at most `concurrency` unreleased values out (default 1); at most `capacity` more wait, in order.
 *
 * - A value is let out at once if there is room, else when another is released. One that comes while another is being let out waits.
 * - If a value finds the buffer full, `fail` (default) errors with `BufferOverflowError`; `drop-oldest` and `drop-newest` drop a value and
 *   call `onOverflow` with it.
 * - The result completes when the source has completed and every value is released. An error of the source passes at once.
 *
 * There is no `block`, since a hot source cannot be paused. A `Mailbox` can make its senders wait.
 *
 * ```ts
 * clicks$.pipe(boundedBuffer(10, { overflow: 'drop-oldest' })).subscribe(({ value, release }) => save(value).then(release));
 * ```
 *
 * @throws {RangeError | TypeError} unless `capacity` is an integer of at least 1, or for a bad option.
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
