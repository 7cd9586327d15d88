import type { ActorName, Command, Payload, Reply, Script } from './command';
import { ModelBroker } from './model-broker';
import { ModelCaster } from './model-caster';
import { ModelMailbox } from './model-mailbox';
import { ModelSender } from './model-sender';
import type { ModelTurn } from './model-turn';
import { Story } from './story';

/** What is no doing: it may be done in the middle of a message's way to many, and changes nothing there. (To settle is one, where there is a turn to settle.) */
const LOOKS: readonly Command['do'][] = ['watch', 'observe', 'clear', 'pass', 'unbind', 'settle'];

/** Carries a script's commands out on the model. */
export class ModelPlayer {
  readonly story = new Story();
  readonly broker: ModelBroker;
  /** How many letters were taken out by `clear`. */
  cleared = 0;
  readonly #sender: ModelSender;
  readonly #caster: ModelCaster;
  /** Turns whose replies are streams or promises, in the order in which their handlers returned. */
  readonly #held: ModelTurn[] = [];
  readonly #unbinds: (() => void)[] = [];
  #watchers = 0;

  constructor(script: Script) {
    this.broker = new ModelBroker(
      this.story,
      (turn) => this.#handle(turn),
      script.letters,
      () => this.#caster.over(),
    );
    this.#sender = new ModelSender(this.broker, this.story, (command) => this.play(command));
    this.#caster = new ModelCaster(this.broker, this.story, this.#sender);
  }

  /** How many letters were sent again. */
  get redelivered(): number {
    return this.#sender.redelivered;
  }

  play(command: Command): void {
    const { broker, story } = this;
    if (!LOOKS.includes(command.do)) broker.endCast();
    const mailbox = 'actor' in command ? broker.actors.get(command.actor) : undefined;
    switch (command.do) {
      case 'register':
        this.#register(command.actor, new ModelMailbox(command.actor, command.mailbox));
        return;
      case 'unregister':
        if (mailbox === undefined) story.answers.push('NotFound');
        else broker.unregister(mailbox);
        return;
      case 'consume':
        if (mailbox === undefined || mailbox.hasConsumer) return;
        mailbox.hasConsumer = mailbox.isSubscribing = true;
        broker.atomically(() => broker.lineUp(mailbox));
        mailbox.isSubscribing = false;
        return;
      case 'leave':
        if (mailbox !== undefined && !mailbox.isSubscribing) mailbox.hasConsumer = false;
        return;
      case 'close-mailbox':
        if (mailbox !== undefined) mailbox.isClosed = true;
        return;
      case 'watch':
        this.#watch(command.actor);
        return;
      case 'send':
        this.#sender.ask(command.actor, command);
        return;
      case 'try-send': {
        const { actor, priority, ttl } = command;
        const message = this.#sender.message({ payload: this.#sender.payload(command.plan), target: actor, priority, ttl });
        story.answers.push(broker.offer(message, mailbox, false) ?? 'taken');
        return;
      }
      case 'route':
        this.#sender.route(command);
        return;
      case 'broadcast':
        this.#caster.broadcast(command);
        return;
      case 'try-broadcast':
        this.#caster.tryBroadcast(command);
        return;
      case 'publish':
        this.#caster.publish(command.topic, command.plan, command.retain);
        return;
      case 'bind':
        this.#bind(command.pattern, mailbox);
        return;
      case 'unbind':
        nth(this.#unbinds, command.nth)?.();
        return;
      case 'observe':
        this.#caster.observe(command.pattern);
        return;
      case 'cancel':
        nth(this.#sender.cancels, command.nth)?.();
        return;
      case 'settle':
        this.#settle(nth(this.#held, command.nth), command.how);
        return;
      case 'pass':
        broker.clock.pass(command.ms);
        return;
      case 'redeliver':
        for (const letter of broker.letters.take(command.asked)) this.#sender.redeliver(letter);
        return;
      case 'clear':
        this.cleared += broker.letters.take(true).length;
        return;
      case 'close':
        broker.close(command.drain, command.timeout);
    }
  }

  // Handlers -----------------------------------------------------------------------------------------

  #handle(turn: ModelTurn): { reply: Reply; asked: Payload | undefined } {
    const { carry, reply } = turn.message.payload.plan;
    if (carry !== undefined) this.play(carry);
    if (reply === 'stream' || reply === 'promise') this.#held.push(turn);
    turn.isPromise = reply === 'promise';
    return { reply, asked: typeof reply === 'object' ? this.#sender.payload(reply.plan) : undefined };
  }

  #settle(turn: ModelTurn | undefined, how: 'value' | 'complete' | 'error'): void {
    if (turn === undefined) return;
    const { turns } = this.broker;
    const { n } = turn.message.payload;
    if (how === 'error') turns.fail(turn, `failed by ${n}`);
    else if (turn.isPromise) turns.complete(turn, `promised by ${n}`);
    else if (how === 'value') turns.emit(turn, `streamed by ${n}`);
    else turns.complete(turn);
  }

  // Actors -------------------------------------------------------------------------------------------

  #register(actor: ActorName, mailbox: ModelMailbox): void {
    const { broker } = this;
    if (broker.isClosing || broker.actors.has(actor)) {
      this.story.answers.push(broker.isClosing ? 'BrokerClosed' : 'AlreadyRegistered');
      return;
    }
    broker.actors.set(actor, mailbox);
    for (const topic of mailbox.spec.topics) broker.bindings.add(topic, mailbox);
  }

  #watch(actor: ActorName): void {
    const { broker } = this;
    const number = ++this.#watchers;
    const tell = (): void => void this.story.ends.push(`watcher ${number}: ${actor} ended`);
    if (!broker.actors.has(actor)) tell();
    else if (broker.watchers.get(actor)?.push(tell) === undefined) broker.watchers.set(actor, [tell]);
  }

  #bind(pattern: string, mailbox: ModelMailbox | undefined): void {
    if (mailbox === undefined) {
      this.story.answers.push('NotFound');
      return;
    }
    const { bindings } = this.broker;
    bindings.add(pattern, mailbox);
    this.#unbinds.push(
      once(() => {
        if (!mailbox.isGone) bindings.remove(pattern, mailbox);
      }),
    );
  }
}

function nth<T>(list: readonly T[], n: number): T | undefined {
  return list.length === 0 ? undefined : list[n % list.length];
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
