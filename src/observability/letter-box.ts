import { ChunkedQueue } from '../buffer/chunked-queue';
import type { Outbox } from '../kernel/outbox';
import { Outlet } from '../kernel/outlet';
import type { DeadLetter } from '../message/dead-letter';
import type { SendResult } from '../message/send-result';

/** Calls `work`, which tells a letter of one broker to observers. Failures that they cause in that broker make no letter (rule O4). */
export type TellLetter = (work: () => void) => void;

/** A queue, as a broker to which it is attached sees it. */
export interface LetterStore {
  /** Keeps a letter. Returns a function that tells the observers of the queue. The broker's `outbox` reports the errors of those that throw. */
  add(letter: DeadLetter, outbox: Outbox): () => void;
  /** Says that the broker has ended. The queue keeps its later letters, but does not tell them. */
  end(outbox: Outbox): void;
}

/** Sends the message of a letter again. */
export type Redeliver = (letter: DeadLetter) => Resent;

/** The result of sending a message again. It may have no route. */
export type Resent = SendResult | { readonly ok: false; readonly code: 'NoRoute' };

/** A letter, and the broker that it came from. */
export interface StoredLetter {
  readonly letter: DeadLetter;
  readonly source: TellLetter;
}

/** The inside of a `DeadLetterQueue`: the letters, the brokers that they come from, and the observers. */
export class LetterBox {
  evicted = 0;
  readonly arrivals: Outlet<DeadLetter> = new Outlet();
  readonly #capacity: number;
  #stored = new ChunkedQueue<StoredLetter, number>();
  /** Whether the observers of the queue are being told a letter. */
  #isTelling = false;
  /** The letters to be told after that one. */
  readonly #untold = new ChunkedQueue<() => void, number>();
  /** How each attached broker sends a letter again. `undefined` for a broker that has ended. */
  readonly #senders = new WeakMap<TellLetter, Redeliver | undefined>();
  #openBrokers = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  get size(): number {
    return this.#stored.size;
  }

  /** Attaches the queue to the broker that `source` stands for. `undefined` if it is attached already. */
  attach(source: TellLetter, redeliver: Redeliver): LetterStore | undefined {
    if (this.#senders.has(source)) return undefined;
    this.#senders.set(source, redeliver);
    this.#openBrokers++;
    return {
      add: (letter, outbox) => {
        this.add({ letter, source });
        const observers = this.arrivals.listeners();
        return () => this.#tell(() => outbox.tellEach(observers, letter), source);
      },
      end: (outbox) => {
        this.#senders.set(source, undefined);
        if (--this.#openBrokers === 0) this.arrivals.complete(outbox);
      },
    };
  }

  /** The function that sends the letters of a broker again. `undefined` if the broker has closed. */
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

  /** Takes out the letters that `filter` chooses. It sees a snapshot, since it may itself change the queue; only letters that are left go. */
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

  /** The letters of now, oldest first. */
  snapshot(): StoredLetter[] {
    const stored: StoredLetter[] = [];
    this.#stored.forEach((one) => stored.push(one));
    return stored;
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
}
