import { type Observable, filter, isObservable } from 'rxjs';
import type { MessageBroker } from '../message/message-broker';
import { check, checkActorId, describeValue } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import type { DeadLetter } from '../message/dead-letter';
import { describeMessage } from './describe-message';
import { matches } from './matches';
import { type SentEvent, ProbeNotes } from './probe-notes';

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
  /** The inside. It is not `#private`, since Vue wraps objects in proxies. */
  /** Every attempt to send from its subscription on, refused ones too, in order. Completes when the broker closes. */
  readonly sent$: Observable<SentEvent>;
  private readonly notes: ProbeNotes;

  /** @throws {TypeError} for anything but a broker. */
  constructor(broker: MessageBroker) {
    check(isObservable((broker as MessageBroker | null)?.events$), 'broker must be a MessageBroker', broker);
    this.notes = new ProbeNotes(broker);
    this.sent$ = broker.events$.pipe(filter((event): event is SentEvent => event.kind === 'sent'));
  }

  /** Whether exactly `count` messages were sent to an actor since the probe was made, with broadcasts and refused ones. */
  assertSent(id: ActorId, count: number): boolean {
    return this.messagesTo(id).length === count;
  }

  /** Whether the last broadcast had exactly this many targets. False if there was none. */
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
    this.notes.subscription.unsubscribe();
  }
}

function seen(messages: readonly unknown[]): string {
  if (messages.length === 0) return 'saw none';
  return `saw ${messages.length}: ${messages.map(describeMessage).join(', ')}`;
}
