import type { Priority } from 'rx-broker';
import type { ActorName, MailboxSpec, Payload, Script, Settlement } from './command';
import { Listener } from './listener';
import { ModelActors } from './model-actors';
import { ModelCaster } from './model-caster';
import { ModelClosing } from './model-closing';
import { ModelCore } from './model-core';
import { ModelEnds } from './model-ends';
import { follow } from './model-follow';
import { ModelIntake } from './model-intake';
import { describeLetter } from './model-letters';
import { ModelMailbox } from './model-mailbox';
import { ModelMessage } from './model-message';
import { ModelRouter } from './model-router';
import { ModelSender } from './model-sender';
import type { ModelListener, ModelStream } from './model-stream';
import { ModelBindings } from './model-topics';
import { settle } from './model-turn';
import { ModelTurns } from './model-turns';
import { type Channel, type Details, type Host, type Patience, type World, nth } from './world';

/** A model of the broker by DESIGN, of lists and loops. It imports nothing of the broker that it is compared with. */
export class ModelWorld implements World {
  readonly #core: ModelCore;
  readonly #ends: ModelEnds;
  readonly #bindings = new ModelBindings<ModelMailbox>();
  readonly #turns: ModelTurns;
  readonly #actors: ModelActors;
  readonly #sender: ModelSender;
  readonly #caster: ModelCaster;
  readonly #closing: ModelClosing;
  /** Every mailbox that was ever registered. */
  readonly #mailboxes: ModelMailbox[] = [];
  readonly #unbinds: (() => void)[] = [];

