import { type Unsubscribable, Observable, interval, map, startWith } from 'rxjs';
import { type Checks, check, checkActorId, checkBoolean, checkEach, checkFunction, checkOneOf, checkOptions, checkPositiveInteger, hasMethod } from '../failure/check';
import { breakCircles } from '../kernel/deadlock';
import type { Dispatcher } from '../kernel/dispatcher';
import type { MailboxCore } from '../kernel/mailbox-core';
import { Outlet } from '../kernel/outlet';
import { runTell } from '../kernel/run';
import type { Task } from '../kernel/task';
import { LONGEST_DELAY } from '../kernel/timers';
import { coreOf } from '../mailbox/core-of';
import { resolveMailbox } from '../mailbox/mailbox-options';
import type { ActorId } from '../message/actor-id';
import type { BrokerEvent } from '../message/broker-event';
import type { BrokerMetrics } from '../message/broker-metrics';
import { checkBroadcast, checkSend, laneOnly } from '../message/check-send';
import type { CloseOptions } from '../message/closeable';
import type { DeadLetter } from '../message/dead-letter';
import { NORMAL_LANE } from '../message/lane';
import type { AnyMailbox } from '../message/message-broker';
import { type Priority, PRIORITIES, laneOf } from '../message/priority';
import type { RegisterOptions, Registration, SpawnOptions } from '../message/registration';
import { type RoutingKey, checkRoutingKey } from '../message/routing-key';
import type { BroadcastOptions, PublishOptions, SendOptions, TellOptions } from '../message/send-options';
import { type BroadcastResult, type SendResult, SENT } from '../message/send-result';
import type { ActorRef } from '../message/sender';
import type { Publication, TopicOptions } from '../message/topic';
import { parsePattern, parseTopic } from '../message/topic-pattern';
import type { DeadLetterQueue } from '../observability/dead-letter-queue';
import { isSampleDue } from '../observability/routing-latency';
import { roundRobin } from '../routing/round-robin';
import { ReplyStream, ask } from './ask';
import { Broadcasts } from './broadcasts';
import { type BrokerOptions, type BrokerSettings, resolveBroker } from './broker-options';
import { BrokerSystem } from './broker-system';
import { type Closing, closingOf, resolveClose } from './closing';
import { Registrar } from './registrar';
import { Registry } from './registry';
import { Routes } from './routes';
import { tell } from './tell';
import { Topics } from './topics';
import { isCalledOff } from './until-aborted';

/** Any value is an initial one. */
const TOPIC_CHECKS: Checks<TopicOptions> = { initial: () => undefined };

/**
 * The broker in one process: what every call checks, and where it goes from there. `InMemoryMessageBroker` is its public type; here
 * the parameters are plain, since TypeScript cannot compare the generic signatures of a class with those of an interface.
 */
export class LocalBroker {
  readonly #settings: BrokerSettings;
  readonly #system: BrokerSystem;
  /** The system's, held here too: every send looks them up. */
  readonly #dispatcher: Dispatcher;
  readonly #actors: ReadonlyMap<string, MailboxCore>;
  readonly #registry: Registry;
  readonly #registrar: Registrar;
  readonly #broadcasts: Broadcasts;
  readonly #topics: Topics;
  /** Completes `metrics$` when the broker has ended. */
  readonly #metrics = new Outlet<BrokerMetrics>();
  #routes: Routes | undefined;
  #closing: Closing | undefined;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  /** @throws {TypeError | RangeError} for an option out of its range. */
  constructor(options?: BrokerOptions) {
    const settings = resolveBroker(options);
    this.#settings = settings;
    const mailbox = resolveMailbox(settings.mailbox);
    const system: BrokerSystem = new BrokerSystem(settings, {
      broker: this,
      ask: (task, id, message, to) => this.#ask(id, message, checkSend(to), to, task),
      tell: (task, id, message, to) => tell(system, id, system.actors.get(id), message, to, task),
      breakCircles,
      tellMailbox: (id, message) => void this.trySend(id, message),
    });
    this.#system = system;
    this.#dispatcher = system.dispatcher;
    this.#actors = system.actors;
    this.#registry = new Registry(system);
    this.#broadcasts = new Broadcasts(system, this.#registry);
    this.#topics = new Topics(system, settings.maxRetained);
    this.#registrar = new Registrar(system, this.#registry, this.#topics, mailbox);
  }

  static withCapacity(expectedActors: number, options?: BrokerOptions): LocalBroker {
    checkPositiveInteger(expectedActors, 'expectedActors');
    const broker = new LocalBroker(options);
    broker.#registry.reserve(expectedActors);
    return broker;
  }

  withDeadLetterQueue(queue: DeadLetterQueue): this {
    check(hasMethod(queue, 'redeliver'), 'queue must be a DeadLetterQueue', queue);
    this.#system.journal.store(queue, (letter) => this.#routing().redeliver(letter));
    return this;
  }

  // Actors -------------------------------------------------------------------------------------------

  register(id: string, mailbox: AnyMailbox, options?: RegisterOptions): Registration {
    return this.#registrar.register(checkActorId(id), coreOf(mailbox), options);
  }

  unregister(id: string): void {
    const core = this.#registry.registered(checkActorId(id));
    this.#registrar.end(core, core.lives);
  }

  spawn(id: string, first: unknown, second?: unknown, third?: SpawnOptions): Registration {
    return this.#registrar.spawn(checkActorId(id), first, second, third);
  }

  ref<Msg>(id: ActorId<Msg>): ActorRef<Msg> {
    checkActorId(id);
    return { id, send: (message, options) => this.send(id, message, options), trySend: (message, options) => this.trySend(id, message, options) };
  }

  watch(id: string): Observable<void> {
    return this.#registry.watch(checkActorId(id));
  }

