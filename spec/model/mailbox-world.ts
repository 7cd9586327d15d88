import type { ActorContext, MessageBroker } from 'rx-broker';
import { VirtualTimeScheduler } from 'rxjs';
import type { BrokerHandler } from './broker-handler';
import { idOf } from './broker-handler';
import { type Registered, attempt, consume, lossText, mailboxOf } from './broker-mailboxes';
import { subscribe } from './broker-subscriber';
import type { ActorName, MailboxSpec, Payload } from './command';
import type { Listener } from './listener';
import { type Host, nth } from './world';

/** The clock, the actors and the mailboxes of a world that real brokers are: all that is the same with one broker and with two nodes. */
export abstract class MailboxWorld<R extends Registered> {
  readonly scheduler = new VirtualTimeScheduler();
  /** Every mailbox that was ever registered. */
  protected readonly mailboxes: R[] = [];
  protected readonly host: Host;
  /** The mailbox that each actor has, or had last. */
  readonly #actors = new Map<ActorName, R>();

  constructor(host: Host) {
    this.host = host;
  }

  protected abstract readonly handler: BrokerHandler;
  /** Adds to a mailbox that is about to be registered what the world knows of it. */
  protected abstract placed(registered: Registered): R;
  /** The broker on which a mailbox is registered. */
  protected abstract brokerOf(registered: R | undefined): MessageBroker;
  protected abstract handle(registered: R, message: Payload, context: ActorContext): unknown;
  /** Follows the streams of a mailbox that was registered for the first time. */
  protected abstract observeMailbox(actor: ActorName, registered: R): void;

  pass(ms: number): void {
    const { scheduler } = this;
    scheduler.maxFrames = scheduler.now() + ms;
    // This timer only moves the clock.
    scheduler.schedule(() => {}, ms);
    scheduler.flush();
  }

  register(actor: ActorName, spec: MailboxSpec, holds: readonly Payload[]): string {
    const registered = this.placed({ number: this.mailboxes.length, spec, mailbox: mailboxOf(spec), isConsumed: false, consumer: undefined });
    for (const payload of holds) registered.mailbox.next(payload);
    if (holds.length === 0) this.#consume(registered, spec.consumer);
    const answer = this.#register(actor, registered);
    if (answer !== 'done') return answer;
    this.mailboxes.push(registered);
    this.observeMailbox(actor, registered);
    if (spec.consumer !== 'none' && holds.length > 0 && !registered.isConsumed) this.#consume(registered, 'handler');
    return answer;
  }

  revive(actor: ActorName, number: number): string {
    const registered = nth(this.mailboxes, number);
    return registered === undefined ? 'none' : this.#register(actor, registered);
  }

  unregister(actor: ActorName): string {
    return attempt(() => this.brokerOf(this.registered(actor)).unregister(idOf(actor)));
  }

  consume(actor: ActorName): void {
    const registered = this.registered(actor);
    if (registered?.isConsumed === false) this.#consume(registered, 'handler');
  }

  leave(actor: ActorName): void {
    const registered = this.registered(actor);
    if (registered?.consumer === undefined) return;
    registered.consumer.unsubscribe();
    registered.consumer = undefined;
    registered.isConsumed = false;
  }

  closeMailbox(actor: ActorName): void {
    this.registered(actor)?.mailbox.close();
  }

  follow(actor: ActorName, losses: Listener, pressure: Listener): void {
    const registered = this.registered(actor);
    if (registered === undefined) return;
    subscribe(registered.mailbox.losses$, losses, lossText);
    subscribe(registered.mailbox.pressure$, pressure, String);
  }

  pause(actor: ActorName): void {
    this.registered(actor)?.mailbox.pause();
  }

  resume(actor: ActorName): void {
    this.registered(actor)?.mailbox.resume();
  }

  clearMailbox(actor: ActorName): string {
    const registered = this.registered(actor);
    return registered === undefined ? 'none' : `${registered.mailbox.clear()} cleared`;
  }

  watchIdle(actor: ActorName, observer: Listener): void {
    const registered = this.registered(actor);
    if (registered !== undefined) subscribe(registered.mailbox.idle$, observer, String);
  }

  next(actor: ActorName, payload: Payload): void {
    this.registered(actor)?.mailbox.next(payload);
  }

  /** The mailbox of an actor that is registered now. */
  protected registered(actor: ActorName): R | undefined {
    const registered = this.#actors.get(actor);
    return registered !== undefined && this.brokerOf(registered).isRegistered(idOf(actor)) ? registered : undefined;
  }

  #register(actor: ActorName, registered: R): string {
    // Set before the call, since an observer of `registered` may look for it.
    const former = this.#actors.get(actor);
    this.#actors.set(actor, registered);
    const answer = attempt(() => this.brokerOf(registered).register(idOf(actor), registered.mailbox, { topics: [...registered.spec.topics] }));
    if (answer !== 'done' && former !== undefined) this.#actors.set(actor, former);
    return answer;
  }

  #consume(registered: R, kind: MailboxSpec['consumer']): void {
    consume(registered, kind, this.host, this.handler, (message, context) => this.handle(registered, message, context));
  }
}
