import { Observable } from 'rxjs';
import { ChunkedQueue } from '../buffer/chunked-queue';
import { checkBoolean, checkEach, checkFunction, checkPositiveInteger } from '../failure/check';
import type { FailureCode } from '../failure/failure-code';
import type { SendResult } from '../message/send-result';
import { Outlet } from '../kernel/outlet';
import type { DeadLetter } from '../message/dead-letter';

/** Calls `work`, which tells a letter of one broker to observers. Failures that they cause in that broker make no letter (rule O4). */
export type TellLetter = (work: () => void) => void;

/** A queue, as a broker to which it is attached sees it. */
export interface LetterStore {
  /** Keeps a letter. Returns a function that tells the observers of the queue. */
  add(letter: DeadLetter): () => void;
  /** Says that the broker has ended. The queue keeps its later letters, but does not tell them. */
  end(): void;
}

/** What became of one redelivered letter. */
export interface Redelivery {
  readonly letter: DeadLetter;
  /** Whether the message was taken in again. */
  readonly ok: boolean;
  readonly code?: FailureCode | 'NoRoute';
}

/** Options of a redelivery. */
export interface RedeliverOptions {
  /** Whether letters are sent again whose sender waited for a reply, and got the error. Default false. */
  readonly includeAsked?: boolean;
}

/** Sends the message of a letter again. */
export type Redeliver = (letter: DeadLetter) => Resent;

/** The result of sending a message again. It may have no route. */
export type Resent = SendResult | { readonly ok: false; readonly code: 'NoRoute' };

interface Stored {
  readonly letter: DeadLetter;
  readonly source: TellLetter;
}

const CAPACITY = 1_000;

/**
 * Keeps dead letters, to look at them and to send their messages again (rule O4). It holds at most `capacity` letters. One more evicts the
 * oldest, which is counted in `evicted`.
 *
 * ```ts
 * const queue = new DeadLetterQueue({ capacity: 100 });
 * const broker = new InMemoryMessageBroker().withDeadLetterQueue(queue);
 * queue.redeliver((letter) => letter.reason === 'MailboxFull').subscribe();
 * ```
 */
export class DeadLetterQueue {
  readonly capacity: number;
  #stored = new ChunkedQueue<Stored, number>();
  #evicted = 0;
  readonly #arrivals = new Outlet<DeadLetter>();
  /** Whether the observers of the queue are being told a letter. */
  #isTelling = false;
  /** The letters to be told after that one. */
  readonly #untold = new ChunkedQueue<() => void, number>();
  /** How each attached broker sends a letter again. `undefined` for a broker that has ended. */
  readonly #senders = new WeakMap<TellLetter, Redeliver | undefined>();
  #openBrokers = 0;

  /** `capacity`: the most letters that the queue holds, default 1,000. @throws {TypeError | RangeError} unless it is an integer of at least 1. */
  constructor(options: { readonly capacity?: number } = {}) {
    checkEach(options, { capacity: checkPositiveInteger });
    this.capacity = options.capacity ?? CAPACITY;
  }

  /**
   * Every letter as it arrives. It never errors, and completes for good when the last open broker of the queue has closed. Later letters, of
   * a closed broker or of one that is attached after that, are kept and not told.
   */
  get letters$(): Observable<DeadLetter> {
    return this.#arrivals.stream;
  }

  /** The letters that the queue holds now, oldest first: a new array. */
  letters(): readonly DeadLetter[] {
    return this.#snapshot().map(({ letter }) => letter);
  }

  get size(): number {
    return this.#stored.size;
  }

  /** How many letters were evicted by newer ones. */
  get evicted(): number {
    return this.#evicted;
  }

  /**
   * Sends the messages of letters again, oldest first: all, or those whose letter passes `filter`. Letters whose sender waited for a reply
   * stay in the queue, since the sender got the error; `includeAsked` takes these, too.
   *
   * Cold and synchronous: at subscription all these letters are taken out, and each is sent. Emits one result for each letter, then
   * completes. If `filter` throws, nothing is taken out, and the result errors.
   *
   * A message is sent to the same actor, or routed by its topic again, as a new message with a new id. It keeps its priority, topic and
   * headers, and counts one more attempt. Its ttl and its sender are lost, and nobody waits for a reply. If it fails again, it comes back as
   * a letter, unless an observer of letters subscribes here while it is told one (rule O4). If its broker has closed, the letter stays.
   *
   * @throws {TypeError} at the call, for a bad argument.
   */
  redeliver(filter: (letter: DeadLetter) => boolean = () => true, options: RedeliverOptions = {}): Observable<Redelivery> {
    checkFunction(filter, 'filter');
    checkEach(options, { includeAsked: checkBoolean });
    return new Observable((subscriber) => {
      const taken = this.#take((letter) => (options.includeAsked === true || !letter.asked) && filter(letter));
      for (const stored of taken) {
        const { letter, source } = stored;
        const redeliver = this.#senders.get(source);
        // The broker has closed, so the letter stays in the queue.
        if (redeliver === undefined) this.#add(stored);
        const result = redeliver?.(letter) ?? ({ ok: false, code: 'BrokerClosed' } as const);
        subscriber.next(result.ok ? { letter, ok: true } : { letter, ok: false, code: result.code });
      }
      subscriber.complete();
    });
  }

  /** Takes all letters out and returns them, oldest first. */
  drain(): DeadLetter[] {
    return this.#take(() => true).map(({ letter }) => letter);
  }

  /** Takes all letters out. */
  clear(): void {
    this.#take(() => true);
  }

  /** @internal Attaches the queue to the broker that `source` stands for. `undefined` if it is attached already. */
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

  /** Tells a letter. If observers are being told one, the new letter, of another broker, is told when all of them have seen that (rule D2). */
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

  /** Takes out the letters that `filter` chooses. It sees a snapshot, since it may itself change the queue; only letters that are left go. */
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
