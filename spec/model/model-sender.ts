import type { Command, Payload, Plan } from './command';
import type { ModelBroker } from './model-broker';
import type { ModelLetter } from './model-letters';
import { type ModelCaller, ModelMessage } from './model-message';
import type { Story } from './story';

/** What a message is made of, but for when it is sent. */
type MessageOptions = Omit<ConstructorParameters<typeof ModelMessage>[0], 'sentAt'>;

/** Who asked: what it is told, how it goes away, and what tells its story. */
interface Asker {
  readonly caller: ModelCaller;
  cancels(cancel: () => void): void;
  tell(line: string): void;
}

/** Sends what a script's commands send to one actor of the model, and plays those who wait for a reply. */
export class ModelSender {
  /** How many letters were sent again. */
  redelivered = 0;
  readonly cancels: (() => void)[] = [];
  readonly #broker: ModelBroker;
  readonly #story: Story;
  readonly #play: (command: Command) => void;
  /** Whom the router picked, the longest ago first. */
  readonly #picked: string[] = [];
  #messages = 0;

  constructor(broker: ModelBroker, story: Story, play: (command: Command) => void) {
    this.#broker = broker;
    this.#story = story;
    this.#play = play;
  }

  payload(plan: Plan): Payload {
    return { n: ++this.#messages, plan };
  }

  message(options: MessageOptions): ModelMessage {
    return new ModelMessage({ ...options, sentAt: this.#broker.clock.now });
  }

  ask(target: string, command: Extract<Command, { do: 'send' }>): void {
    const { priority, ttl, timeout, then } = command;
    const { caller, cancels } = this.caller(then);
    const message = this.message({ payload: this.payload(command.plan), target, priority, ttl, caller });
    cancels(() => this.#broker.cancel(message));
    this.#broker.ask(message, timeout);
  }

  caller(then?: Command): Asker {
    const number = this.cancels.length;
    let isClosed = false;
    const tell = (line: string): void => void this.#story.replies.push(`${number}: ${line}`);
    const end = (line: string): void => {
      if (isClosed) return;
      isClosed = true;
      tell(line);
      if (then !== undefined) this.#play(then);
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
      this.cancels.push(() => {
        isClosed = true;
        cancel();
      });
    };
    return { caller, cancels, tell };
  }

  route({ topic, plan, timeout }: Extract<Command, { do: 'route' }>): void {
    const broker = this.#broker;
    const payload = this.payload(plan);
    const { caller, cancels } = this.caller();
    const target = broker.isRefusing ? undefined : this.#pick(topic);
    const message = this.message({ payload, target, topic, priority: 'normal', caller });
    cancels(() => broker.cancel(message));
    if (target !== undefined) broker.ask(message, timeout);
    else if (broker.isRefusing) broker.offer(message, undefined, true);
    else this.#unrouted(message, () => caller.error('RoutingFailed'));
  }

  redeliver(letter: ModelLetter): void {
    const { payload, target, topic, priority, attempts } = letter;
    const broker = this.#broker;
    if (broker.isOver) {
      broker.letters.put(letter);
      this.#story.answers.push(`${payload.n} again: BrokerClosed`);
      return;
    }
    this.redelivered++;
    const again = target ?? this.#pick(topic!);
    const message = this.message({ payload, target: again, topic, priority, attempt: attempts + 1 });
    let answer: string | undefined = 'NoRoute';
    if (again === undefined) this.#unrouted(message, () => {});
    else answer = broker.offer(message, broker.actors.get(again), false);
    this.#story.answers.push(`${payload.n} again: ${answer ?? 'taken'}`);
  }

  /** T2: an open actor that is bound to the topic: the one picked longest ago, the first of those never picked. */
  #pick(topic: string): string | undefined {
    const ids = this.#broker.bindings.match(topic).filter(({ isClosed }) => !isClosed).map(({ id }) => id);
    const chosen = ids.find((id) => !this.#picked.includes(id)) ?? this.#picked.find((id) => ids.includes(id));
    if (chosen === undefined) return undefined;
    if (this.#picked.includes(chosen)) this.#picked.splice(this.#picked.indexOf(chosen), 1);
    this.#picked.push(chosen);
    return chosen;
  }

  #unrouted(message: ModelMessage, tell: () => void): void {
    const { counts } = this.#broker;
    counts.sent++;
    counts.failed('NoRoute');
    this.#broker.letter(message, 'NoRoute');
    tell();
  }
}
