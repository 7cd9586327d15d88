import { type Observable, filter, isObservable } from 'rxjs';
import type { MessageBroker } from '../message/message-broker';
import { check, checkActorId, describeValue } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import type { DeadLetter } from '../message/dead-letter';
import { describeMessage } from './describe-message';
import { matches } from './matches';
import { type SentEvent, ProbeNotes } from './probe-notes';

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
  /** The inside. No `#private` state: users wrap probes in proxies. */
  private readonly notes: ProbeNotes;

  /** @throws {TypeError} for what is no broker. */
  constructor(broker: MessageBroker) {
    check(isObservable((broker as MessageBroker | null)?.events$), 'broker must be a MessageBroker', broker);
    this.notes = new ProbeNotes(broker);
  }

  /** Every attempt to send from now on, refused ones too, in order. Completes when the broker closes. */
  get sent$(): Observable<SentEvent> {
    return this.notes.broker.events$.pipe(filter((event): event is SentEvent => event.kind === 'sent'));
  }

  /** Whether exactly `count` messages were sent to an actor since the probe was made: broadcasts included, refused ones too. */
  assertSent(id: ActorId, count: number): boolean {
    return this.messagesTo(id).length === count;
  }

  /** Whether the last broadcast had `targets` targets. False if there was none. */
  assertBroadcast(targets: number): boolean {
    return this.notes.lastTargets?.size === targets;
  }

  /** The messages sent to an actor since the probe was made, in order. */
  messagesTo<Msg>(id: ActorId<Msg>): Msg[] {
    checkActorId(id);
    return this.notes.sent.filter(({ target }) => target === id).map(({ message }) => message as Msg);
  }

  /** The dead letters since the probe was made, in order. */
  deadLetters(): readonly DeadLetter[] {
    return [...this.notes.letters];
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
    this.notes.subscription.unsubscribe();
  }
}

function seen(messages: readonly unknown[]): string {
  if (messages.length === 0) return 'saw none';
  return `saw ${messages.length}: ${messages.map(describeMessage).join(', ')}`;
}
