import { DeadLetterQueue, type ErrorOrigin, InMemoryMessageBroker, type Priority, type SendOptions } from 'rx-broker';
import { type Observable, type Unsubscribable, VirtualTimeScheduler } from 'rxjs';
import { BrokerHandler, idOf, patienceOf } from './broker-handler';
import { type Registered, attempt, consume, lossText, mailboxOf } from './broker-mailboxes';
import { eventLine, eventLineWithTurn, letterText, metricsText } from './broker-lines';
import { answerOf, errorText, replyText, subscribe } from './broker-subscriber';
import { type ActorName, type MailboxSpec, type Payload, REQUEST_TIMEOUT, type Script, type Settlement } from './command';
import { mailboxLine } from './lines';
import { Listener } from './listener';
import { type Channel, type Details, type Host, type Patience, type World, nth } from './world';

/** The broker, used by its public API. */
export class BrokerWorld implements World {
  readonly scheduler = new VirtualTimeScheduler();
  readonly broker: InMemoryMessageBroker;
  readonly #host: Host;
  readonly #channels: ReadonlySet<Channel> | undefined;
  readonly #queue: DeadLetterQueue | undefined;
  readonly #handler: BrokerHandler;
  /** Every mailbox that was ever registered. */
  readonly #mailboxes: Registered[] = [];
  /** The mailbox that each actor has, or had last. */
  readonly #actors = new Map<ActorName, Registered>();
  readonly #bindings: Unsubscribable[] = [];

