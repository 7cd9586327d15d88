import type { ActorName, Command, Payload, Plan, Reply, Script } from './command';
import { ModelBroker } from './model-broker';
import { ModelGathering } from './model-gathering';
import type { ModelLetter } from './model-letters';
import { ModelMailbox } from './model-mailbox';
import { type ModelCaller, ModelMessage } from './model-message';
import { ModelBindings, ModelRetained } from './model-topics';
import type { ModelTurn } from './model-turn';
import { Story } from './story';

/** Carries a script's commands out on the model. */
export class ModelPlayer {
  readonly story = new Story();
  readonly broker: ModelBroker;
  /** How many letters were taken out by `clear`, and to be sent again. */
  cleared = 0;
  redelivered = 0;
  readonly #cancels: (() => void)[] = [];
  /** Turns whose replies are streams or promises, in the order in which their handlers returned. */
  readonly #held: ModelTurn[] = [];
  readonly #unbinds: (() => void)[] = [];
  readonly #observers = new ModelBindings<(line: string) => void>();
  readonly #ends: (() => void)[] = [];
  readonly #retained = new ModelRetained();
  /** Whom the router picked, the longest ago first. */
  readonly #picked: string[] = [];
  #messages = 0;
  #watchers = 0;

  constructor(script: Script) {
    this.broker = new ModelBroker(
      this.story,
      (turn) => this.#handle(turn),
      script.letters,
      () => this.#over(),
    );
  }

