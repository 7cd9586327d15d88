import { type ActorId, type BrokerEvent, Mailbox, actorId } from 'rx-broker';
import { toDeadLetters, toMetrics } from 'rx-broker/operators';
import { NEVER, of } from 'rxjs';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, type BrokerUnderLaw, brokerLaw } from './broker-under-law';

const [a, b] = [actorId<any>('a'), actorId<any>('b')];

/** Brings about every outcome of a message once. `atRest` is called whenever nothing is left to tell. */
async function aBitOfEverything(under: BrokerUnderLaw, atRest = (): void => undefined): Promise<void> {
  const { home, broker } = under;
  const settle = async (): Promise<void> => {
    await under.settle();
    atRest();
  };
  home.spawn(a, (message) => {
    if (message === 'throw') throw new Error('no');
    return message === 'hang' ? NEVER : of(1, 2);
  }, { topics: ['work'] });
  home.register(b, Mailbox.bounded(1));
  await settle();
  for (const message of ['fine', 'throw']) {
    broker.trySend(a, message);
    watchFor(broker.send(a, message));
  }
  broker.trySend(actorId('nobody'), 'lost');
  watchFor(broker.sendWithRouting({ topic: 'nowhere' }, 'lost'));
  await settle();
  broker.trySend(b, 'queued');
  broker.trySend(b, 'too many');
  broker.tryBroadcast('all');
  broker.publish('work', 'published');
  await settle();
  const hanging = watchFor(broker.send(a, 'hang'));
  await settle();
  const queued = watchFor(broker.send(a, 'taken back'));
  await settle();
  queued.subscription.unsubscribe();
  hanging.subscription.unsubscribe();
  await settle();
  home.unregister(b);
  await settle();
}

/** The actor that an event is about. */
function actorOf(event: BrokerEvent): ActorId | undefined {
  if (event.kind === 'dead-lettered') return event.letter.target;
  return 'message' in event ? event.target : event.id;
}

/** The figures after a bit of everything. */
const FIGURES = {
  ...{ totalSent: 13, totalDelivered: 7, totalSucceeded: 4, totalErrored: 2, totalAborted: 1, inFlight: 0, pending: 0 },
  ...{ totalFailed: 6, openRequests: 0, registeredActors: 1, totalDeadLettered: 6 },
  failedBy: { ActorNotFound: 2, MailboxFull: 2, NoRoute: 1, Cancelled: 1 },
};

export const OBSERVING_LAWS: readonly BrokerLaw[] = [
  brokerLaw('eventsOf tells what events$ tells of these actors, in its order (O1)', async (under) => {
    const { home } = under;
    const all = watchFor(home.events$);
    const watched = [[a], [b], [b, a, b], []].map((ids) => ({ ids, seen: watchFor(home.eventsOf(...ids)) }));
    await aBitOfEverything(under);
    for (const { ids, seen } of watched) {
      const meant = all.values.filter((event) => (ids as unknown[]).includes(actorOf(event as BrokerEvent)));
      expect(seen.values).toEqual(meant);
      expect(meant.length).toBeGreaterThan(ids.length === 0 ? -1 : 5);
    }
  }),
  brokerLaw('events$ tells a message’s life, step by step, with one id (O1)', async ({ home, broker, settle, letters }) => {
    const events: BrokerEvent[] = [];
    home.events$.subscribe((event) => events.push(event));
    home.register(a, Mailbox.bounded(1));
    await settle();
    broker.trySend(a, 'queued');
    await settle();
    home.unregister(a);
    await settle();
    expect(events.map(({ kind }) => kind)).toEqual(['registered', 'sent', 'queued', 'failed', 'dead-lettered', 'unregistered']);
    expect(new Set(events.flatMap((event) => ('message' in event ? [event.id] : []))).size).toBe(1);
    expect(letters).toHaveLength(1);
    events.length = 0;
    home.spawn(a, () => 'reply');
    await settle();
    watchFor(broker.send(a, 'asked'));
    await settle();
    expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'queued')).toEqual(['registered', 'sent', 'delivered', 'settled']);
    expect(events.at(-1)).toMatchObject({ outcome: 'succeeded', asked: true, target: a, message: 'asked' });
  }),
  brokerLaw('whenever nothing is left to tell, metrics() is what toMetrics() makes of events$, and deadLetters$ what toDeadLetters() does (O1)', async (under) => {
    const { home, letters } = under;
    const counted = watchFor(home.events$.pipe(toMetrics()));
    const told = watchFor(home.events$.pipe(toDeadLetters()));
    await aBitOfEverything(under, () => {
      const { avgRoutingLatencyNs: _measured, ...metrics } = home.metrics();
      expect(counted.values.at(-1)).toMatchObject(metrics);
      expect(told.values).toEqual(letters);
    });
    expect(letters.length).toBeGreaterThan(3);
  }, { needs: ['oneLedger'] }),
  brokerLaw('the figures are the same whether or not anyone looks (O1)', async (under) => {
    await aBitOfEverything(under);
    expect(under.home.metrics()).toMatchObject(FIGURES);
  }, { needs: ['oneLedger'] }),
  brokerLaw('the figures are the same if the events of some actors are observed (O1)', async (under) => {
    const seen = watchFor(under.home.eventsOf(a));
    await aBitOfEverything(under);
    expect(under.home.metrics()).toMatchObject(FIGURES);
    expect(seen.values.length).toBeGreaterThan(5);
  }, { needs: ['oneLedger'] }),
  brokerLaw('each stream is the same object at each read, since an async pipe subscribes again to another one', ({ broker }) => {
    for (const name of ['broadcasts$', 'metrics$', 'deadLetters$', 'events$'] as const) expect(broker[name], name).toBe(broker[name]);
  }),
  brokerLaw('a dead letter says what was lost, whose it was, and why (O3)', async ({ broker, settle, letters }) => {
    broker.trySend(a, { lost: true }, { priority: 'high', headers: { trace: 'x' } });
    await settle();
    expect(letters).toEqual([
      {
        ...{ id: expect.any(String) as string, target: a, message: { lost: true }, priority: 'high', reason: 'ActorNotFound' },
        ...{ asked: false, at: expect.any(Number) as number, attempts: 1, headers: { trace: 'x' } },
      },
    ]);
  }),
];
