import { Observable } from 'rxjs';
import { checkBoolean, checkOptions, checkFunction, checkPositiveInteger } from '../failure/check';
import type { FailureCode } from '../failure/failure-code';
import type { DeadLetter } from '../message/dead-letter';
import { type LetterStore, type Redeliver, type TellLetter, LetterBox } from './letter-box';

/** What became of one redelivered letter. */
export interface Redelivery {
  /** The letter, as it was taken out of the queue. */
  readonly letter: DeadLetter;
  /** Whether it was taken in again. */
  readonly ok: boolean;
  /** Why it was not. */
  readonly code?: FailureCode | 'NoRoute';
}

/** Which letters are sent again. */
export interface RedeliverOptions {
  /** Also letters whose sender waited for a reply and has had its error. Default false. */
  readonly includeAsked?: boolean;
}

const CAPACITY = 1_000;

/**
 * Keeps dead letters, so that they can be looked at, and sent again (rule O4). Holds `capacity`; one more evicts the oldest, which is
 * counted in `evicted`.
 *
 * ```ts
 * const queue = new DeadLetterQueue({ capacity: 100 });
 * const broker = new InMemoryMessageBroker().withDeadLetterQueue(queue);
 * queue.redeliver((letter) => letter.reason === 'MailboxFull').subscribe();
 * ```
 */
export class DeadLetterQueue {
  /** Letters it holds at most. */
  readonly capacity: number;
  /** The inside. No `#private` state: users wrap queues in proxies. */
  private readonly box: LetterBox;

  /** @throws {TypeError | RangeError} unless `capacity` is an integer of at least 1. Default 1,000. */
  constructor(options: { readonly capacity?: number } = {}) {
    checkOptions(options, { capacity: checkPositiveInteger });
    this.capacity = options.capacity ?? CAPACITY;
    this.box = new LetterBox(this.capacity);
  }

  /**
   * Every letter as it arrives; what leaves is not told. Completes when the last broker it is attached to has closed, and for good, as a Subject does: it does
   * not tell what a closed broker refuses, nor what a broker loses that comes after. The queue keeps those letters all the same.
   */
  get letters$(): Observable<DeadLetter> {
    return this.box.arrivals.stream;
  }

  /** A snapshot, oldest first. */
  letters(): readonly DeadLetter[] {
    return this.box.snapshot().map(({ letter }) => letter);
  }

  /** Letters it holds now. */
  get size(): number {
    return this.box.size;
  }

  /** Letters that left because a newer one came. */
  get evicted(): number {
    return this.box.evicted;
  }

  /**
   * Takes letters out, all at once, and sends each again with one more attempt, oldest first: all, or those that `filter` takes. Letters
   * whose sender waited for a reply stay, also where the filter takes them, since the sender knows; unless `includeAsked` is true.
   *
   * Cold; synchronous; emits one result for each letter, then completes. What fails again comes back as a letter; but by an observer of
   * letters, while it is told one, it is only counted and emitted here (rule O4). Where its broker has closed, the letter stays as it
   * was. Sent as a new message, with a new id, and its priority, topic and headers; its ttl, its sender and its caller are gone. A throwing `filter` errors before
   * anything is taken out.
   */
  redeliver(filter: (letter: DeadLetter) => boolean = () => true, options: RedeliverOptions = {}): Observable<Redelivery> {
    checkFunction(filter, 'filter');
    checkOptions(options, { includeAsked: checkBoolean });
    return new Observable((subscriber) => {
      const taken = this.box.take((letter) => (options.includeAsked === true || !letter.asked) && filter(letter));
      for (const stored of taken) {
        const { letter, source } = stored;
        const redeliver = this.box.senderOf(source);
        // Its broker is closed: it stays what it was, a letter.
        if (redeliver === undefined) this.box.add(stored);
        const result = redeliver?.(letter) ?? ({ ok: false, code: 'BrokerClosed' } as const);
        subscriber.next(result.ok ? { letter, ok: true } : { letter, ok: false, code: result.code });
      }
      subscriber.complete();
    });
  }

  /** Takes everything out, oldest first. */
  drain(): DeadLetter[] {
    return this.box.take(() => true).map(({ letter }) => letter);
  }

  /** Throws everything away. `evicted` does not count it. */
  clear(): void {
    this.box.take(() => true);
  }

  /** @internal Joins a broker, once, by what tells its letters. `redeliver` sends one of them again. */
  attach(source: TellLetter, redeliver: Redeliver): LetterStore | undefined {
    return this.box.attach(source, redeliver);
  }
}
