import { Observable, ReplaySubject, type Unsubscribable, defer, interval, map, startWith, takeUntil } from 'rxjs';
import { check, checkActorId, checkBoolean, checkFunction, checkOneOf, checkOptions, checkPositiveInteger } from '../failure/check';
import { consumerOf } from '../mailbox/actor/consumer';
import { tellDirect } from '../mailbox/direct';
import { Dispatch } from '../mailbox/dispatch/dispatch';
import type { Host } from '../mailbox/dispatch/host';
import { LONGEST_DELAY } from '../mailbox/dispatch/pace';
import { Mailbox } from '../mailbox/mailbox';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { leaveBehind } from '../mailbox/mailbox-end';
import { CLOSING, FREEZING, LONG_WAY, QUEUED } from '../mailbox/state/flags';
import { TAKEN } from '../mailbox/taken';
import { breakCircles } from '../mailbox/turn/deadlock';
import type { Turn } from '../mailbox/turn/turn';
import { park } from '../mailbox/waiting-room';
import type { ActorId } from '../message/actor-id';
import { checkBroadcast, checkSend, laneOnly } from '../message/check-send';
import { NORMAL_LANE } from '../message/lane';
import { PRIORITIES, type Priority, laneOf } from '../message/priority';
import { isProtocol } from '../message/protocol';
import { type RoutingKey, checkRoutingKey } from '../message/routing-key';
import type { BroadcastOptions, PublishOptions, SendOptions, TellOptions } from '../message/send-options';
import { SENT, type SendResult } from '../message/send-result';
import { parsePattern, parseTopic } from '../message/topic-pattern';
import type { BrokerEvent } from '../observability/broker-event';
import type { BrokerMetrics } from '../observability/broker-metrics';
import type { DeadLetter } from '../observability/dead-letter';
import type { DeadLetterQueue } from '../observability/dead-letter-queue';
import { Ledger } from '../observability/ledger';
import { Outlet } from '../observability/outlet';
import { SAMPLE_MASK } from '../observability/sampling';
import { roundRobin } from '../routing/round-robin';
import { type ActorRef, SenderRef } from './actor-ref';
import { ReplyStream, adopt, offerRecord, propertiesOf, recordOf } from './ask';
import { type BroadcastContext, broadcastFrom } from './broadcast';
import type { BroadcastResult } from './broadcast-result';
import { type BrokerOptions, type BrokerSettings, logOf, resolveBroker } from './broker-options';
import { checkClose, closeQuietly } from './closing';
import type { CloseOptions, Publication } from './message-broker';
import { multicast } from './multicast';
import { Registrar } from './registrar';
import type { Registration } from './registration';
import { Registry } from './registry';
import { Routes } from './routes';
import type { RegisterOptions, SpawnOptions } from './spawn-options';
import { spawnedMailbox } from './spawned-mailbox';
import { Teller } from './teller';
import { Topics } from './topics';
import { isCalledOff } from './until-aborted';

/**
 * The broker in one process: what every call checks, and where it goes from there. `InMemoryMessageBroker` is its public type; here
 * the parameters are plain, since TypeScript cannot compare the generic signatures of a class with those of an interface.
 */
