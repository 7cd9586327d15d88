import { Observable, type ObservableInput, type ObservedValueOf, type OperatorFunction, type Subscriber, Subscription, from } from 'rxjs';
import { type Checks, checkFunction, checkPositiveInteger } from '../failure/check';
import { BOUNDED, BoundedFlow, type BoundedOptions, type BoundedSettings, checkBounds, resolveBounded } from './bounded-flow';
import { type InnerOwner, InnerSubscriber } from './inner-subscriber';

/** `BoundedOptions` with the capacity, which is required: a default would be somebody's outage. */
export interface BoundedMapOptions<T> extends BoundedOptions<T> {
  /** Values that wait at most; those at work are not counted. */
  readonly capacity: number;
}

/** The checks of such options. */
export const BOUNDED_MAP: Checks<BoundedMapOptions<any>> = { ...BOUNDED, capacity: checkPositiveInteger };

/**
 * `mergeMap` with a bound: at most `concurrency` inner streams at once (default 1), at most `capacity` values waiting for one.
 *
 * Emits what the inner streams emit. An error of the source, of `project`, of an inner stream or of its `subscribe` errors the result;
 * overflow as in `boundedBuffer`. Completes when the source and all inner streams have. A million synchronous inner streams go in a flat
 * loop, where RxJS's own overflow the stack.
 *
 * ```ts
 * ids$.pipe(boundedMergeMap((id) => load(id), { capacity: 100, concurrency: 4 }));
 * ```
 *
 * @throws {RangeError | TypeError} for a missing capacity, or an option out of range.
 */
export function boundedMergeMap<T, O extends ObservableInput<any>>(
  project: (value: T, index: number) => O,
  options: BoundedMapOptions<T>,
): OperatorFunction<T, ObservedValueOf<O>> {
  checkFunction(project, 'project');
  checkBounds(options);
  const settings = resolveBounded(options.capacity, options, BOUNDED_MAP);
  return (source) => new Observable((subscriber) => new MappingFlow<T, ObservedValueOf<O>>(subscriber, settings, project).follow(source));
}

class MappingFlow<T, R> extends BoundedFlow<T, R> implements InnerOwner {
  readonly #project: (value: T, index: number) => ObservableInput<R>;
  /** The inner streams that did not end while they were subscribed to. */
  readonly #open = new Set<InnerSubscriber<R>>();
  #index = 0;

  constructor(out: Subscriber<R>, settings: BoundedSettings<T>, project: (value: T, index: number) => ObservableInput<R>) {
    super(out, settings);
    this.#project = project;
    out.add(() => {
      // As one subscription, which leaves them all though the teardown of one throws.
      const all = new Subscription();
      for (const inner of this.#open) all.add(inner);
      all.unsubscribe();
    });
  }

  innerOver(inner: InnerSubscriber<R>): void {
    this.#open.delete(inner);
    this.release();
  }

  protected override handOn(value: T): void {
    const inner = new InnerSubscriber<R>(this.out, this);
    try {
      from(this.#project(value, this.#index++)).subscribe(inner);
    } catch (error) {
      this.out.error(error);
    }
    if (this.out.closed) inner.unsubscribe();
    else if (!inner.closed) this.#open.add(inner);
  }
}
