import { Observable } from 'rxjs';
import { checkBoolean, checkOptions, checkFunction, checkPositiveInteger } from '../failure/check';
import type { FailureCode } from '../failure/failure-code';
import type { DeadLetter } from '../message/dead-letter';
import { type LetterStore, type Redeliver, type TellLetter, LetterBox } from './letter-box';

/** What became of one redelivered letter. */
export interface Redelivery {
  /** The letter, as it was taken out of the queue. */
  readonly letter: DeadLetter;
  /** Whether the message was taken in again. */
  readonly ok: boolean;
  /** Why the message was not taken in again. */
  readonly code?: FailureCode | 'NoRoute';
}

/** Options of a redelivery. */
export interface RedeliverOptions {
  /** Whether letters are sent again whose sender waited for a reply, and got the error. Default false. */
  readonly includeAsked?: boolean;
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
  /** The most letters that it holds. */
  readonly capacity: number;
  /** The inside. It is not `#private`, since Vue wraps objects in proxies. */
  private readonly box: LetterBox;

  /** `capacity`: the most letters that the queue holds, default 1,000. @throws {TypeError | RangeError} unless it is an integer of at least 1. */
  constructor(options: { readonly capacity?: number } = {}) {
    checkOptions(options, { capacity: checkPositiveInteger });
    this.capacity = options.capacity ?? CAPACITY;
    this.box = new LetterBox(this.capacity);
  }

  /**
   * Every letter as it arrives. It never errors, and completes for good when the last open broker of the queue has closed. Later letters, of
   * a closed broker or of one that is attached after that, are kept and not told.
   */
  get letters$(): Observable<DeadLetter> {
    return this.box.arrivals.stream;
  }

  /** The letters that the queue holds now, oldest first: a new array. */
  letters(): readonly DeadLetter[] {
    return this.box.snapshot().map(({ letter }) => letter);
  }

  /** How many letters it holds now. */
  get size(): number {
    return this.box.size;
  }

  /** How many letters were evicted by newer ones. */
  get evicted(): number {
    return this.box.evicted;
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
    checkOptions(options, { includeAsked: checkBoolean });
    return new Observable((subscriber) => {
      const taken = this.box.take((letter) => (options.includeAsked === true || !letter.asked) && filter(letter));
      for (const stored of taken) {
        const { letter, source } = stored;
        const redeliver = this.box.senderOf(source);
        // The broker has closed, so the letter stays in the queue.
        if (redeliver === undefined) this.box.add(stored);
        const result = redeliver?.(letter) ?? ({ ok: false, code: 'BrokerClosed' } as const);
        subscriber.next(result.ok ? { letter, ok: true } : { letter, ok: false, code: result.code });
      }
      subscriber.complete();
    });
  }

  /** Takes all letters out and returns them, oldest first. */
  drain(): DeadLetter[] {
    return this.box.take(() => true).map(({ letter }) => letter);
  }

  /** Takes all letters out. `evicted` does not count them. */
  clear(): void {
    this.box.take(() => true);
  }

  /** @internal Attaches the queue to the broker that `source` stands for. `undefined` if it is attached already. */
  attach(source: TellLetter, redeliver: Redeliver): LetterStore | undefined {
    return this.box.attach(source, redeliver);
  }
}
