import { Observable, type ObservableInput, type ObservedValueOf, type OperatorFunction, type Subscriber, Subscription, from } from 'rxjs';
import { type Checks, checkFunction, checkPositiveInteger } from '../failure/check';
import { BOUNDED, BoundedFlow, type BoundedOptions, type BoundedSettings, checkBounds, resolveBounded } from './bounded-flow';
import { type InnerOwner, InnerSubscriber } from './inner-subscriber';

/** `BoundedOptions` with the capacity. It is required, since no default is right for every source. */
export interface BoundedMapOptions<T> extends BoundedOptions<T> {
  /** The most values that wait. Values at work do not count. */
  readonly capacity: number;
}

/** The checks of `BoundedMapOptions`. */
export const BOUNDED_MAP: Checks<BoundedMapOptions<any>> = /* @__PURE__ */ Object.assign({}, BOUNDED, { capacity: checkPositiveInteger });

/**
 * `mergeMap` with a bound: at most `concurrency` inner streams at once (default 1), while at most `capacity` values wait for one.
 *
 * The result emits what the inner streams emit. It errors if the source, `project`, an inner stream or its `subscribe` does. It completes
 * when the source and all inner streams have completed. Overflow is that of `boundedBuffer`. A million synchronous inner streams go in a flat
 * loop, while RxJS's `mergeMap` overflows the stack.
 *
 * ```ts
 * ids$.pipe(boundedMergeMap((id) => load(id), { capacity: 100, concurrency: 4 }));
 * ```
 *
 * @throws {RangeError | TypeError} for a missing capacity, or a bad option.
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
  /** The inner streams that are open. One that ends during its `subscribe` is never in here. */
  readonly #open = new Set<InnerSubscriber<R>>();
  /** The inner stream that is being subscribed to. There is one at most, since handing on never nests. */
  #starting: InnerSubscriber<R> | undefined;
  #index = 0;

  constructor(out: Subscriber<R>, settings: BoundedSettings<T>, project: (value: T, index: number) => ObservableInput<R>) {
    super(out, settings);
    this.#project = project;
    out.add(() => {
      // One Subscription for all, which unsubscribes them all even if the teardown of one throws.
      const all = new Subscription();
      for (const inner of this.#open) all.add(inner);
      // Operators inside of a synchronous inner stream see that the consumer has left only by their teardown.
      if (this.#starting) all.add(this.#starting);
      all.unsubscribe();
    });
  }

  innerOver(inner: InnerSubscriber<R>): void {
    this.#open.delete(inner);
    this.release();
  }

  protected override handOn(value: T): void {
    const inner = new InnerSubscriber<R>(this.out, this);
    this.#starting = inner;
    try {
      from(this.#project(value, this.#index++)).subscribe(inner);
    } catch (error) {
      this.out.error(error);
    }
    this.#starting = undefined;
    if (this.out.closed) inner.unsubscribe();
    else if (!inner.closed) this.#open.add(inner);
  }
}
