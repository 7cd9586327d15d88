import { actorId, InMemoryMessageBroker, Mailbox, type Delivery } from 'rx-broker';
import type { Case, Part } from '../harness/part';
import type { Work } from '../harness/work';
import { alone } from '../workloads/alone';
import { until } from '../workloads/until';

interface TestMessage {
  readonly id: number;
  readonly payload: string;
}

const topic = 'test';
const id = actorId<TestMessage>('subscriber');
const ids = Array.from({ length: 10 }, (_, index) => actorId<TestMessage>(`subscriber-${String(index)}`));

/** Receives messages with their envelopes, and keeps the last of each. */
class Receiver {
  received = 0;
  sum = 0;
  last: TestMessage | undefined;
  envelopeId: string | undefined;

  readonly actor = (message: TestMessage, { envelope }: { readonly envelope: { readonly id: string } }): void => {
    this.received++;
    this.sum += message.id;
    this.last = message;
    this.envelopeId = envelope.id;
  };

  readonly delivery = (delivery: Delivery<TestMessage>): void => {
    this.actor(delivery.message, delivery.context);
    delivery.complete();
  };

  readonly observer = (message: TestMessage): void => {
    this.received++;
    this.sum += message.id;
    this.last = message;
  };

  /** Counts the messages of a mailbox that has no consumer as received. */
  queued({ size }: Mailbox): void {
    this.received += size;
    this.sum += (size * (size - 1)) / 2;
  }
}

interface Published {
  readonly work: string;
  /** The figure that the reference states, in nanoseconds a message or a round. */
  readonly stated: number;
  /** The same, as its benchmark gave it on 2026-11-30 on a machine of this kind. */
  readonly rerun: number;
  readonly per: 'message' | 'round';
  /** How many are received in a round, and what their ids add up to. */
  readonly messages: number;
  readonly sum: number;
}

/** Does a round again and again; each makes everything anew, its broker included, as the reference's benchmark does. */
function again(name: string, { messages, sum }: Published, round: (to: Receiver) => void): Work {
  const to = new Receiver();
  const rounds = Math.ceil(2000 / messages);
  let expected = 0;
  return {
    name,
    operations: rounds * messages,
    run() {
      expected += rounds * messages;
      for (let index = 0; index < rounds; index++) round(to);
      return until(() => to.received >= expected);
    },
    arrived() {
      const total = (to.received / messages) * sum;
      if (to.sum !== total) throw new Error(`${name}: the ids of what was received add up to ${to.sum}, not to ${total}.`);
      return to.received;
    },
  };
}

/** A row for each way to do it, each in a process of its own. */
function ways(published: Published, rounds: Readonly<Record<string, (to: Receiver) => void>>): Record<string, Case> {
  const { work, stated, rerun, per, messages } = published;
  const caseOf =
    (note: string, round: (to: Receiver) => void): Case =>
    async (bench) => {
      const { ns } = await alone(bench, again(note, published, round));
      return [{ work, subject: 'rx-broker', value: per === 'round' ? ns * messages : ns, unit: 'ns', stated, rerun, note }];
    };
  return Object.fromEntries(Object.entries(rounds).map(([note, round]) => [`${work}: ${note}`, caseOf(note, round)]));
}

const message = (index: number): TestMessage => ({ id: index, payload: `message_${String(index)}` });

export const referencePublished: Part = {
  title: 'Reference: its published benchmark',
  about: 'What its benchmark does, each round with a new broker, beside the numbers that it states.',
  cases: {
    ...ways({ work: 'one message with its envelope, received', stated: 737, rerun: 1020, per: 'round', messages: 1, sum: 1 }, {
      'spawn, trySend': (to) => {
        const broker = new InMemoryMessageBroker();
        broker.spawn(id, to.actor);
        broker.trySend(id, message(1));
      },
      'deliveries$, trySend': (to) => {
        const broker = new InMemoryMessageBroker();
        const mailbox = Mailbox.bounded<TestMessage>(1000);
        broker.register(id, mailbox);
        mailbox.deliveries$.subscribe(to.delivery);
        broker.trySend(id, message(1));
      },
    }),
    ...ways({ work: '100 messages published, then received, each', stated: 212, rerun: 382, per: 'message', messages: 100, sum: 4950 }, {
      'publish to a mailbox, then receive': (to) => {
        const broker = new InMemoryMessageBroker();
        const mailbox = Mailbox.bounded<TestMessage>(1000);
        broker.register(id, mailbox, { topics: [topic] });
        for (let index = 0; index < 100; index++) broker.publish(topic, message(index));
        if (mailbox.size !== 100) throw new Error(`100 were published, ${mailbox.size} are queued.`);
        mailbox.receive(to.actor);
      },
      'tryBroadcast to a mailbox, then receive': (to) => {
        const broker = new InMemoryMessageBroker();
        const mailbox = Mailbox.bounded<TestMessage>(1000);
        broker.register(id, mailbox);
        for (let index = 0; index < 100; index++) broker.tryBroadcast(message(index));
        if (mailbox.size !== 100) throw new Error(`100 were broadcast, ${mailbox.size} are queued.`);
        mailbox.receive(to.actor);
      },
      'publish to topic$, received at once': (to) => {
        const broker = new InMemoryMessageBroker();
        broker.topic$(topic).subscribe(to.observer);
        for (let index = 0; index < 100; index++) broker.publish(topic, message(index));
      },
    }),
    ...ways({ work: 'one message to 10 subscribers, received, a round', stated: 3950, rerun: 5060, per: 'round', messages: 10, sum: 10 }, {
      'spawn, tryBroadcast': (to) => {
        const broker = new InMemoryMessageBroker();
        for (const subscriber of ids) broker.spawn(subscriber, to.actor);
        broker.tryBroadcast(message(1));
      },
      'topic$, publish': (to) => {
        const broker = new InMemoryMessageBroker();
        for (let index = 0; index < 10; index++) broker.topic$(topic).subscribe(to.observer);
        broker.publish(topic, message(1));
      },
    }),
    ...ways({ work: '100 messages into a mailbox of 1,000, each', stated: 182, rerun: 263, per: 'message', messages: 100, sum: 4950 }, {
      'Mailbox.next': (to) => {
        const mailbox = Mailbox.bounded<TestMessage>(1000);
        for (let index = 0; index < 100; index++) mailbox.next(message(index));
        to.queued(mailbox);
      },
    }),
  },
};