  /** `channels`: the streams that are observed. `undefined`: all. */
  constructor(host: Host, { letters, interceptors: count }: Script, channels?: ReadonlySet<Channel>) {
    const { scheduler } = this;
    this.#host = host;
    this.#channels = channels;
    this.#handler = new BrokerHandler(host);
    const onError = (error: unknown, { actorId, message }: ErrorOrigin): void =>
      host.tell('error', `${actorId}: ${errorText(error)}${message === undefined ? '' : `, of ${(message as Payload).n}`}`);
    const interceptors = Array.from({ length: count }, (_, index) => this.#handler.interceptor(index + 1));
    const broker = (this.broker = new InMemoryMessageBroker({ scheduler, requestTimeout: REQUEST_TIMEOUT, logDeadLetters: false, onError, interceptors }));
    if (letters > 0) broker.withDeadLetterQueue((this.#queue = new DeadLetterQueue({ capacity: letters })));
    this.#observe('event', broker.events$, (event) => eventLineWithTurn(event, this.#handler.numbers));
    this.#observe('letter', broker.deadLetters$, letterText);
    if (this.#queue !== undefined) this.#observe('queue', this.#queue.letters$, letterText);
    this.#observe('broadcast', broker.broadcasts$, (message) => `${(message as Payload).n}`);
  }

  pass(ms: number): void {
    const { scheduler } = this;
    scheduler.maxFrames = scheduler.now() + ms;
    // This timer only moves the clock.
    scheduler.schedule(() => {}, ms);
    scheduler.flush();
  }

  // Actors -------------------------------------------------------------------------------------------

  register(actor: ActorName, spec: MailboxSpec, holds: readonly Payload[]): string {
    const registered: Registered = { number: this.#mailboxes.length, spec, mailbox: mailboxOf(spec), isConsumed: false, consumer: undefined };
    for (const payload of holds) registered.mailbox.next(payload);
    if (holds.length === 0) this.#consume(registered, spec.consumer);
    const answer = this.#register(actor, registered);
    if (answer !== 'done') return answer;
    this.#mailboxes.push(registered);
    this.#observe('loss', registered.mailbox.losses$, lossText, `${registered.number}`);
    this.#observe('pressure', registered.mailbox.pressure$, String, `${registered.number}`);
    this.#observe('idle', registered.mailbox.idle$, String, `${registered.number}`);
    if (spec.consumer !== 'none' && holds.length > 0 && !registered.isConsumed) this.#consume(registered, 'handler');
    return answer;
  }

  revive(actor: ActorName, number: number): string {
    const registered = nth(this.#mailboxes, number);
    return registered === undefined ? 'none' : this.#register(actor, registered);
  }

  unregister(actor: ActorName): string {
    return attempt(() => this.broker.unregister(idOf(actor)));
  }

  consume(actor: ActorName): void {
    const registered = this.#registered(actor);
    if (registered?.isConsumed === false) this.#consume(registered, 'handler');
  }

  leave(actor: ActorName): void {
    const registered = this.#registered(actor);
    if (registered?.consumer === undefined) return;
    registered.consumer.unsubscribe();
    registered.consumer = undefined;
    registered.isConsumed = false;
  }

  closeMailbox(actor: ActorName): void {
    this.#registered(actor)?.mailbox.close();
  }

  watch(actor: ActorName, watcher: Listener): void {
    subscribe(this.broker.watch(idOf(actor)), watcher, () => 'ended');
  }

  follow(actor: ActorName, losses: Listener, pressure: Listener): void {
    const registered = this.#registered(actor);
    if (registered === undefined) return;
    subscribe(registered.mailbox.losses$, losses, lossText);
    subscribe(registered.mailbox.pressure$, pressure, String);
  }

  pause(actor: ActorName): void {
    this.#registered(actor)?.mailbox.pause();
  }

  resume(actor: ActorName): void {
    this.#registered(actor)?.mailbox.resume();
  }

  clearMailbox(actor: ActorName): string {
    const registered = this.#registered(actor);
    return registered === undefined ? 'none' : `${registered.mailbox.clear()} cleared`;
  }

  watchIdle(actor: ActorName, observer: Listener): void {
    const registered = this.#registered(actor);
    if (registered !== undefined) subscribe(registered.mailbox.idle$, observer, String);
  }

  eventsOf(actors: readonly ActorName[], observer: Listener): void {
    subscribe(this.broker.eventsOf(...actors.map(idOf)), observer, eventLine);
  }

  // Sending ------------------------------------------------------------------------------------------

  ask(actor: ActorName, payload: Payload, details: Details, patience: Patience, caller: Listener): void {
    subscribe(this.broker.send(idOf(actor), payload, optionsOf(details, patience)), caller, replyText);
  }

  offer(actor: ActorName, payload: Payload, details: Details, patience: Patience, caller: Listener): void {
    subscribe(this.broker.offer(idOf(actor), payload, optionsOf(details, patience)), caller, replyText);
  }

  tell(actor: ActorName, payload: Payload, { priority, ttl }: Details): string {
    const isPlain = priority === 'normal' && ttl === Infinity;
    return answerOf(this.broker.trySend(idOf(actor), payload, isPlain ? undefined : { priority, ...(ttl !== Infinity && { ttl }) }));
  }

  next(actor: ActorName, payload: Payload): void {
    this.#registered(actor)?.mailbox.next(payload);
  }

  route(topic: string, payload: Payload, { priority, ttl }: Details, patience: Patience, caller: Listener): void {
    subscribe(this.broker.sendWithRouting({ topic, priority }, payload, { ...patienceOf(patience), ...(ttl !== Infinity && { ttl }) }), caller, replyText);
  }

  broadcast(payload: Payload, to: string, order: 'registered' | 'settled', details: Details, patience: Patience, caller: Listener): void {
    const sent = optionsOf(details, patience);
    const options = order === 'registered' && sent === undefined ? undefined : { ...sent, order };
    const results = to === 'abc' ? this.broker.broadcast(payload, options) : this.broker.broadcastFilter(payload, (id) => to.includes(id), options);
    subscribe(results, caller, replyText);
  }

  tryBroadcast(payload: Payload, to: string): number {
    return to === 'abc' ? this.broker.tryBroadcast(payload) : this.broker.tryBroadcast(payload, (id) => to.includes(id));
  }

  publish(topic: string, payload: Payload, priority: Priority, retain: boolean): number {
    return this.broker.publish(priority === 'normal' ? topic : { topic, priority }, payload, { retain });
  }

  bind(pattern: string, actor: ActorName): string {
    return attempt(() => this.#bindings.push(this.broker.bind(pattern, idOf(actor))));
  }

  unbind(number: number): void {
    nth(this.#bindings, number)?.unsubscribe();
  }

  observe(pattern: string, observer: Listener): void {
    subscribe(this.broker.publications$(pattern), observer, ({ topic, message, retained }) => `${topic} ${(message as Payload).n}${retained ? ', retained' : ''}`);
  }

  settle(number: number, how: Settlement): void {
    nth(this.#handler.held, number)?.settle(how);
  }

  // Letters, ends, looks -----------------------------------------------------------------------------

  redeliver(askedToo: boolean, each: (payload: Payload, answer: string) => void): void {
    this.#queue?.redeliver(undefined, { includeAsked: askedToo }).subscribe(({ letter, ok, code }) => each(letter.message as Payload, ok ? 'taken' : String(code)));
  }

  clear(): void {
    this.#queue?.clear();
  }

  close(drain: boolean, timeout: number): void {
    void this.broker.close({ drain, timeout });
  }

  look(): readonly string[] {
    return [
      metricsText(this.broker.metrics()),
      this.broker.actorIds().join(),
      `${this.#queue?.evicted ?? 0} evicted`,
      ...(this.#queue?.letters() ?? []).map(letterText),
      ...this.#mailboxes.map(({ mailbox }) => mailboxLine(mailbox.metrics(), mailbox.isPaused)),
    ];
  }

  // ------------------------------------------------------------------------------------------------

  #register(actor: ActorName, registered: Registered): string {
    // Set before the call, since an observer of `registered` may look for it.
    const former = this.#actors.get(actor);
    this.#actors.set(actor, registered);
    const answer = attempt(() => this.broker.register(idOf(actor), registered.mailbox, { topics: [...registered.spec.topics] }));
    if (answer !== 'done' && former !== undefined) this.#actors.set(actor, former);
    return answer;
  }

  #registered(actor: ActorName): Registered | undefined {
    return this.broker.isRegistered(idOf(actor)) ? this.#actors.get(actor) : undefined;
  }

  #consume(registered: Registered, kind: MailboxSpec['consumer']): void {
    consume(registered, kind, this.#host, this.#handler, (message, context) => this.#handler.handle(message, context));
  }

  #observe<T>(channel: Channel, stream: Observable<T>, describe: (value: T) => string, name = 'all'): void {
    if (this.#channels?.has(channel) !== false) subscribe(stream, new Listener(this.#host, channel, name), describe);
  }
}

/** `undefined` for the defaults: without options a message may take the direct path. */
function optionsOf({ priority, ttl }: Details, patience: Patience): SendOptions | undefined {
  const isPlain = priority === 'normal' && patience.timeout === REQUEST_TIMEOUT && patience.signal === undefined && ttl === Infinity;
  return isPlain ? undefined : { priority, ...patienceOf(patience), ...(ttl !== Infinity && { ttl }) };
}
