import { ChunkedQueue } from '../buffer/chunked-queue';
import { Outlet } from '../kernel/outlet';
import type { DeadLetter } from '../message/dead-letter';
import type { SendResult } from '../message/send-result';

/** Tells a letter of one broker: what its observers cause there meanwhile makes no letter (rule O4). */
export type TellLetter = (work: () => void) => void;

/** What a broker gives its letters to. */
export interface LetterStore {
  /** Keeps a letter. Answers what tells those who observe the queue of it. */
  add(letter: DeadLetter): () => void;
  /** The broker has closed. A letter of what it refuses after that is kept, and no observer is told. */
  end(): void;
}

/** Sends a letter again, to where it was lost. */
export type Redeliver = (letter: DeadLetter) => Resent;

/** What became of a message that is sent again: it may have no route. */
export type Resent = SendResult | { readonly ok: false; readonly code: 'NoRoute' };

/** A letter, and the broker that it came from. */
export interface StoredLetter {
  readonly letter: DeadLetter;
  readonly source: TellLetter;
}

/** The inside of a `DeadLetterQueue`: the letters, the brokers that they come from, and those who observe. */
export class LetterBox {
  evicted = 0;
  readonly arrivals: Outlet<DeadLetter> = new Outlet();
  readonly #capacity: number;
  #stored = new ChunkedQueue<StoredLetter, number>();
  #isTelling = false;
  readonly #untold = new ChunkedQueue<() => void, number>();
  /** By source; none for a broker that has closed. */
  readonly #senders = new WeakMap<TellLetter, Redeliver | undefined>();
  #openBrokers = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Vue's `reactive` wraps everything that it reaches in proxies, but what has this. */
  get __v_skip(): boolean {
    return true;
  }

  get size(): number {
    return this.#stored.size;
  }

  /** Joins a broker, once, by what tells its letters. `redeliver` sends one of them again. */
  attach(source: TellLetter, redeliver: Redeliver): LetterStore | undefined {
    if (this.#senders.has(source)) return undefined;
    this.#senders.set(source, redeliver);
    this.#openBrokers++;
    return {
      add: (letter) => {
        this.add({ letter, source });
        const observers = this.arrivals.listeners();
        return () => this.#tell(() => observers.forEach((observer) => observer.next(letter)), source);
      },
      end: () => {
        this.#senders.set(source, undefined);
        if (--this.#openBrokers === 0) this.arrivals.complete();
      },
    };
  }

  /** What sends the letters of a broker again; `undefined` where it has closed. */
  senderOf(source: TellLetter): Redeliver | undefined {
    return this.#senders.get(source);
  }

  add(stored: StoredLetter): void {
    if (this.#stored.size === this.#capacity) {
      this.#stored.shift();
      this.evicted++;
    }
    this.#stored.push(stored, 0);
  }

  /** The filter sees a snapshot, since it may lose messages or take letters itself; then goes what it chose and is still there. */
  take(filter: (letter: DeadLetter) => boolean): StoredLetter[] {
    const chosen = new Set(this.snapshot().filter(({ letter }) => filter(letter)));
    const taken: StoredLetter[] = [];
    const left = new ChunkedQueue<StoredLetter, number>();
    this.#stored.forEach((stored) => {
      if (chosen.has(stored)) taken.push(stored);
      else left.push(stored, 0);
    });
    this.#stored = left;
    return taken;
  }

  /** Oldest first. */
  snapshot(): StoredLetter[] {
    const stored: StoredLetter[] = [];
    this.#stored.forEach((one) => stored.push(one));
    return stored;
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
}