  constructor(host: Host, script: Script) {
    const core = (this.#core = new ModelCore(host, { runNext: (mailbox) => this.#turns.runNext(mailbox), noteIdle: () => this.#core.idle.note(), atRest: () => this.#closing.atRest() }, script));
    const ends = (this.#ends = new ModelEnds(core));
    const intake = new ModelIntake(core, ends);
    this.#actors = new ModelActors(core, ends, this.#bindings);
    this.#sender = new ModelSender(core, ends, intake, new ModelRouter(this.#bindings));
    this.#turns = new ModelTurns(core, ends, this.#sender);
    this.#caster = new ModelCaster(core, ends, intake, this.#sender);
    this.#closing = new ModelClosing(core, this.#actors, this.#caster);
    const { events, deadLetters, queue } = core.journal;
    this.#observeAll(events, 'event', (line) => line.startsWith('dead-lettered'));
    this.#observeAll(deadLetters, 'letter', () => true);
    if (script.letters > 0) this.#observeAll(queue, 'queue', () => true);
    this.#observeAll(this.#caster.broadcasts, 'broadcast', () => false);
  }

  pass(ms: number): void {
    this.#core.clock.pass(ms);
  }

  register(actor: ActorName, spec: MailboxSpec, holds: readonly Payload[]): string {
    const { dispatcher, clock } = this.#core;
    const mailbox = new ModelMailbox(this.#mailboxes.length, spec, dispatcher);
    for (const payload of holds) mailbox.push(new ModelMessage({ payload, sentAt: clock.now }));
    mailbox.highWaterMark = holds.length;
    if (spec.consumer !== 'none' && holds.length === 0) this.#actors.consume(mailbox, spec.consumer);
    const answer = this.#actors.register(actor, mailbox);
    if (answer !== 'done') return answer;
    this.#mailboxes.push(mailbox);
    follow(mailbox, this.#listener('loss', mailbox), this.#listener('pressure', mailbox), dispatcher);
    this.#core.idle.watch(mailbox, this.#listener('idle', mailbox));
    if (spec.consumer !== 'none' && holds.length > 0 && !mailbox.hasConsumer) this.#actors.consume(mailbox, 'handler');
    return answer;
  }

  revive(actor: ActorName, number: number): string {
    const mailbox = nth(this.#mailboxes, number);
    return mailbox === undefined ? 'none' : this.#actors.register(actor, mailbox);
  }

  unregister(actor: ActorName): string {
    const mailbox = this.#core.actors.get(actor);
    if (mailbox === undefined) return 'NotFound';
    this.#actors.unregister(mailbox);
    return 'done';
  }

  consume(actor: ActorName): void {
    const mailbox = this.#core.actors.get(actor);
    if (mailbox?.hasConsumer === false) this.#actors.consume(mailbox, 'handler');
  }

  leave(actor: ActorName): void {
    const mailbox = this.#core.actors.get(actor);
    if (mailbox !== undefined && !mailbox.isSubscribing) mailbox.consumer = 'none';
  }

  closeMailbox(actor: ActorName): void {
    const mailbox = this.#core.actors.get(actor);
    if (mailbox !== undefined) this.#actors.closeMailbox(mailbox);
  }

  watch(actor: ActorName, watcher: Listener): void {
    this.#actors.watch(actor, watcher);
  }

  follow(actor: ActorName, losses: Listener, pressure: Listener): void {
    const mailbox = this.#core.actors.get(actor);
    if (mailbox !== undefined) follow(mailbox, losses, pressure, this.#core.dispatcher);
  }

  pause(actor: ActorName): void {
    const mailbox = this.#core.actors.get(actor);
    if (mailbox !== undefined) this.#actors.pause(mailbox, true);
  }

  resume(actor: ActorName): void {
    const mailbox = this.#core.actors.get(actor);
    if (mailbox !== undefined) this.#actors.pause(mailbox, false);
  }

  clearMailbox(actor: ActorName): string {
    const mailbox = this.#core.actors.get(actor);
    return mailbox === undefined ? 'none' : `${this.#ends.clear(mailbox)} cleared`;
  }

  watchIdle(actor: ActorName, observer: Listener): void {
    const mailbox = this.#core.actors.get(actor);
    if (mailbox !== undefined) this.#core.idle.watch(mailbox, observer);
  }

  eventsOf(actors: readonly ActorName[], observer: Listener): void {
    this.#core.journal.eventsOf(actors, this.#tellingLetters(observer, (line) => line.startsWith('dead-lettered')));
  }

  ask(actor: ActorName, payload: Payload, { priority, ttl }: Details, { timeout, signal }: Patience, caller: Listener): void {
    const sender = this.#sender;
    if (sender.isCalledOff(signal, caller)) return;
    const isRefused = sender.isRefused({ kind: 'ask', payload, target: actor });
    if (sender.isCalledOff(signal, caller)) return;
    const message = sender.message({ payload, target: actor, priority, ttl, caller, isRefused });
    sender.onLeave(caller, message, signal);
    sender.ask(message, timeout);
  }

  offer(actor: ActorName, payload: Payload, details: Details, patience: Patience, caller: Listener): void {
    this.#sender.offer(actor, payload, details, patience, caller);
  }

  tell(actor: ActorName, payload: Payload, { priority, ttl }: Details): string {
    return this.#sender.tellOut({ payload, target: actor, priority, ttl });
  }

  next(actor: ActorName, payload: Payload): void {
    if (this.#core.actors.has(actor)) this.#sender.tellOut({ payload, target: actor });
  }

  route(topic: string, payload: Payload, details: Details, patience: Patience, caller: Listener): void {
    this.#sender.route(topic, payload, details, patience, caller);
  }

  broadcast(payload: Payload, to: string, order: 'registered' | 'settled', details: Details, patience: Patience, caller: Listener): void {
    this.#caster.broadcast(payload, to, order, details, patience, caller);
  }

  tryBroadcast(payload: Payload, to: string): number {
    return this.#caster.tryBroadcast(payload, to);
  }

  publish(topic: string, payload: Payload, priority: Priority, retain: boolean): number {
    return this.#caster.publish(() => this.#bindings.match(topic), topic, payload, priority, retain);
  }

  bind(pattern: string, actor: ActorName): string {
    const mailbox = this.#core.actors.get(actor);
    if (mailbox === undefined) return 'NotFound';
    this.#unbinds.push(this.#bindings.add(pattern, mailbox));
    return 'done';
  }

  unbind(number: number): void {
    nth(this.#unbinds, number)?.();
  }

  observe(pattern: string, observer: Listener): void {
    this.#caster.observe(pattern, observer);
  }

  settle(number: number, how: Settlement): void {
    const held = nth(this.#core.held, number);
    if (held === undefined) return;
    // This is no step of the broker then.
    if (held.isAlone()) settle(held, how);
    else this.#core.dispatcher.step(() => settle(held, how));
  }

  redeliver(askedToo: boolean, each: (payload: Payload, answer: string) => void): void {
    const { letters } = this.#core.journal;
    for (const letter of letters.take(askedToo)) {
      if (this.#core.isQueueOver) letters.add(letter);
      each(letter.message.payload, this.#core.isQueueOver ? 'BrokerClosed' : this.#sender.redeliver(letter));
    }
  }

  clear(): void {
    this.#core.journal.letters.take(true);
  }

  close(drain: boolean, timeout: number): void {
    this.#closing.close(drain, timeout);
  }

  look(): readonly string[] {
    const { letters } = this.#core.journal;
    return [
      this.#core.line(),
      [...this.#core.actors.keys()].join(),
      `${letters.evicted} evicted`,
      ...letters.stored.map(describeLetter),
      ...this.#mailboxes.map((mailbox) => mailbox.line()),
    ];
  }

  // ------------------------------------------------------------------------------------------------

  /** Observes a stream of the broker. `isLetter`: whether a line tells a letter (O4). */
  #observeAll(stream: ModelStream, channel: Channel, isLetter: (line: string) => boolean): void {
    stream.add(this.#tellingLetters(new Listener(this.#core.host, channel, 'all'), isLetter));
  }

  #tellingLetters(listener: Listener, isLetter: (line: string) => boolean): ModelListener {
    const { journal } = this.#core;
    return {
      get closed() {
        return listener.closed;
      },
      next: (line) => {
        journal.isTellingLetter = isLetter(line);
        listener.next(line);
        journal.isTellingLetter = false;
      },
      complete: () => listener.complete(),
    };
  }

  #listener(channel: Channel, { number }: ModelMailbox): Listener {
    return new Listener(this.#core.host, channel, `${number}`);
  }
}