  play(command: Command): void {
    const { broker, story } = this;
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
        this.#ask(command.actor, command);
        return;
      case 'try-send': {
        const { actor, priority, ttl } = command;
        const message = this.#message({ payload: this.#payload(command.plan), target: actor, priority, ttl });
        story.answers.push(broker.offer(message, mailbox, false) ?? 'taken');
        return;
      }
      case 'route':
        this.#route(command);
        return;
      case 'broadcast':
        this.#broadcast(command);
        return;
      case 'try-broadcast': {
        const payload = this.#payload(command.plan);
        const targets = [...broker.actors.values()].filter(({ id }) => command.to.includes(id));
        this.#cast(payload, targets, undefined, () => story.broadcasts.push(`${payload.n}`));
        return;
      }
      case 'publish':
        this.#publish(command.topic, command.plan, command.retain);
        return;
      case 'bind':
        this.#bind(command.pattern, mailbox);
        return;
      case 'unbind':
        nth(this.#unbinds, command.nth)?.();
        return;
      case 'observe':
        this.#observe(command.pattern);
        return;
      case 'cancel':
        nth(this.#cancels, command.nth)?.();
        return;
      case 'settle':
        this.#settle(nth(this.#held, command.nth), command.how);
        return;
      case 'pass':
        broker.clock.pass(command.ms);
        return;
      case 'redeliver':
        for (const letter of broker.letters.take(command.asked)) this.#redeliver(letter);
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
    return { reply, asked: typeof reply === 'object' ? this.#payload(reply.plan) : undefined };
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

  // Sending ------------------------------------------------------------------------------------------

  #payload(plan: Plan): Payload {
    return { n: ++this.#messages, plan };
  }

  #message(options: Omit<ConstructorParameters<typeof ModelMessage>[0], 'sentAt'>): ModelMessage {
    return new ModelMessage({ ...options, sentAt: this.broker.clock.now });
  }

  #ask(target: string, command: Extract<Command, { do: 'send' }>): void {
    const { priority, ttl, timeout, then } = command;
    const { caller, cancels } = this.#caller(then);
    const message = this.#message({ payload: this.#payload(command.plan), target, priority, ttl, caller });
    cancels(() => this.broker.cancel(message));
    this.broker.ask(message, timeout);
  }

  #caller(then?: Command): { caller: ModelCaller; cancels(cancel: () => void): void; tell(line: string): void } {
    const number = this.#cancels.length;
    let isClosed = false;
    const tell = (line: string): void => void this.story.replies.push(`${number}: ${line}`);
    const end = (line: string): void => {
      if (isClosed) return;
      isClosed = true;
      tell(line);
      if (then !== undefined) this.play(then);
    };
    const caller: ModelCaller = {
      get isClosed() {
        return isClosed;
      },
      next: (value) => {
        if (!isClosed) tell(value);
      },
      complete: () => end('completed'),
      error: (error) => end(`failed, ${error}`),
    };
    const cancels = (cancel: () => void): void => {
      this.#cancels.push(() => {
        isClosed = true;
        cancel();
      });
    };
    return { caller, cancels, tell };
  }

  /** T2: an open actor that is bound to the topic: the one picked longest ago, the first of those never picked. */
  #pick(topic: string): string | undefined {
    const ids = this.broker.bindings.match(topic).filter(({ isClosed }) => !isClosed).map(({ id }) => id);
    const chosen = ids.find((id) => !this.#picked.includes(id)) ?? this.#picked.find((id) => ids.includes(id));
    if (chosen === undefined) return undefined;
    if (this.#picked.includes(chosen)) this.#picked.splice(this.#picked.indexOf(chosen), 1);
    this.#picked.push(chosen);
    return chosen;
  }

  #route({ topic, plan, timeout }: Extract<Command, { do: 'route' }>): void {
    const { broker } = this;
    const payload = this.#payload(plan);
    const { caller, cancels } = this.#caller();
    const target = broker.isRefusing ? undefined : this.#pick(topic);
    const message = this.#message({ payload, target, topic, priority: 'normal', caller });
    cancels(() => broker.cancel(message));
    if (target !== undefined) broker.ask(message, timeout);
    else if (broker.isRefusing) broker.offer(message, undefined, true);
    else this.#unrouted(message, () => caller.error('RoutingFailed'));
  }

  #unrouted(message: ModelMessage, tell: () => void): void {
    const { counts } = this.broker;
    counts.sent++;
    counts.failed('NoRoute');
    this.broker.letter(message, 'NoRoute');
    tell();
  }

  #redeliver({ payload, target, topic, priority, attempts }: ModelLetter, letter = arguments[0] as ModelLetter): void {
    const { broker } = this;
    if (broker.isOver) {
      broker.letters.put(letter);
      this.story.answers.push(`${payload.n} again: BrokerClosed`);
      return;
    }
    this.redelivered++;
    const again = target ?? this.#pick(topic!);
    const message = this.#message({ payload, target: again, topic, priority, attempt: attempts + 1 });
    let answer: string | undefined = 'NoRoute';
    if (again === undefined) this.#unrouted(message, () => {});
    else answer = broker.offer(message, broker.actors.get(again), false);
    this.story.answers.push(`${payload.n} again: ${answer ?? 'taken'}`);
  }

  // To many ------------------------------------------------------------------------------------------

  #broadcast({ plan, to, order, timeout }: Extract<Command, { do: 'broadcast' }>): void {
    const { broker } = this;
    const payload = this.#payload(plan);
    const { tell, cancels } = this.#caller();
    const gathering = new ModelGathering(order, tell);
    cancels(() => {
      for (const message of gathering.cancel()) broker.cancel(message);
    });
    const targets = [...broker.actors.values()].filter(({ id }) => to.includes(id));
    broker.atomically(() => {
      const seats = targets.map((mailbox) => ({ mailbox, ...gathering.seat(mailbox.id) }));
      for (const { mailbox, place, caller } of seats) {
        const message = this.#message({ payload, target: mailbox.id, priority: 'normal', caller });
        place.message = message;
        place.willStart = mailbox.isIdle;
        broker.ask(message, timeout);
        if (gathering.isOver) broker.cancel(message);
      }
      if (!broker.isOver) this.story.broadcasts.push(`${payload.n}`);
      gathering.offered();
    });
  }

  /** R4: offered to all, and told to those who observe, before the first handler runs. */
  #cast(payload: Payload, targets: readonly ModelMailbox[], topic: string | undefined, announce: () => void): void {
    const { broker } = this;
    let taken = 0;
    broker.atomically(() => {
      for (const mailbox of targets) {
        const message = this.#message({ payload, target: mailbox.id, topic, priority: 'normal' });
        if (broker.offer(message, mailbox, false) === undefined) taken++;
      }
      if (!broker.isRefusing && !broker.isOver) announce();
    });
    this.story.answers.push(`${taken} took it`);
  }

  #publish(topic: string, plan: Plan, retain: boolean): void {
    const { broker } = this;
    const payload = this.#payload(plan);
    if (retain && !broker.isRefusing) this.#retained.set(topic, payload);
    // As a Subject's: who subscribes while it is on its way gets the next one.
    const observers = this.#observers.match(topic);
    this.#cast(payload, broker.bindings.match(topic), topic, () => {
      for (const tell of observers) tell(`${topic} ${payload.n}`);
    });
  }

  #observe(pattern: string): void {
    const number = this.#ends.length;
    const tell = (line: string): void => void this.story.streams.push(`observer ${number}: ${line}`);
    this.#ends.push(() => tell('completed'));
    if (this.broker.isOver) {
      tell('completed');
      return;
    }
    for (const [topic, { n }] of this.#retained.match(pattern)) tell(`${topic} ${n}, retained`);
    this.#observers.add(pattern, tell);
  }

  /** Every stream that the broker handed out completes. */
  #over(): void {
    for (const end of this.#ends) end();
    this.#retained.clear();
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
