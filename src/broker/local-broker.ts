import { type Unsubscribable, Observable } from 'rxjs';
import { type Checks, check, checkActorId, checkFunction, checkOneOf, checkOptions, checkPositiveInteger, hasMethod } from '../failure/check';
import { runTell } from '../kernel/run';
import { TurnTimes } from '../kernel/turn-times';
import { coreOf } from '../mailbox/core-of';
import type { ActorId } from '../message/actor-id';
import type { BrokerEvent } from '../message/broker-event';
import type { BrokerMetrics } from '../message/broker-metrics';
import { checkBroadcast, checkPublish, checkSend, laneOnly } from '../message/check-send';
import type { CloseOptions } from '../message/closeable';
import type { DeadLetter } from '../message/dead-letter';
import { NORMAL_LANE } from '../message/lane';
import type { MailboxMetrics } from '../message/mailbox-metrics';
import type { AnyMailbox } from '../message/message-broker';
import { type Priority, PRIORITIES, laneOf } from '../message/priority';
import type { RegisterOptions, Registration, SpawnOptions } from '../message/registration';
import { type RoutingKey, checkRoutingKey } from '../message/routing-key';
import type { BroadcastOptions, PublishOptions, SendOptions, TellOptions } from '../message/send-options';
import { type BroadcastResult, type SendResult, SENT } from '../message/send-result';
import type { ActorRef } from '../message/sender';
import type { Publication, TopicBinding, TopicOptions } from '../message/topic';
import { parsePattern, parseTopic } from '../message/topic-pattern';
import type { DeadLetterQueue } from '../observability/dead-letter-queue';
import { isSampleDue } from '../observability/routing-latency';
import { ReplyStream } from './ask';
import { type BrokerOptions, resolveBroker } from './broker-options';
import { BrokerParts } from './broker-parts';
import { closingOf, resolveClose } from './closing';
import { metricsOf } from './metrics-stream';
import { offering } from './offering';
import { REGISTER } from './registrar';
import { tell } from './tell';

/** Any value is an initial one. */
const TOPIC_CHECKS: Checks<TopicOptions> = { initial: () => undefined };

/**
 * The broker in one process: each method checks its arguments and calls the part that does the work. Its public type is
 * `InMemoryMessageBroker`. Parameters have plain types here, since TypeScript cannot compare a class's generic methods with an interface's.
 */
export class LocalBroker {
  /** The inside. It is not `#private`, since Vue wraps objects in proxies. */
  protected readonly parts: BrokerParts;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  /** @throws {TypeError | RangeError} for a bad option. */
  constructor(options?: BrokerOptions) {
    this.parts = new BrokerParts(resolveBroker(options), this);
  }

  static withCapacity(expectedActors: number, options?: BrokerOptions): LocalBroker {
    checkPositiveInteger(expectedActors, 'expectedActors');
    const broker = new LocalBroker(options);
    broker.parts.registry.reserve(expectedActors);
    return broker;
  }

  withDeadLetterQueue(queue: DeadLetterQueue): this {
    check(hasMethod(queue, 'redeliver'), 'queue must be a DeadLetterQueue', queue);
    this.parts.system.journal.store(queue, (letter) => this.parts.routes.redeliver(letter));
    return this;
  }

  // Actors -------------------------------------------------------------------------------------------

  register(id: string, mailbox: AnyMailbox, options?: RegisterOptions): Registration {
    checkActorId(id);
    checkOptions(options, REGISTER);
    return this.parts.registrar.register(id, coreOf(mailbox), options?.topics);
  }

  unregister(id: string): void {
    const core = this.parts.registry.own(checkActorId(id));
    this.parts.registrar.end(core, core.lives);
  }

  spawn(id: string, first: unknown, second?: unknown, third?: SpawnOptions): Registration {
    return this.parts.registrar.spawn(checkActorId(id), first, second, third);
  }

  ref<Msg>(id: ActorId<Msg>): ActorRef<Msg> {
    checkActorId(id);
    return { id, send: (message, options) => this.send(id, message, options), trySend: (message, options) => this.trySend(id, message, options) };
  }

  watch(id: string): Observable<void> {
    return this.parts.registry.watch(checkActorId(id));
  }

  isRegistered(id: string): boolean {
    return this.parts.actors.has(checkActorId(id));
  }

  registeredCount(): number {
    return this.parts.actors.size;
  }

  actorIds(): ActorId[] {
    return [...this.parts.actors.keys()] as ActorId[];
  }

  // Sending ------------------------------------------------------------------------------------------

  send(id: string, message: unknown, options?: SendOptions): Observable<any> {
    if (options === undefined && typeof id === 'string' && id !== '') return new ReplyStream(this.parts.system, id, message, null);
    return this.parts.ask(id, message, checkSend(options), options, null);
  }

