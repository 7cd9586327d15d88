import { type ActorContext, DeadLetterQueue, type ErrorOrigin, InMemoryMessageBroker, type Priority, type SendOptions } from 'rx-broker';
import type { Observable, Unsubscribable } from 'rxjs';
import { BrokerHandler, idOf, patienceOf } from './broker-handler';
import { type Registered, attempt, lossText } from './broker-mailboxes';
import { eventLine, eventLineWithTurn, letterText, metricsText } from './broker-lines';
import { answerOf, errorText, replyText, subscribe } from './broker-subscriber';
import { type ActorName, type Payload, REQUEST_TIMEOUT, type Script, type Settlement } from './command';
import { mailboxLine } from './lines';
import { Listener } from './listener';
import { MailboxWorld } from './mailbox-world';
import { type Channel, type Details, type Host, type Patience, type World, nth } from './world';

/** The broker, used by its public API. */
export class BrokerWorld extends MailboxWorld<Registered> implements World {
  readonly broker: InMemoryMessageBroker;
  protected readonly handler: BrokerHandler;
  readonly #channels: ReadonlySet<Channel> | undefined;
  readonly #queue: DeadLetterQueue | undefined;
  readonly #bindings: Unsubscribable[] = [];

  /** `channels`: the streams that are observed. `undefined`: all. */
  constructor(host: Host, { letters, interceptors: count }: Script, channels?: ReadonlySet<Channel>) {
    super(host);
    const { scheduler } = this;
    this.#channels = channels;
    this.handler = new BrokerHandler(host);
    const onError = (error: unknown, { actorId, message }: ErrorOrigin): void =>
      host.tell('error', `${actorId}: ${errorText(error)}${message === undefined ? '' : `, of ${(message as Payload).n}`}`);
    const interceptors = Array.from({ length: count }, (_, index) => this.handler.interceptor(index + 1));
    const broker = (this.broker = new InMemoryMessageBroker({ scheduler, requestTimeout: REQUEST_TIMEOUT, logDeadLetters: false, onError, interceptors }));
    if (letters > 0) broker.withDeadLetterQueue((this.#queue = new DeadLetterQueue({ capacity: letters })));
    this.#observe('event', broker.events$, (event) => eventLineWithTurn(event, this.handler.numbers));
    this.#observe('letter', broker.deadLetters$, letterText);
    if (this.#queue !== undefined) this.#observe('queue', this.#queue.letters$, letterText);
    this.#observe('broadcast', broker.broadcasts$, (message) => `${(message as Payload).n}`);
  }

  // Actors -------------------------------------------------------------------------------------------

  watch(actor: ActorName, watcher: Listener): void {
    subscribe(this.broker.watch(idOf(actor)), watcher, () => 'ended');
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
    nth(this.handler.held, number)?.settle(how);
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
      ...this.mailboxes.map(({ mailbox }) => mailboxLine(mailbox.metrics(), mailbox.isPaused)),
    ];
  }

  // ------------------------------------------------------------------------------------------------

  protected placed(registered: Registered): Registered {
    return registered;
  }

  protected brokerOf(): InMemoryMessageBroker {
    return this.broker;
  }

  protected handle(_registered: Registered, message: Payload, context: ActorContext): unknown {
    return this.handler.handle(message, context);
  }

  protected observeMailbox(_actor: ActorName, { mailbox, number }: Registered): void {
    this.#observe('loss', mailbox.losses$, lossText, `${number}`);
    this.#observe('pressure', mailbox.pressure$, String, `${number}`);
    this.#observe('idle', mailbox.idle$, String, `${number}`);
  }

  #observe<T>(channel: Channel, stream: Observable<T>, describe: (value: T) => string, name = 'all'): void {
    if (this.#channels?.has(channel) !== false) subscribe(stream, new Listener(this.host, channel, name), describe);
  }
}

/** `undefined` for the defaults: without options a message may take the direct path. */
function optionsOf({ priority, ttl }: Details, patience: Patience): SendOptions | undefined {
  const isPlain = priority === 'normal' && patience.timeout === REQUEST_TIMEOUT && patience.signal === undefined && ttl === Infinity;
  return isPlain ? undefined : { priority, ...patienceOf(patience), ...(ttl !== Infinity && { ttl }) };
}
