import { type Observable, type Subscription, filter, isObservable } from 'rxjs';
import type { MessageBroker } from '../message/message-broker';
import { check, checkActorId, describeValue } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import type { BrokerEvent } from '../message/broker-event';
import type { DeadLetter } from '../message/dead-letter';
import { describeMessage } from './describe-message';
import { matches } from './matches';

/** The event of a message that was sent, also of one that was refused. */
export type SentEvent = Extract<BrokerEvent, { readonly kind: 'sent' }>;

/**
 * Says which messages match. A function matches those for which it returns true. A plain object matches those that have its properties, at
 * any depth. Any other value matches those that equal it.
 */
export type MessageMatcher<Msg = any> = Partial<Msg> | Msg | ((message: Msg) => boolean);

/**
 * Records for a test which messages a broker sends to which actors, from now on. It imports no test runner: `expect…` throws an error that
 * shows the messages seen, and `assert…` returns true or false.
 *
 * While it records, messages take the broker's slower path, in the same order. Messages that a closed broker refuses are not recorded.
 *
 * ```ts
 * const probe = new BrokerTestProbe(broker);
 * broker.trySend(id, 'hello');
 * probe.assertSent(id, 1); // true
 * ```
 */
export class BrokerTestProbe {
  readonly #broker: MessageBroker;
  readonly #sent: SentEvent[] = [];
  readonly #letters: DeadLetter[] = [];
  readonly #subscription: Subscription;
  /**
   * The targets of each broadcast that `broadcasts$` has not told yet, by its message. There may be several, since an observer may send one.
   */
  readonly #unannounced = new Map<unknown, Set<ActorId | undefined>>();
  #lastTargets: ReadonlySet<ActorId | undefined> | undefined;

  /** @throws {TypeError} for anything but a broker. */
  constructor(broker: MessageBroker) {
    check(isObservable((broker as MessageBroker | null)?.events$), 'broker must be a MessageBroker', broker);
    this.#broker = broker;
    this.#subscription = broker.events$.subscribe((event) => this.#note(event));
    this.#subscription.add(broker.broadcasts$.subscribe((message) => this.#announced(message)));
  }

  /** Every attempt to send from its subscription on, refused ones too, in order. Completes when the broker closes. */
  get sent$(): Observable<SentEvent> {
    return this.#broker.events$.pipe(filter((event): event is SentEvent => event.kind === 'sent'));
  }

  /** Whether exactly `count` messages were sent to an actor since the probe was made, with broadcasts and refused ones. */
  assertSent(id: ActorId, count: number): boolean {
    return this.messagesTo(id).length === count;
  }

  /** Whether the last broadcast had exactly this many targets. False if there was none. */
  assertBroadcast(targets: number): boolean {
    return this.#lastTargets?.size === targets;
  }

  /** The messages sent to an actor since the probe was made, in order. */
  messagesTo<Msg>(id: ActorId<Msg>): Msg[] {
    checkActorId(id);
    return this.#sent.filter(({ target }) => target === id).map(({ message }) => message as Msg);
  }

  /** The dead letters since the probe was made, in order. */
  deadLetters(): readonly DeadLetter[] {
    return [...this.#letters];
  }

  /**
   * Returns the first message sent to an actor that matches.
   *
   * @throws {Error} if none matches, with the messages that were sent.
   */
  expectMessage<Msg>(id: ActorId<Msg>, matcher: MessageMatcher<Msg>): Msg {
    const messages = this.messagesTo(id);
    for (const message of messages) if (matches(message, matcher)) return message;
    const wanted = typeof matcher === 'function' ? 'that the matcher takes' : `like ${describeMessage(matcher)}`;
    throw new Error(`expected a message to ${describeValue(id)} ${wanted}, ${seen(messages)}`);
  }

  /** Checks that no message was sent to an actor. @throws {Error} if one was, with all messages. */
  expectNoMessage(id: ActorId): void {
    const messages = this.messagesTo(id);
    if (messages.length > 0) throw new Error(`expected no message to ${describeValue(id)}, ${seen(messages)}`);
  }

  /** Stops recording. The recorded messages stay, and subscriptions to `sent$` go on. */
  unsubscribe(): void {
    this.#subscription.unsubscribe();
  }

  #note(event: BrokerEvent): void {
    if (event.kind === 'dead-lettered') this.#letters.push(event.letter);
    if (event.kind !== 'sent') return;
    this.#sent.push(event);
    if (event.broadcast) this.#noteTarget(event);
  }

  /**
   * Notes a target of a broadcast. A closing broker does not tell `broadcasts$` what it refuses: there a target that comes again begins the
   * next broadcast of the same message. Two of these whose filters pass different actors count as one.
   */
  #noteTarget({ message, target }: SentEvent): void {
    let targets = this.#unannounced.get(message);
    if (targets === undefined || targets.has(target)) this.#unannounced.set(message, (targets = new Set()));
    this.#lastTargets = targets.add(target);
  }

  /** Ends a broadcast: `broadcasts$` tells it after its attempts. It may have had none. */
  #announced(message: unknown): void {
    this.#lastTargets = this.#unannounced.get(message) ?? new Set();
    this.#unannounced.delete(message);
  }
}

function seen(messages: readonly unknown[]): string {
  if (messages.length === 0) return 'saw none';
  return `saw ${messages.length}: ${messages.map(describeMessage).join(', ')}`;
}
