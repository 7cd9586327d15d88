import type { Command, Payload, Plan } from './command';
import type { ModelBroker } from './model-broker';
import { ModelGathering } from './model-gathering';
import type { ModelMailbox } from './model-mailbox';
import type { ModelSender } from './model-sender';
import { ModelBindings, ModelRetained } from './model-topics';
import type { Story } from './story';

/** Sends what a script's commands send to many actors of the model, and plays those who observe. */
export class ModelCaster {
  readonly #broker: ModelBroker;
  readonly #story: Story;
  readonly #sender: ModelSender;
  readonly #observers = new ModelBindings<(line: string) => void>();
  readonly #ends: (() => void)[] = [];
  readonly #retained = new ModelRetained();

  constructor(broker: ModelBroker, story: Story, sender: ModelSender) {
    this.#broker = broker;
    this.#story = story;
    this.#sender = sender;
  }

  broadcast({ plan, to, order, timeout }: Extract<Command, { do: 'broadcast' }>): void {
    const broker = this.#broker;
    const payload = this.#sender.payload(plan);
    const { tell, cancels } = this.#sender.caller();
    const gathering = new ModelGathering(order, tell);
    cancels(() =>
      broker.atomically(() => {
        for (const message of gathering.cancel()) broker.cancel(message);
      }),
    );
    const targets = [...broker.actors.values()].filter(({ id }) => to.includes(id));
    const { isRefusing } = broker;
    const seats = targets.map((mailbox) => ({ mailbox, ...gathering.seat(mailbox.id) }));
    const steps = seats.map(({ mailbox, place, caller }) => () => {
        const message = this.#sender.message({ payload, target: mailbox.id, priority: 'normal', caller });
        place.message = message;
        if (gathering.isOver) {
          broker.counts.sent++;
          broker.counts.failed('Cancelled');
          return;
        }
        place.willStart = mailbox.isIdle;
        broker.ask(message, timeout);
        if (gathering.isOver) broker.cancel(message);
    });
    const announce = (): void => {
      if (!isRefusing) this.#story.broadcasts.push(`${payload.n}`);
    };
    broker.cast([...steps, announce], () => {
      gathering.offered();
      broker.whenAtRest(() => gathering.atRest());
    });
  }

  tryBroadcast({ plan, to }: Extract<Command, { do: 'try-broadcast' }>): void {
    const payload = this.#sender.payload(plan);
    const targets = [...this.#broker.actors.values()].filter(({ id }) => to.includes(id));
    this.#cast(payload, targets, undefined, () => this.#story.broadcasts.push(`${payload.n}`));
  }

  publish(topic: string, plan: Plan, retain: boolean): void {
    const broker = this.#broker;
    const payload = this.#sender.payload(plan);
    if (retain && !broker.isRefusing) this.#retained.set(topic, payload);
    // As a Subject's: who subscribes while it is on its way gets the next one.
    const observers = this.#observers.match(topic);
    this.#cast(payload, broker.bindings.match(topic), topic, () => {
      for (const tell of observers) tell(`${topic} ${payload.n}`);
    });
  }

  observe(pattern: string): void {
    const number = this.#ends.length;
    const tell = (line: string): void => void this.#story.streams.push(`observer ${number}: ${line}`);
    this.#ends.push(() => tell('completed'));
    if (this.#broker.isOver) {
      tell('completed');
      return;
    }
    for (const [topic, { n }] of this.#retained.match(pattern)) tell(`${topic} ${n}, retained`);
    this.#observers.add(pattern, tell);
  }

  /** Every stream that the broker handed out completes. */
  over(): void {
    for (const end of this.#ends) end();
    this.#retained.clear();
  }

  /** R4: offered to all, and told to those who observe, before the first handler runs. */
  #cast(payload: Payload, targets: readonly ModelMailbox[], topic: string | undefined, announce: () => void): void {
    const broker = this.#broker;
    let taken = 0;
    const { isRefusing } = broker;
    broker.cast([
      ...targets.map((mailbox) => () => {
        const message = this.#sender.message({ payload, target: mailbox.id, topic, priority: 'normal' });
        if (broker.offer(message, mailbox, false) === undefined) taken++;
      }),
      () => {
        if (!isRefusing) announce();
      },
    ]);
    this.#story.answers.push(`${taken} took it`);
  }
}