export class LocalBroker {
  readonly #settings: BrokerSettings;
  readonly #ledger: Ledger;
  readonly #dispatch: Dispatch;
  readonly #registry = new Registry();
  /** The registry's table, held here too: every send looks it up. */
  readonly #actors: ReadonlyMap<string, MailboxCore>;
  readonly #broadcasts = new Outlet<unknown>();
  readonly #context: BroadcastContext;
  readonly #teller: Teller;
  readonly #registrar: Registrar;
  // Made when they are first asked for: a test makes a broker for each case, and few of them use everything.
  #madeTopics: Topics | undefined;
  #madeRoutes: Routes | undefined;
  #madeEnd: ReplaySubject<void> | undefined;
  #closing: Promise<void> | undefined;
  #endNow: (() => void) | undefined;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  /** @throws {TypeError | RangeError} for an option out of its range. */
  constructor(options?: BrokerOptions) {
    this.#settings = resolveBroker(options);
    const { name, scheduler, dispatcher, freezeMessages, requestTimeout } = this.#settings;
    const host: Host = {
      broker: this,
      requestTimeout,
      adopt,
      breakCircles,
      leaveBehind,
      park,
      askFrom: (turn, id, message, to) => this.#ask(id, message, checkSend(to), to, turn),
      tellFrom: (turn, id, message, to) => this.#teller.tell(id, this.#actors.get(id), message, to, turn),
    };
    this.#ledger = new Ledger(logOf(options));
    this.#dispatch = new Dispatch(this.#ledger, { name, scheduler, dispatcher, host });
    this.#actors = this.#registry.actors;
    this.#ledger.belongTo(this.#dispatch, this.#actors);
    this.#context = {
      actors: this.#actors,
      dispatch: this.#dispatch,
      ledger: this.#ledger,
      requestTimeout,
      broadcasts: this.#broadcasts,
      targets: (filter) => this.#registry.passing(filter),
    };
    this.#registrar = new Registrar(this.#context, this.#registry, {
      bind: (pattern, core) => this.#topics().bind(pattern, core),
      forget: (core) => this.#madeTopics?.forget(core),
    });
    this.#teller = new Teller(this.#context);
    if (freezeMessages) this.#dispatch.flags |= FREEZING;
  }

  static withCapacity(expectedActors: number, options?: BrokerOptions): LocalBroker {
    checkPositiveInteger(expectedActors, 'expectedActors');
    const broker = new LocalBroker(options);
    broker.#registry.reserve(expectedActors);
    return broker;
  }

  withDeadLetterQueue(queue: DeadLetterQueue): this {
    check(typeof queue?.redeliver === 'function', 'queue must be a DeadLetterQueue', queue);
    this.#ledger.store(queue, (letter) => this.#routes().redeliver(letter, this.#teller));
    return this;
  }

  // Actors -------------------------------------------------------------------------------------------

  register(id: string, mailbox: Mailbox, options?: RegisterOptions): Registration {
    return this.#registrar.register(checkActorId(id), Mailbox.coreOf(mailbox), options);
  }

  unregister(id: string): void {
    checkActorId(id);
    this.#dispatch.settleFanOut();
    const core = this.#registry.registered(id);
    this.#registrar.end(core, core.lives);
  }

  spawn(id: string, first: unknown, second?: unknown, third?: SpawnOptions): Registration {
    checkActorId(id);
    const hasProtocol = isProtocol(first);
    const options = (hasProtocol ? third : second) as SpawnOptions | undefined;
    const consumer = consumerOf(first, hasProtocol ? (second ?? null) : undefined);
    return this.#registrar.register(id, spawnedMailbox(this.#dispatch, this.#settings, consumer, options), options);
  }

  ref<Msg>(id: ActorId<Msg>): ActorRef<Msg> {
    checkActorId(id);
    return new SenderRef<Msg>(this, id);
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
    return this.#registry.ids();
  }

  // Sending ------------------------------------------------------------------------------------------

  send(id: string, message: unknown, options?: SendOptions): Observable<any> {
    if (options === undefined && typeof id === 'string' && id !== '') return new ReplyStream(this.#context, id, message, null);
    return this.#ask(id, message, checkSend(options), options, null);
  }

  trySend(id: string, message: unknown, options?: TellOptions): SendResult {
    const core = this.#actors.get(id);
    const dispatch = this.#dispatch;
    if (core !== undefined && ((core.delivered & SAMPLE_MASK) !== 0 || (core.flags & QUEUED) !== 0)) {
      const lane = options === undefined ? NORMAL_LANE : laneOnly(options);
      if (lane !== undefined) {
        if ((core.flags | dispatch.flags) === 0) {
          tellDirect(core, dispatch, message, lane);
          return SENT;
        }
        const code = (dispatch.flags & LONG_WAY) === 0 ? core.enqueue(dispatch, message, lane) : undefined;
        if (code === TAKEN) return SENT;
        if (code !== undefined) return this.#teller.refuse(core, message, lane, code);
      }
    }
    return this.#teller.tell(id, core, message, options, null);
  }

  sendWithPriority(id: string, message: unknown, priority: Priority, options?: SendOptions): Observable<any> {
    checkSend(options);
    return this.#ask(id, message, laneOf(checkOneOf(priority, 'priority', PRIORITIES)), options, null);
  }

  sendWithRouting(key: RoutingKey, message: unknown, options?: SendOptions): Observable<any> {
    const { topic, lane } = checkRoutingKey(key, checkSend(options));
    const details = { lane, options, topic };
    return new Observable((subscriber) => {
      if (isCalledOff(subscriber, options?.signal)) return;
      if (this.#dispatch.isRefusing) {
        offerRecord(this.#dispatch, null, undefined, recordOf(this.#dispatch, message, lane, propertiesOf(details), subscriber), false);
        return;
      }
      const id = this.#routes().find(key, message, details, true);
      if (typeof id === 'string') new ReplyStream(this.#context, id, message, details).subscribe(subscriber);
      else subscriber.error(id);
    });
  }

  // To many ------------------------------------------------------------------------------------------

  broadcast(message: unknown, options?: BroadcastOptions): Observable<BroadcastResult<any>> {
    return broadcastFrom(this.#context, message, undefined, checkBroadcast(options), options);
  }

  broadcastFilter(message: unknown, filter: (id: ActorId) => boolean, options?: BroadcastOptions): Observable<BroadcastResult<any>> {
    checkFunction(filter, 'filter');
    return broadcastFrom(this.#context, message, filter, checkBroadcast(options), options);
  }

  tryBroadcast(message: unknown, filter?: (id: ActorId) => boolean): number {
    this.#dispatch.settleFanOut();
    if (filter !== undefined) checkFunction(filter, 'filter');
    const targets = this.#registry.passing(filter);
    const count = filter === undefined ? this.#registry.size : targets.length;
    const observers = this.#broadcasts;
    return multicast(this.#context, { targets, count, message, lane: NORMAL_LANE, topic: undefined, observers, told: message });
  }

  get broadcasts$(): Observable<unknown> {
    return this.#broadcasts.stream;
  }

  // Topics -------------------------------------------------------------------------------------------

  bind(topic: string, id: string): Unsubscribable {
    parsePattern(topic);
    checkActorId(id);
    this.#dispatch.settleFanOut();
    return this.#topics().bind(topic, this.#registry.registered(id));
  }

  publish(key: string | RoutingKey, message: unknown, options?: PublishOptions): number {
    const { topic, lane } = checkRoutingKey(typeof key === 'string' ? { topic: key } : key, NORMAL_LANE);
    checkOptions(options);
    this.#dispatch.settleFanOut();
    const { retain = false } = options ?? {};
    checkBoolean(retain, 'retain');
    if (retain && !this.#dispatch.isRefusing) this.#topics().retained.set(topic, message);
    const targets = this.#topics().boundTo(topic);
    const observers = this.#topics().observersOf(topic);
    const told: Publication | undefined = observers && { topic, message, retained: false };
    return multicast(this.#context, { targets, count: targets.length, message, lane, topic, observers, told });
  }

  topic$(pattern: string): Observable<any> {
    return this.#topics().observe(pattern, ({ message }): unknown => message);
  }

  publications$(pattern: string): Observable<Publication> {
    return this.#topics().observe(pattern, (publication) => publication);
  }

  retained(topic: string): any {
    parseTopic(topic);
    return this.#topics().retained.get(topic);
  }

  clearRetained(topic: string): void {
    parseTopic(topic);
    this.#topics().retained.delete(topic);
  }

  // Seeing what happened -----------------------------------------------------------------------------

  metrics(): BrokerMetrics {
    return this.#ledger.metrics();
  }

  get metrics$(): Observable<BrokerMetrics> {
    return defer(() => interval(Math.min(this.#settings.metricsInterval, LONGEST_DELAY), this.#settings.scheduler)).pipe(
      startWith(undefined),
      map(() => this.metrics()),
      takeUntil(this.#end()),
    );
  }

  get deadLetters$(): Observable<DeadLetter> {
    return this.#ledger.deadLetters$;
  }

  get events$(): Observable<BrokerEvent> {
    return this.#ledger.events$;
  }

  close(options: CloseOptions = {}): Promise<void> {
    checkClose(options);
    this.#dispatch.settleFanOut();
    if (this.#closing !== undefined) {
      // Whoever asks twice may have lost his patience.
      if (options.drain === false) this.#endNow?.();
      return this.#closing;
    }
    this.#dispatch.flags |= CLOSING;
    // Known before it begins: whoever is told of an end may close the broker, too.
    let closed!: () => void;
    this.#closing = new Promise((resolve) => (closed = resolve));
    this.#endNow = closeQuietly(this.#dispatch, options, {
      endActors: () => this.#registrar.endAll(),
      endStreams: () => {
        this.#endStreams();
        closed();
      },
    });
    return this.#closing;
  }

  // --------------------------------------------------------------------------------------------------

  #topics(): Topics {
    return (this.#madeTopics ??= new Topics(this.#dispatch, this.#settings.maxRetained));
  }

  #routes(): Routes {
    return (this.#madeRoutes ??= new Routes(this.#context, this.#topics(), this.#settings.router ?? roundRobin()));
  }

  /** Emits when the broker has ended, at once if it has already. */
  #end(): ReplaySubject<void> {
    return (this.#madeEnd ??= new ReplaySubject(1));
  }

  #ask(id: string, message: unknown, lane: number, options: SendOptions | undefined, turn: Turn | null): Observable<unknown> {
    return new ReplyStream(this.#context, checkActorId(id), message, { lane, options, parent: turn });
  }

  #endStreams(): void {
    this.#end().next();
    this.#end().complete();
    this.#broadcasts.complete();
    this.#topics().close();
    this.#ledger.end();
    this.#dispatch.close();
  }
}
