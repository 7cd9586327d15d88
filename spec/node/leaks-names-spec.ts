import { InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { expectConserved } from '../broker/setup';
import { heap } from './garbage';

const MILLION = 1_000_000;
const WARM_UP = 10_000;
/** Bytes. A name that is kept is above 50 of them, with its entry in a table: a tenth of a million names is five times as much. */
const NOTHING = 1_000_000;
const handler = (): string => 'fine';

/** Each name is used once and let go. */
const USES: Record<string, (broker: InMemoryMessageBroker, i: number) => unknown> = {
  'ids of actors that come, are sent to, and go': (broker, i) => {
    const id = actorId<any>(`actor ${i}`);
    const registration = broker.spawn(id, handler);
    broker.trySend(id, i);
    registration.unsubscribe();
  },
  'ids that nobody has': (broker, i) => broker.trySend(actorId<any>(`nobody ${i}`), i),
  'ids that are watched for a while': (broker, i) => {
    const id = actorId<any>(`watched ${i}`);
    if (i % 4 !== 0) {
      broker.watch(id).subscribe();
      return;
    }
    const registration = broker.spawn(id, handler);
    broker.watch(id).subscribe().unsubscribe();
    broker.watch(id).subscribe();
    registration.unsubscribe();
  },
  'topics that are published on': (broker, i) => broker.publish(`topics.t${i}.x`, i),
  'topics that are bound and unbound': (broker, i) => {
    const binding = broker.bind(`bound.t${i}.*`, actorId('actor'));
    broker.publish(`bound.t${i}.x`, i);
    binding.unsubscribe();
  },
  'topics of actors that come and go': (broker, i) => {
    if (i % 2 === 0) broker.spawn(actorId('short-lived'), handler, { topics: [`own.t${i}`, `own.t${i}.>`] });
    else broker.unregister(actorId('short-lived'));
  },
  'topics that are observed for a while': (broker, i) => {
    const subscription = broker.publications$(`seen.t${i}.>`).subscribe();
    broker.publish(`seen.t${i}.x`, i);
    subscription.unsubscribe();
  },
  'topics that are retained, and cleared': (broker, i) => {
    broker.publish(`kept.t${i}`, i, { retain: true });
    broker.clearRetained(`kept.t${i}`);
  },
  'topics that are routed by': (broker, i) => broker.sendWithRouting({ topic: `work.t${i}` }, i).subscribe(),
  'mailboxes that are registered by turns': (broker, i) => {
    const mailbox = Mailbox.bounded(1);
    broker.register(actorId('mailbox'), mailbox);
    mailbox.next(i);
    broker.unregister(actorId('mailbox'));
  },
};

const NAMES = MILLION / Object.keys(USES).length;

describe('a million distinct names that come and go are forgotten (T3)', () => {
  it.each(Object.entries(USES))('%s', (_, use) => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    broker.spawn(actorId('actor'), handler, { topics: ['work.*'] });
    for (let i = 0; i < WARM_UP; i++) use(broker, i);
    const before = heap();
    for (let i = WARM_UP; i < WARM_UP + NAMES; i++) use(broker, i);
    expect(heap() - before).toBeLessThan(NOTHING);
    expect(broker.metrics()).toMatchObject({ registeredActors: 1, pending: 0, inFlight: 0, openRequests: 0 });
    expectConserved(broker.metrics());
  });
});