  isRegistered(id: string): boolean {
    return this.#actors.has(checkActorId(id));
  }

  registeredCount(): number {
    return this.#actors.size;
  }

  actorIds(): ActorId[] {
    return [...this.#actors.keys()] as ActorId[];
  }

  // Sending ------------------------------------------------------------------------------------------

  send(id: string, message: unknown, options?: SendOptions): Observable<any> {
    if (options === undefined && typeof id === 'string' && id !== '') return new ReplyStream(this.#system, id, message, null);
    return this.#ask(id, message, checkSend(options), options, null);
  }

  trySend(id: string, message: unknown, options?: TellOptions): SendResult {
    const core = this.#actors.get(id);
    const dispatcher = this.#dispatcher;
    if (core !== undefined && core.isIdle && dispatcher.stack === 'quiet' && !isSampleDue(core)) {
      const lane = options === undefined ? NORMAL_LANE : laneOnly(options);
      if (lane !== undefined) {
        runTell(core, dispatcher, message, lane);
        return SENT;
      }
    }
    return tell(this.#system, id, core, message, options, null);
  }

  sendWithPriority(id: string, message: unknown, priority: Priority, options?: SendOptions): Observable<any> {
    checkSend(options);
    return this.#ask(id, message, laneOf(checkOneOf(priority, 'priority', PRIORITIES)), options, null);
  }

  sendWithRouting(key: RoutingKey, message: unknown, options?: SendOptions): Observable<any> {
    const { topic, lane } = checkRoutingKey(key, checkSend(options));
    const system = this.#system;
    return new Observable((subscriber) => {
      if (isCalledOff(subscriber, options?.signal)) return;
      ask(system, this.#routing().pick(key, message), message, { lane, options, topic }, subscriber);
    });
  }

  // To many ------------------------------------------------------------------------------------------

  broadcast(message: unknown, options?: BroadcastOptions): Observable<BroadcastResult<any>> {
    return this.#broadcasts.ask(message, undefined, checkBroadcast(options), options);
  }

  broadcastFilter(message: unknown, filter: (id: ActorId) => boolean, options?: BroadcastOptions): Observable<BroadcastResult<any>> {
    checkFunction(filter, 'filter');
    return this.#broadcasts.ask(message, filter, checkBroadcast(options), options);
  }

  tryBroadcast(message: unknown, filter?: (id: ActorId) => boolean): number {
    if (filter !== undefined) checkFunction(filter, 'filter');
    return this.#broadcasts.tell(message, filter);
  }

  get broadcasts$(): Observable<unknown> {
    return this.#broadcasts.outlet.stream;
  }

  // Topics -------------------------------------------------------------------------------------------

  bind(topic: string, id: string): Unsubscribable {
    parsePattern(topic);
    checkActorId(id);
    this.#dispatcher.unfold();
    return this.#topics.bind(topic, this.#registry.registered(id));
  }

  publish(key: string | RoutingKey, message: unknown, options?: PublishOptions): number {
    const { topic, lane } = checkRoutingKey(typeof key === 'string' ? { topic: key } : key, NORMAL_LANE);
    checkOptions(options);
    const { retain = false } = options ?? {};
    checkBoolean(retain, 'retain');
    return this.#topics.publish(topic, message, lane, retain);
  }

  topic$(pattern: string, options?: TopicOptions): Observable<any> {
    if (options !== undefined) checkEach(options, TOPIC_CHECKS);
    return this.#topics.observe(pattern, ({ message }): unknown => message, options);
  }

  publications$(pattern: string): Observable<Publication> {
    return this.#topics.observe(pattern, (publication) => publication);
  }

  retained(topic: string): any {
    parseTopic(topic);
    return this.#topics.retained.get(topic);
  }

  clearRetained(topic: string): void {
    parseTopic(topic);
    this.#topics.retained.delete(topic);
  }

  // Seeing what happened -----------------------------------------------------------------------------

  metrics(): BrokerMetrics {
    this.#dispatcher.unfold();
    return this.#system.journal.metrics(this.#system.counts, this.#actors);
  }

  get metrics$(): Observable<BrokerMetrics> {
    const { metricsInterval, scheduler } = this.#settings;
    return new Observable((subscriber) => {
      subscriber.add(this.#metrics.add(subscriber));
      interval(Math.min(metricsInterval, LONGEST_DELAY), scheduler)
        .pipe(startWith(0), map(() => this.metrics()))
        .subscribe(subscriber);
    });
  }

  get deadLetters$(): Observable<DeadLetter> {
    return this.#system.journal.deadLetters$;
  }

  get events$(): Observable<BrokerEvent> {
    return this.#system.journal.events$;
  }

  close(options?: CloseOptions): Promise<void> {
    const settings = resolveClose(options);
    this.#dispatcher.unfold();
    if (this.#closing === undefined) {
      this.#closing = closingOf(this.#system, () => this.#registrar.endAll(), () => this.#completeStreams());
      this.#closing.begin(settings);
    }
    // A second call with `drain: false` ends the first one at once.
    else if (!settings.drain) this.#closing.end();
    return this.#closing.promise;
  }

  // --------------------------------------------------------------------------------------------------

  /** Made when it is first asked for: few brokers route, or have a dead letter queue. */
  #routing(): Routes {
    return (this.#routes ??= new Routes(this.#system, this.#topics, this.#settings.router ?? roundRobin()));
  }

  #ask(id: string, message: unknown, lane: number, options: SendOptions | undefined, parent: Task | null): Observable<unknown> {
    return new ReplyStream(this.#system, checkActorId(id), message, { lane, options, parent });
  }

  #completeStreams(): void {
    this.#system.journal.end();
    this.#broadcasts.outlet.complete();
    this.#topics.close();
    this.#metrics.complete();
  }
}
