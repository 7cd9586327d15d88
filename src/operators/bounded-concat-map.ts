import type { ObservableInput, ObservedValueOf, OperatorFunction } from 'rxjs';
import { type BoundedMapOptions, boundedMergeMap } from './bounded-merge-map';

/**
 * `concatMap` with a bound: one inner stream at a time, in order, while at most `capacity` values wait. It is `boundedMergeMap` with
 * `concurrency: 1`.
 *
 * ```ts
 * saves$.pipe(boundedConcatMap((draft) => save(draft), { capacity: 1, overflow: 'drop-oldest' }));
 * ```
 *
 * @throws {RangeError | TypeError} for a missing capacity, or a bad option.
 */
export function boundedConcatMap<T, O extends ObservableInput<any>>(
  project: (value: T, index: number) => O,
  options: Omit<BoundedMapOptions<T>, 'concurrency'>,
): OperatorFunction<T, ObservedValueOf<O>> {
  return boundedMergeMap(project, options && { ...options, concurrency: 1 });
}
