import { Observable } from 'rxjs';
import { ChunkedQueue } from '../buffer/chunked-queue';
import { checkBoolean, checkEach, checkFunction, checkPositiveInteger } from '../failure/check';
import type { FailureCode } from '../failure/failure-code';
import type { SendResult } from '../message/send-result';
import { Outlet } from '../kernel/outlet';
import type { DeadLetter } from '../message/dead-letter';

/** Tells a letter of one broker: what its observers cause there meanwhile makes no letter (rule O4). */
export type TellLetter = (work: () => void) => void;

/** What a broker gives its letters to. */
export interface LetterStore {
  /** Keeps a letter. Answers what tells those who observe the queue of it. */
  add(letter: DeadLetter): () => void;
  /** The broker has closed. A letter of what it refuses after that is kept, and no observer is told. */
  end(): void;
}

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

/** Sends a letter again, to where it was lost. */
export type Redeliver = (letter: DeadLetter) => Resent;

/** What became of a message that is sent again: it may have no route. */
export type Resent = SendResult | { readonly ok: false; readonly code: 'NoRoute' };

interface Stored {
  readonly letter: DeadLetter;
  readonly source: TellLetter;
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
  #stored = new ChunkedQueue<Stored, number>();
  #evicted = 0;
  readonly #arrivals = new Outlet<DeadLetter>();
  #isTelling = false;
  readonly #untold = new ChunkedQueue<() => void, number>();
  /** By source; none for a broker that has closed. */
  readonly #senders = new WeakMap<TellLetter, Redeliver | undefined>();
  #openBrokers = 0;

  /** @throws {TypeError | RangeError} unless `capacity` is an integer of at least 1. Default 1,000. */
  constructor(options: { readonly capacity?: number } = {}) {
    checkEach(options, { capacity: checkPositiveInteger });
    this.capacity = options.capacity ?? CAPACITY;
  }

  /**
   * Every letter as it arrives; what leaves is not told. Completes when the last broker it is attached to has closed, and for good, as a Subject does: it does
   * not tell what a closed broker refuses, nor what a broker loses that comes after. The queue keeps those letters all the same.
   */
  get letters$(): Observable<DeadLetter> {
    return this.#arrivals.stream;
  }

  /** A snapshot, oldest first. */
  letters(): readonly DeadLetter[] {
    return this.#snapshot().map(({ letter }) => letter);
  }

  /** Letters it holds now. */
  get size(): number {
    return this.#stored.size;
  }

  /** Letters that left because a newer one came. */
  get evicted(): number {
    return this.#evicted;
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
    checkEach(options, { includeAsked: checkBoolean });
    return new Observable((subscriber) => {
      const taken = this.#take((letter) => (options.includeAsked === true || !letter.asked) && filter(letter));
      for (const stored of taken) {
        const { letter, source } = stored;
        const redeliver = this.#senders.get(source);
        // Its broker is closed: it stays what it was, a letter.
        if (redeliver === undefined) this.#add(stored);
        const result = redeliver?.(letter) ?? ({ ok: false, code: 'BrokerClosed' } as const);
        subscriber.next(result.ok ? { letter, ok: true } : { letter, ok: false, code: result.code });
      }
      subscriber.complete();
    });
  }

  /** Takes everything out, oldest first. */
  drain(): DeadLetter[] {
    return this.#take(() => true).map(({ letter }) => letter);
  }

  /** Throws everything away. `evicted` does not count it. */
  clear(): void {
    this.#take(() => true);
  }

  /** @internal Joins a broker, once, by what tells its letters. `redeliver` sends one of them again. */
  attach(source: TellLetter, redeliver: Redeliver): LetterStore | undefined {
    if (this.#senders.has(source)) return undefined;
    this.#senders.set(source, redeliver);
    this.#openBrokers++;
    return {
      add: (letter) => {
        this.#add({ letter, source });
        const observers = this.#arrivals.listeners();
        return () => this.#tell(() => observers.forEach((observer) => observer.next(letter)), source);
      },
      end: () => {
        this.#senders.set(source, undefined);
        if (--this.#openBrokers === 0) this.#arrivals.complete();
      },
    };
  }

  /** A letter that observers of another cause, in another broker, is told when all of them have seen that one (rule D2). */
  #tell(telling: () => void, source: TellLetter): void {
    if (this.#isTelling) {
      this.#untold.push(() => source(telling), 0);
      return;
    }
    this.#isTelling = true;
    try {
      telling();
      while (this.#untold.size > 0) this.#untold.shift()();
    } finally {
      this.#isTelling = false;
    }
  }

  #add(stored: Stored): void {
    if (this.#stored.size === this.capacity) {
      this.#stored.shift();
      this.#evicted++;
    }
    this.#stored.push(stored, 0);
  }

  /** The filter sees a snapshot, since it may lose messages or take letters itself; then goes what it chose and is still there. */
  #take(filter: (letter: DeadLetter) => boolean): Stored[] {
    const chosen = new Set(this.#snapshot().filter(({ letter }) => filter(letter)));
    const taken: Stored[] = [];
    const left = new ChunkedQueue<Stored, number>();
    this.#stored.forEach((stored) => {
      if (chosen.has(stored)) taken.push(stored);
      else left.push(stored, 0);
    });
    this.#stored = left;
    return taken;
  }

  #snapshot(): Stored[] {
    const stored: Stored[] = [];
    this.#stored.forEach((one) => stored.push(one));
    return stored;
  }
}
