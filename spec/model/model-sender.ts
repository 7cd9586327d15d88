import type { ActorName, Payload } from './command';
import type { Listener } from './listener';
import type { ModelCore } from './model-core';
import type { ModelEnds } from './model-ends';
import type { ModelIntake } from './model-intake';
import type { ModelLetter } from './model-letters';
import { type ModelCaller, ModelMessage, type ModelMessageOptions } from './model-message';
import type { ModelRouter } from './model-router';
import { type ModelTurn, isStuck } from './model-turn';
import type { Turn } from './world';

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
  messageFrom(turn: ModelTurn, target: string, payload: Payload, caller: ModelCaller): ModelMessage {
    const isWaitedFor = turn.state === 'on stack' || turn.state === 'open';
    const message = this.message({ payload, target, caller, parent: isWaitedFor ? turn : undefined });
    if (isWaitedFor) turn.asks.push(message);
    return message;
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

  /** O6: when a handler has returned, an ask of its turn fails at once, if only turns that wait for the ask could answer it. */
  breakCircles(turn: ModelTurn): void {
    for (const ask of [...turn.asks]) if (turn.state === 'open' && isStuck(ask, [turn])) this.#ends.fail(ask, 'Deadlock');
  }

  startTimeout(message: ModelMessage, timeout: number): void {
    if (message.state === 'over' || message.isAnswered) return;
    const { clock, dispatcher } = this.#core;
    message.timeout = clock.set(timeout, () => dispatcher.step(() => this.#ends.fail(message, 'Timeout')));
  }

  tell(message: ModelMessage): string {
    const { dispatcher } = this.#core;
    const isOutermost = !dispatcher.isBusy;
    return dispatcher.step(() => this.#intake.send(message, isOutermost));
  }

  route(topic: string, payload: Payload, timeout: number, caller: Listener): void {
    const target = this.#core.refuses() ? undefined : this.#router.pick(topic);
    const message = this.message({ payload, target, topic, caller });
    this.onLeave(caller, message);
    if (target !== undefined || this.#core.refuses()) this.ask(message, timeout);
    else this.#unrouted(message);
  }

  redeliver({ message: { payload, target, topic, priority, attempt } }: ModelLetter): string {
    const isRefused = this.#core.refuses();
    const again = target ?? (isRefused ? undefined : this.#router.pick(topic!));
    const message = this.message({ payload, target: again, topic, priority, attempt: attempt + 1 });
    if (again !== undefined || isRefused) return this.tell(message);
    this.#unrouted(message);
    return 'NoRoute';
  }

  /** S3: unsubscribing cancels. */
  onLeave(caller: Listener, message: ModelMessage): void {
    caller.onLeave = () => this.#core.dispatcher.step(() => this.#ends.cancel(message));
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
      ask: (actor: ActorName, asked: Payload, timeout: number, caller: Listener) => {
        if (turn.isAborted) {
          this.#core.dispatcher.step(() => caller.error('ActorStopped'));
          return;
        }
        const message = this.messageFrom(turn, actor, asked, caller);
        this.onLeave(caller, message);
        this.ask(message, timeout);
      },
      tell: (actor: ActorName, told: Payload) => {
        const isOpen = turn.state === 'on stack' || turn.state === 'open';
        return this.tell(this.message({ payload: told, target: actor, parent: isOpen ? turn : undefined }));
      },
    };
  }

  #unrouted(message: ModelMessage): void {
    const { dispatcher, journal } = this.#core;
    dispatcher.step(() => {
      message.makesNoLetter = journal.isTellingLetter;
      journal.totalSent++;
      journal.event('sent', message);
      journal.failed(message, 'NoRoute');
      journal.letter(message, 'NoRoute');
      message.state = 'over';
      this.#core.tellCaller(message, (caller) => caller.error('RoutingFailed'));
    });
  }
}
