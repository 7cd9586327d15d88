import type { ActorName } from './command';
import type { Listener } from './listener';
import type { ModelCore } from './model-core';
import type { ModelEnds } from './model-ends';
import { type ModelMailbox, byPriority } from './model-mailbox';
import type { ModelBindings } from './model-topics';

/** The beginning and the end of actors, and of the broker. */
export class ModelActors {
  readonly #core: ModelCore;
  readonly #ends: ModelEnds;
  readonly #bindings: ModelBindings<ModelMailbox>;
  readonly #watchers = new Map<string, Listener[]>();

  constructor(core: ModelCore, ends: ModelEnds, bindings: ModelBindings<ModelMailbox>) {
    this.#core = core;
    this.#ends = ends;
    this.#bindings = bindings;
  }

  /** M6: the messages that the mailbox holds count as sent now. */
  register(actor: ActorName, mailbox: ModelMailbox): string {
    const { actors, journal, dispatcher, idle, isClosing, onStack } = this.#core;
    if (isClosing) return 'BrokerClosed';
    if (actors.has(actor) || mailbox.id !== undefined || !mailbox.isAtRest) return 'AlreadyRegistered';
    let answer = 'done';
    dispatcher.step(() => {
      actors.set(actor, mailbox);
      mailbox.id = actor;
      mailbox.life++;
      for (const topic of mailbox.spec.topics) this.#bindings.add(topic, mailbox);
      journal.eventOf('registered', actor);
      for (const message of byPriority(mailbox.queue)) {
        message.target = actor;
        journal.sent(message, onStack);
      }
      idle.entered(mailbox);
      this.#start(mailbox, (error) => (answer = error));
    });
    return answer;
  }

  consume(mailbox: ModelMailbox, kind: 'handler' | 'actor'): void {
    mailbox.consumer = kind;
    mailbox.start = 'due';
    mailbox.isSubscribing = true;
    if (mailbox.id !== undefined) this.#core.dispatcher.step(() => this.#start(mailbox, () => {}));
    mailbox.isSubscribing = false;
  }

  closeMailbox(mailbox: ModelMailbox): void {
    if (mailbox.isClosed) return;
    this.#core.dispatcher.step(() => {
      mailbox.isClosed = true;
      this.#core.journal.eventOf('closed', mailbox.id);
      this.#ends.checkDrained(mailbox);
    });
  }

  /** M6: lets no further turn begin, or lets turns begin again. */
  pause(mailbox: ModelMailbox, isPaused: boolean): void {
    const { dispatcher } = this.#core;
    dispatcher.step(() => {
      mailbox.isPaused = isPaused;
      dispatcher.lineUp(mailbox);
    });
  }

  /** R2: in one step the id is free, the turns are ended, the queue is empty. */
  unregister(mailbox: ModelMailbox, code = 'ActorNotFound', reason = 'unregistered'): void {
    const { actors, journal, dispatcher, onStack } = this.#core;
    const id = mailbox.id!;
    dispatcher.step(() => {
      actors.delete(id);
      mailbox.id = undefined;
      mailbox.isLeaving = true;
      this.#bindings.forget(mailbox);
      const left = mailbox.takeAll();
      if (left.length > 0) mailbox.pressure.next(`${mailbox.level}`);
      for (const turn of [...mailbox.seats]) this.#ends.abort(turn, code);
      if (onStack?.mailbox === mailbox) this.#ends.abort(onStack, code);
      for (const message of left) this.#ends.lose(message, code, mailbox);
      this.#ends.stop(mailbox, reason);
      journal.eventOf('unregistered', id);
      for (const watcher of this.#watchers.get(id)?.splice(0) ?? []) dispatcher.later(() => this.#tellEnd(watcher));
      mailbox.isLeaving = false;
      this.#ends.checkDrained(mailbox);
      if (onStack?.mailbox !== mailbox) this.#core.idle.left(mailbox);
    });
  }

  watch(actor: ActorName, watcher: Listener): void {
    if (!this.#core.actors.has(actor)) this.#core.dispatcher.step(() => this.#tellEnd(watcher));
    else this.#watchers.set(actor, [...(this.#watchers.get(actor) ?? []), watcher]);
  }

  /** §7: ends every actor, for the end of the broker. */
  endAll(): void {
    this.#core.isEnding = true;
    for (const mailbox of [...this.#core.actors.values()]) this.unregister(mailbox, 'BrokerClosed', 'broker-closed');
  }

  #tellEnd(watcher: Listener): void {
    if (!watcher.closed) watcher.next('ended');
    if (!watcher.closed) watcher.complete();
  }

  /** M9: `onStart` is called before the first turn, which waits for its promise. `failed` is called with its error. */
  #start(mailbox: ModelMailbox, failed: (error: string) => void): void {
    const { dispatcher, host, held } = this.#core;
    const { life, consumer, number, spec } = mailbox;
    const id = mailbox.id!;
    mailbox.start = consumer === 'actor' ? 'due' : 'done';
    dispatcher.lineUp(mailbox);
    if (consumer !== 'actor') return;
    const isOver = (): boolean => mailbox.id === undefined || mailbox.life !== life || mailbox.isEnded || mailbox.consumer !== consumer;
    const ended = (end: 'complete' | 'error'): void => {
      if (!isOver() && mailbox.start === 'called') {
        mailbox.start = end === 'complete' ? 'done' : 'due';
        if (end === 'complete') dispatcher.lineUp(mailbox);
        else this.unregister(mailbox);
      }
      if (end === 'complete') return;
      const error = `${spec.start === 'throw' ? 'thrown' : 'failed'} by onStart of ${number}`;
      failed(error);
      this.#core.tellError(id, error);
    };
    dispatcher.later(() => {
      if (isOver()) return;
      mailbox.start = 'called';
      host.tell('start', `${number}`);
      if (spec.start === 'promise') held.push({ kind: 'promise', value: () => {}, over: ended, isAlone: () => false, isHeard: true, end: undefined });
      else ended(spec.start === 'value' ? 'complete' : 'error');
    });
  }
}
