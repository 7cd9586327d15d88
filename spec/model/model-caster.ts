import type { Priority } from 'rx-broker';
import type { Payload } from './command';
import type { Listener } from './listener';
import type { ModelCore } from './model-core';
import type { ModelEnds } from './model-ends';
import { ModelGathering } from './model-gathering';
import type { ModelIntake } from './model-intake';
import type { ModelMailbox } from './model-mailbox';
import type { ModelMessage, ModelMessageOptions } from './model-message';
import type { ModelSender } from './model-sender';
import { ModelBindings, matches } from './model-topics';
import { reasonOf } from './model-signals';
import { ModelStream } from './model-stream';
import type { Details, Patience } from './world';

/** Sends broadcasts and publications. */
export class ModelCaster {
  readonly broadcasts: ModelStream;
  /** Observers of topics, in the order of subscribing. */
  readonly #observers = new ModelBindings<Listener>();
  #listeners: Listener[] = [];
  #isOver = false;
  readonly #retained = new Map<string, Payload>();
  readonly #core: ModelCore;
  readonly #ends: ModelEnds;
  readonly #intake: ModelIntake;
  readonly #sender: ModelSender;

  constructor(core: ModelCore, ends: ModelEnds, intake: ModelIntake, sender: ModelSender) {
    this.#core = core;
    this.#ends = ends;
    this.#intake = intake;
    this.#sender = sender;
    this.broadcasts = new ModelStream(core.dispatcher);
  }

  broadcast(payload: Payload, to: string, order: 'registered' | 'settled', { priority, ttl }: Details, { timeout, signal }: Patience, caller: Listener): void {
    const { dispatcher, signals } = this.#core;
    if (this.#sender.isCalledOff(signal, caller)) return;
    if (this.#sender.isRefused({ kind: 'broadcast', payload })) {
      this.#sender.askRefused({ payload, priority, ttl, caller, isBroadcast: true }, timeout, signal, caller);
      return;
    }
    if (this.#sender.isCalledOff(signal, caller)) return;
    const isOutermost = !dispatcher.isBusy;
    const gathering = new ModelGathering(order, caller);
    const messages = this.#targets(to).map(({ id }) => this.#sender.message({ payload, target: id, priority, ttl, caller: gathering.seat(id!), isBroadcast: true }));
    const cancelAll = (): void => {
      for (const message of messages) this.#ends.cancel(message);
    };
    caller.onLeave = () => dispatcher.step(cancelAll);
    signals.follow(signal, () => {
      if (caller.closed) return;
      dispatcher.step(() => {
        cancelAll();
        dispatcher.later(() => caller.closed || caller.error(reasonOf(signal!)));
      });
    });
    dispatcher.step(() => {
      this.#offer(messages, isOutermost, () => this.broadcasts.next(`${payload.n}`));
      if (messages.length === 0) dispatcher.later(() => caller.closed || caller.complete());
      if (!isOutermost) for (const message of messages) this.#sender.startTimeout(message, timeout);
    });
    if (isOutermost) for (const message of messages) this.#sender.startTimeout(message, timeout);
  }

  tryBroadcast(payload: Payload, to: string): number {
    if (this.#sender.isRefused({ kind: 'broadcast', payload })) return this.#tellRefused({ payload, isBroadcast: true });
    const messages = this.#targets(to).map(({ id }) => this.#sender.message({ payload, target: id, isBroadcast: true }));
    return this.#tell(messages, () => this.broadcasts.next(`${payload.n}`));
  }

  publish(findBound: () => readonly ModelMailbox[], topic: string, payload: Payload, priority: Priority, retain: boolean): number {
    if (this.#sender.isRefused({ kind: 'publish', payload, topic })) return this.#tellRefused({ payload, topic, priority });
    if (retain && !this.#core.refuses()) this.#retained.set(topic, payload);
    const messages = findBound().map(({ id }) => this.#sender.message({ payload, target: id, topic, priority }));
    const observers = this.#observers.match(topic);
    return this.#tell(messages, () =>
      this.#core.dispatcher.later(() => {
        for (const observer of observers) if (!observer.closed) observer.next(`${topic} ${payload.n}`);
      }),
    );
  }

  /** T4: the observer is told the retained messages at once, also inside of a step. What it does then is told after them. */
  observe(pattern: string, listener: Listener): void {
    if (this.#isOver) {
      this.#core.dispatcher.step(() => listener.complete());
      return;
    }
    this.#core.dispatcher.step(() => {
      const retained = [...this.#retained].filter(([topic]) => matches(pattern, topic));
      listener.onLeave = this.#observers.add(pattern, listener);
      this.#listeners.push(listener);
      for (const [topic, { n }] of retained) if (!listener.closed) listener.next(`${topic} ${n}, retained`);
    });
  }

  /** Completes every stream of broadcasts and topics. */
  over(): void {
    this.broadcasts.complete();
    this.#core.dispatcher.later(() => {
      this.#isOver = true;
      for (const listener of this.#listeners.splice(0)) if (!listener.closed) listener.complete();
      this.#retained.clear();
    });
  }

  // ------------------------------------------------------------------------------------------------

  #targets(to: string): ModelMailbox[] {
    return [...this.#core.actors.values()].filter(({ id }) => to.includes(id!));
  }

  /** A broadcast or publication that an interceptor has refused is one sent and one failed, without a target. */
  #tellRefused(options: Omit<ModelMessageOptions, 'sentAt'>): number {
    this.#sender.tell(this.#sender.message({ ...options, isRefused: true }));
    return 0;
  }

  #tell(messages: readonly ModelMessage[], announce: () => void): number {
    const { dispatcher } = this.#core;
    const isOutermost = !dispatcher.isBusy;
    return dispatcher.step(() => this.#offer(messages, isOutermost, announce));
  }

  /** R4: the message is offered to every target, then told to the observers that are no actors. Returns how many targets took it. */
  #offer(messages: readonly ModelMessage[], isOutermost: boolean, announce: () => void): number {
    const isRefused = this.#core.refuses();
    const taken = messages.filter((message) => this.#intake.send(message, isOutermost) === 'taken').length;
    if (!isRefused) announce();
    return taken;
  }
}
