import { type Observable, type Observer, Subscriber } from 'rxjs';
import { BoundedBuffer } from '../buffer/bounded-buffer';
import { EVICTED, FULL, REFUSED } from '../buffer/offer';
import { BufferOverflowError } from '../failure/buffer-overflow-error';
import { type Checks, checkCount, checkFunction, checkOneOf, checkOptions, checkPositiveInteger, isObject, refuse } from '../failure/check';
import type { Overflow } from '../message/mailbox-options';

/** What an operator does with a value if its buffer is full. There is no `block`, since a hot source cannot be paused. */
export type OperatorOverflow = Exclude<Overflow, 'block'>;

const OPERATOR_OVERFLOWS: readonly OperatorOverflow[] = ['fail', 'drop-oldest', 'drop-newest'];

/** Options of a bounded operator. */
export interface BoundedOptions<T> {
  /** The most values at work at once. Default 1. */
  readonly concurrency?: number;
  /** What the operator does with a value if the buffer is full. Default `'fail'`: the stream errors with `BufferOverflowError`. */
  readonly overflow?: OperatorOverflow;
  /** Called with every value that is dropped. If it throws, the stream errors. */
  readonly onOverflow?: (value: T) => void;
}

/** `BoundedOptions` with every default filled in, and the capacity. */
export interface BoundedSettings<T> {
  readonly capacity: number;
  readonly concurrency: number;
  readonly overflow: OperatorOverflow;
  readonly onOverflow: ((value: T) => void) | undefined;
}

/** The checks of a bounded operator's options. */
export const BOUNDED: Checks<BoundedOptions<any>> = {
  concurrency: checkCount,
  overflow: (value) => void checkOneOf(value, "overflow (a hot source cannot be paused: 'block' is for mailboxes)", OPERATOR_OVERFLOWS),
  onOverflow: checkFunction,
};

/** Checks every option and fills in the defaults. @throws {TypeError | RangeError} for an unknown or bad option, such as `block`. */
export function resolveBounded<T>(capacity: number, options: BoundedOptions<T> = {}, checks: Checks<any> = BOUNDED): BoundedSettings<T> {
  checkPositiveInteger(capacity, 'capacity');
  checkOptions(options, checks);
  const { concurrency = 1, overflow = 'fail', onOverflow } = options;
  return { capacity, concurrency, overflow, onOverflow };
}

/** @throws {TypeError} unless `options` is an object, since a capacity is required. */
export function checkBounds(options: unknown): void {
  if (!isObject(options)) refuse('options must be { capacity, … }', options);
}

/** The one lane of an operator: `normal`. */
const LANE = 1;

/**
 * Observes a source: at most `concurrency` values are at work, at most `capacity` wait. It has the same buffer as a mailbox (rule M8), and
 * runs to completion as a mailbox does: a value that comes while another is being handed on waits. So handing on never nests, and a backlog
 * of a million values goes in a flat loop (rule M7).
 */
export abstract class BoundedFlow<T, R> implements Observer<T> {
  protected readonly out: Subscriber<R>;
  readonly #settings: BoundedSettings<T>;
  readonly #buffer: BoundedBuffer<T>;
  readonly #source: SourceSubscriber<T>;
  #atWork = 0;
  #isHandingOn = false;
  #isSourceOver = false;

  constructor(out: Subscriber<R>, settings: BoundedSettings<T>) {
    this.out = out;
    this.#settings = settings;
    this.#buffer = new BoundedBuffer<T>(settings.capacity, settings.overflow);
    this.#source = new SourceSubscriber(this);
    out.add(this.#source);
  }

  /** Subscribes to the source, until the consumer leaves. */
  follow(source: Observable<T>): void {
    const subscription = source.subscribe(this.#source);
    // A source of RxJS 5 or 6 returns a subscription of its own, and does not see that the subscriber is unsubscribed.
    if (subscription !== this.#source) this.#source.add(subscription);
  }

  next(value: T): void {
    const buffer = this.#buffer;
    if (!this.#isHandingOn && this.#atWork < this.#settings.concurrency && buffer.size === 0) {
      this.#start(value);
      if (buffer.size > 0 || this.#isSourceOver) this.#drain();
      return;
    }
    const answer = buffer.offer(value, LANE, LANE);
    if (answer === FULL) this.out.error(new BufferOverflowError(this.#settings.capacity));
    else if (answer === REFUSED) this.#drop(value);
    else if (answer === EVICTED) {
      const victim = buffer.victim as T;
      buffer.forgetVictim();
      this.#drop(victim);
    }
  }

  error(error: unknown): void {
    this.out.error(error);
  }

  complete(): void {
    this.#isSourceOver = true;
    if (!this.#isHandingOn) this.#drain();
  }

  /** Puts a value to work. The subclass calls `release` when the work is done, inside of this call or later. */
  protected abstract handOn(value: T): void;

  /** Ends the work on a value, and hands on the next one. */
  protected release(): void {
    this.#atWork--;
    if (!this.#isHandingOn) this.#drain();
  }

  #start(value: T): void {
    this.#atWork++;
    this.#isHandingOn = true;
    try {
      this.handOn(value);
    } finally {
      this.#isHandingOn = false;
    }
  }

  #drain(): void {
    const buffer = this.#buffer;
    while (buffer.size > 0 && this.#atWork < this.#settings.concurrency && !this.out.closed) {
      this.#start(buffer.take(buffer.next()));
    }
    if (this.#isSourceOver && this.#atWork === 0 && buffer.size === 0) this.out.complete();
  }

  #drop(value: T): void {
    try {
      this.#settings.onOverflow?.(value);
    } catch (error) {
      this.out.error(error);
    }
  }
}

/**
 * Observes the source of a flow. It keeps no state of its own, since RxJS 5 and 6 call it through a derived object: that has no `#private`
 * state, and a field that is set on it is not set on this object.
 */
class SourceSubscriber<T> extends Subscriber<T> {
  readonly flow: Observer<T>;

  constructor(flow: Observer<T>) {
    super();
    this.flow = flow;
  }

  protected override _next(value: T): void {
    this.flow.next(value);
  }

  // The source's teardown comes last, as in RxJS's own operators. If it throws, the consumer has been told the end already.

  protected override _error(error: unknown): void {
    try {
      this.flow.error(error);
    } finally {
      this.unsubscribe();
    }
  }

  protected override _complete(): void {
    try {
      this.flow.complete();
    } finally {
      this.unsubscribe();
    }
  }
}