  trySend(id: string, message: unknown, options?: TellOptions): SendResult {
    const { actors, dispatcher, system } = this.parts;
    const core = actors.get(id);
    if (core !== undefined && core.isDirect && dispatcher.stack === 'quiet') {
      if (isSampleDue(core)) system.journal.latency.sampleDirect(actors, id);
      const lane = options === undefined ? NORMAL_LANE : laneOnly(options);
      if (lane !== undefined) {
        runTell(core, dispatcher, message, lane);
        return SENT;
      }
    }
    return tell(system, id, core, message, options, null);
  }

  offer(id: string, message: unknown, options?: SendOptions): Observable<void> {
    return offering(this.parts.system, checkActorId(id), message, checkSend(options), options);
  }

  sendWithPriority(id: string, message: unknown, priority: Priority, options?: SendOptions): Observable<any> {
    checkSend(options);
    return this.parts.ask(id, message, laneOf(checkOneOf(priority, 'priority', PRIORITIES)), options, null);
  }

  sendWithRouting(key: RoutingKey, message: unknown, options?: SendOptions): Observable<any> {
    const { topic, lane } = checkRoutingKey(key, checkSend(options));
    return new Observable((subscriber) => this.parts.routes.ask(key, message, { lane, options, topic }, subscriber));
  }

  // To many ------------------------------------------------------------------------------------------

  broadcast(message: unknown, options?: BroadcastOptions): Observable<BroadcastResult<any>> {
    return this.parts.broadcasts.ask(message, undefined, checkBroadcast(options), options);
  }

  broadcastFilter(message: unknown, filter: (id: ActorId) => boolean, options?: BroadcastOptions): Observable<BroadcastResult<any>> {
    checkFunction(filter, 'filter');
    return this.parts.broadcasts.ask(message, filter, checkBroadcast(options), options);
  }

  tryBroadcast(message: unknown, filter?: (id: ActorId) => boolean): number {
    if (filter !== undefined) checkFunction(filter, 'filter');
    return this.parts.broadcasts.tell(message, filter);
  }

  get broadcasts$(): Observable<unknown> {
    return this.parts.broadcasts.outlet.stream;
  }

  // Topics -------------------------------------------------------------------------------------------

  bind(topic: string, id: string): Unsubscribable {
    parsePattern(topic);
    checkActorId(id);
    this.parts.dispatcher.unfold();
    return this.parts.topics.bind(topic, this.parts.registry.own(id));
  }

  publish(key: string | RoutingKey, message: unknown, options?: PublishOptions): number {
    const { topic, lane } = checkRoutingKey(typeof key === 'string' ? { topic: key } : key, NORMAL_LANE);
    return this.parts.topics.publish(topic, message, lane, checkPublish(options));
  }

  topic$(pattern: string, options?: TopicOptions): Observable<any> {
    checkOptions(options, TOPIC_CHECKS);
    return this.parts.topics.observe(pattern, ({ message }): unknown => message, options);
  }

  publications$(pattern: string): Observable<Publication> {
    return this.parts.topics.observe(pattern, (publication) => publication);
  }

  retained(topic: string): any {
    parseTopic(topic);
    return this.parts.topics.retained.get(topic);
  }

  clearRetained(topic: string): void {
    parseTopic(topic);
    this.parts.topics.clearRetained(topic);
  }

  // Seeing what happened -----------------------------------------------------------------------------

  metrics(): BrokerMetrics {
    this.parts.dispatcher.unfold();
    return this.parts.system.journal.metrics(this.parts.system.counts, this.parts.actors);
  }

  mailboxMetrics(id: string): MailboxMetrics | undefined {
    const { actors, dispatcher, settings } = this.parts;
    dispatcher.unfold();
    const metrics = actors.get(checkActorId(id))?.metrics();
    return metrics !== undefined && settings.turnTimes ? { turnTimes: new TurnTimes().seen, ...metrics } : metrics;
  }

  bindings(): readonly TopicBinding[] {
    return this.parts.topics.bindings();
  }

  get metrics$(): Observable<BrokerMetrics> {
    return (this.parts.metrics$ ??= metricsOf(this.parts, () => this.metrics()));
  }

  get deadLetters$(): Observable<DeadLetter> {
    return this.parts.system.journal.deadLetters$;
  }

  get events$(): Observable<BrokerEvent> {
    return this.parts.system.journal.events$;
  }

  eventsOf(...ids: string[]): Observable<BrokerEvent> {
    return this.parts.system.journal.eventsOf(ids.map(checkActorId));
  }

  close(options?: CloseOptions): Promise<void> {
    const settings = resolveClose(options);
    this.parts.dispatcher.unfold();
    const { parts } = this;
    if (parts.closing === undefined) {
      const { leaving, registrar, system } = parts;
      parts.closing = closingOf(system, { endActors: () => registrar.endAll(), completeStreams: () => parts.completeStreams(), leaving });
      parts.closing.begin(settings);
    }
    // A second call with `drain: false` ends the first one at once.
    else if (!settings.drain) parts.closing.end();
    return parts.closing.promise;
  }
}
