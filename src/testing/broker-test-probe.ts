import { type Observable, type Subscription, filter, isObservable } from 'rxjs';
import type { MessageBroker } from '../message/message-broker';
import { check, checkActorId, describeValue } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import type { BrokerEvent } from '../message/broker-event';
import type { DeadLetter } from '../message/dead-letter';
import { describeMessage } from './describe-message';
import { matches } from './matches';

/** A message that was sent, with any outcome. */
export type SentEvent = Extract<
  BrokerEvent,
  {
    /** Someone has sent it, to this target. */
    readonly kind: 'sent';
  }
>;

/**
 * What a message must be: equal to this, where of an object literal only the properties that it names count, at any depth; or such that
 * this function says true.
 */
export type MessageMatcher<Msg = any> = Partial<Msg> | Msg | ((message: Msg) => boolean);

/**
 * Watches a broker for a test: what was sent to whom since the probe was made. Imports no test runner; `expect…` throws, with what was
 * seen, and `assert…` answers true or false.
 *
 * While it watches, messages take the broker's slower path, in the same order. Refusals of a closed broker are not seen.
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
   * The targets so far of broadcasts that are not announced yet, by their message: an observer may send one while another is on its way.
   */
  readonly #unannounced = new Map<unknown, Set<ActorId | undefined>>();
  #lastTargets: ReadonlySet<ActorId | undefined> | undefined;

  /** @throws {TypeError} for what is no broker. */
  constructor(broker: MessageBroker) {
    check(isObservable((broker as MessageBroker | null)?.events$), 'broker must be a MessageBroker', broker);
    this.#broker = broker;
    this.#subscription = broker.events$.subscribe((event) => this.#note(event));
    this.#subscription.add(broker.broadcasts$.subscribe((message) => this.#announced(message)));
  }

  /** Every attempt to send from now on, refused ones too, in order. Completes when the broker closes. */
  get sent$(): Observable<SentEvent> {
    return this.#broker.events$.pipe(filter((event): event is SentEvent => event.kind === 'sent'));
  }

  /** Whether exactly `count` messages were sent to an actor since the probe was made: broadcasts included, refused ones too. */
  assertSent(id: ActorId, count: number): boolean {
    return this.messagesTo(id).length === count;
  }

  /** Whether the last broadcast had `targets` targets. False if there was none. */
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
   * The first message sent to an actor that matches.
   *
   * @throws {Error} if none does, with what was sent.
   */
  expectMessage<Msg>(id: ActorId<Msg>, matcher: MessageMatcher<Msg>): Msg {
    const messages = this.messagesTo(id);
    for (const message of messages) if (matches(message, matcher)) return message;
    const wanted = typeof matcher === 'function' ? 'that the matcher takes' : `like ${describeMessage(matcher)}`;
    throw new Error(`expected a message to ${describeValue(id)} ${wanted}, ${seen(messages)}`);
  }

  /** @throws {Error} if anything was sent to an actor, with what. */
  expectNoMessage(id: ActorId): void {
    const messages = this.messagesTo(id);
    if (messages.length > 0) throw new Error(`expected no message to ${describeValue(id)}, ${seen(messages)}`);
  }

  /** Stops watching. The messages seen so far stay, and subscriptions to `sent$` go on. */
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
   * A closing broker does not announce what it refuses: there a target that comes again begins the next broadcast of the same message.
   * (Nothing tells two such broadcasts apart whose filters let different actors pass: they count as one.)
   */
  #noteTarget({ message, target }: SentEvent): void {
    let targets = this.#unannounced.get(message);
    if (targets === undefined || targets.has(target)) this.#unannounced.set(message, (targets = new Set()));
    this.#lastTargets = targets.add(target);
  }

  /** A broadcast is announced right behind the attempts it made, if there were any. */
  #announced(message: unknown): void {
    this.#lastTargets = this.#unannounced.get(message) ?? new Set();
    this.#unannounced.delete(message);
  }
}

function seen(messages: readonly unknown[]): string {
  if (messages.length === 0) return 'saw none';
  return `saw ${messages.length}: ${messages.map(describeMessage).join(', ')}`;
}
