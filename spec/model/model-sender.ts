import type { ActorName, Payload } from './command';
import type { Listener } from './listener';
import type { ModelCore } from './model-core';
import type { ModelEnds } from './model-ends';
import type { ModelIntake } from './model-intake';
import type { ModelLetter } from './model-letters';
import type { ModelOutgoing } from './model-interceptors';
import { type ModelCaller, ModelMessage, type ModelMessageOptions } from './model-message';
import type { ModelRouter } from './model-router';
import { reasonOf } from './model-signals';
import { type ModelTurn, isStuck } from './model-turn';
import type { Details, Patience, Turn } from './world';

/** Sends to one actor: asks, tells, routed messages, and redeliveries. */
export class ModelSender {
  readonly #core: ModelCore;
  readonly #ends: ModelEnds;
  readonly #intake: ModelIntake;
  readonly #router: ModelRouter;

  constructor(core: ModelCore, ends: ModelEnds, intake: ModelIntake, router: ModelRouter) {
    this.#core = core;
    this.#ends = ends;
    this.#intake = intake;
    this.#router = router;
  }

  message(options: Omit<ModelMessageOptions, 'sentAt'>): ModelMessage {
    return new ModelMessage({ ...options, sentAt: this.#core.clock.now });
  }

  /** A message whose reply a turn waits for. */
  messageFrom(turn: ModelTurn, target: string, payload: Payload, caller: ModelCaller, isRefused: boolean): ModelMessage {
    const isWaitedFor = turn.state === 'on stack' || turn.state === 'open';
    const message = this.message({ payload, target, caller, isRefused, sentBy: turn, parent: isWaitedFor ? turn : undefined });
    if (isWaitedFor) turn.asks.push(message);
    return message;
  }

  /** Shows a message to the interceptors. What they do comes before the message is sent. Returns whether they refuse it. */
  isRefused(outgoing: ModelOutgoing): boolean {
    return this.#core.interceptors.refuse(outgoing);
  }

  /** S4: the timeout of an ask from outside starts at the end of its call, that of any other ask at once. */
  ask(message: ModelMessage, timeout: number): void {
    const { dispatcher } = this.#core;
    const isOutermost = !dispatcher.isBusy;
    dispatcher.step(() => {
      this.#intake.send(message, isOutermost);
      if (message.parent?.state === 'open') this.breakCircles(message.parent);
      if (!isOutermost) this.startTimeout(message, timeout);
    });
    if (isOutermost) this.startTimeout(message, timeout);
  }

  /** Asks a message that an interceptor has refused. */
  askRefused(options: Omit<ModelMessageOptions, 'sentAt'>, timeout: number, signal: AbortSignal | undefined, caller: Listener): void {
    if (this.isCalledOff(signal, caller)) return;
    const message = this.message({ ...options, isRefused: true });
    this.onLeave(caller, message, signal);
    this.ask(message, timeout);
  }

  /** An offer is a tell whose sender waits until the mailbox has taken it. The timeout is for the wait only. */
  offer(target: string, payload: Payload, { priority, ttl }: Details, { timeout, signal }: Patience, caller: Listener): void {
    if (this.isCalledOff(signal, caller)) return;
    const isRefused = this.isRefused({ kind: 'tell', payload, target });
    if (this.isCalledOff(signal, caller)) return;
    const { dispatcher } = this.#core;
    const message = this.message({ payload, target, priority, ttl, caller, isRefused, isOffer: true });
    message.whenTaken = () => this.taken(message, caller);
    const isOutermost = !dispatcher.isBusy;
    const startTimeout = (): void => {
      if (message.state === 'waiting') this.startTimeout(message, timeout);
    };
    const cancel = (reason?: string): void => {
      if (message.state === 'waiting') dispatcher.step(() => this.#ends.cancel(message, reason));
    };
    dispatcher.step(() => {
      this.#intake.send(message, isOutermost);
      caller.onLeave = () => cancel();
      this.#core.signals.follow(signal, () => cancel(reasonOf(signal!)));
      if (!isOutermost) startTimeout();
    });
    if (isOutermost) startTimeout();
  }

  /** S3: with a signal that has aborted, or for a caller that has left, nothing is sent. */
  isCalledOff(signal: AbortSignal | undefined, caller: ModelCaller): boolean {
    if (signal?.aborted === true && !caller.closed) caller.error(reasonOf(signal));
    return caller.closed;
  }

  /** O6: when a handler has returned, an ask of its turn fails at once, if only turns that wait for the ask could answer it. */
  breakCircles(turn: ModelTurn): void {
    for (const ask of [...turn.asks]) if (turn.state === 'open' && isStuck(ask, [turn])) this.#ends.fail(ask, 'Deadlock');
  }

  startTimeout(message: ModelMessage, timeout: number): void {
    if (message.state === 'over' || message.isAnswered) return;
    const { clock, dispatcher } = this.#core;
    message.timeout = clock.set(timeout, () => dispatcher.step(() => this.#ends.fail(message, 'Timeout')));
  }

  /** Sends a message that nobody waits for. */
  tellOut(options: Omit<ModelMessageOptions, 'sentAt'>): string {
    const { payload, target, topic, sentBy } = options;
    const isRefused = this.isRefused({ kind: 'tell', payload, target, topic, sentBy });
    return this.tell(this.message({ ...options, isRefused }));
  }

  tell(message: ModelMessage): string {
    const { dispatcher } = this.#core;
    const isOutermost = !dispatcher.isBusy;
    return dispatcher.step(() => this.#intake.send(message, isOutermost));
  }

  route(topic: string, payload: Payload, { priority, ttl }: Details, { timeout, signal }: Patience, caller: Listener): void {
    if (this.isCalledOff(signal, caller)) return;
    const isRefused = this.isRefused({ kind: 'ask', payload, topic });
    const target = isRefused || this.#core.refuses() ? undefined : this.#router.pick(topic);
    if (this.isCalledOff(signal, caller)) return;
    const message = this.message({ payload, target, topic, priority, ttl, caller, isRefused });
    this.onLeave(caller, message, signal);
    if (target !== undefined || isRefused || this.#core.refuses()) this.ask(message, timeout);
    else this.#unrouted(message);
  }

  redeliver({ message: { payload, target, topic, priority, attempt } }: ModelLetter): string {
    const isRefused = this.isRefused({ kind: 'tell', payload, target, topic });
    const hasNoRoute = isRefused || this.#core.refuses();
    const again = target ?? (hasNoRoute ? undefined : this.#router.pick(topic!));
    const message = this.message({ payload, target: again, topic, priority, attempt: attempt + 1, isRefused });
    if (again !== undefined || hasNoRoute) return this.tell(message);
    this.#unrouted(message);
    return 'NoRoute';
  }

  /** S3: unsubscribing cancels, and so does a signal. */
  onLeave(caller: Listener, message: ModelMessage, signal: AbortSignal | undefined): void {
    const cancel = (reason?: string): void => this.#core.dispatcher.step(() => this.#ends.cancel(message, reason));
    caller.onLeave = () => cancel();
    this.#core.signals.follow(signal, () => {
      if (message.state !== 'over') cancel(reasonOf(signal!));
    });
  }

  /** The turn, as its handler sees it. */
  turnOf(turn: ModelTurn): Turn {
    const { payload, attempt, topic, sentAt } = turn.message;
    return {
      actor: turn.mailbox.id!,
      payload,
      attempt,
      topic,
      sentAt,
      ask: (actor: ActorName, asked: Payload, { timeout, signal }: Patience, caller: Listener) => {
        const isNotSent = (): boolean => {
          if (!this.isCalledOff(signal, caller) && turn.isAborted) this.#core.dispatcher.step(() => caller.error('ActorStopped'));
          return caller.closed;
        };
        if (isNotSent()) return;
        const isRefused = this.isRefused({ kind: 'ask', payload: asked, target: actor, sentBy: turn });
        if (isNotSent()) return;
        const message = this.messageFrom(turn, actor, asked, caller, isRefused);
        this.onLeave(caller, message, signal);
        this.ask(message, timeout);
      },
      tell: (actor: ActorName, told: Payload) => {
        const isOpen = turn.state === 'on stack' || turn.state === 'open';
        return this.tellOut({ payload: told, target: actor, sentBy: turn, parent: isOpen ? turn : undefined });
      },
    };
  }

  /** From here on nobody waits for the message. */
  taken(message: ModelMessage, caller: Listener): void {
    const { clock, dispatcher } = this.#core;
    clock.stop(message.timeout);
    message.caller = undefined;
    dispatcher.later(() => {
      if (!caller.closed) caller.next('nothing');
      if (!caller.closed) caller.complete();
    });
  }

  #unrouted(message: ModelMessage): void {
    const { dispatcher, journal } = this.#core;
    dispatcher.step(() => {
      message.makesNoLetter = journal.isTellingLetter;
      journal.sent(message, this.#core.onStack);
      journal.failed(message, 'NoRoute');
      journal.letter(message, 'NoRoute');
      message.state = 'over';
      this.#core.tellCaller(message, (caller) => caller.error('RoutingFailed'));
    });
  }
}
