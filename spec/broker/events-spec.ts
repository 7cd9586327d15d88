import { type BrokerEvent, type BrokerMetrics, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { toDeadLetters } from 'rx-broker/operators';
import { NEVER, type Subscription, filter, of, queueScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countFromEvents, setupStill as setup, watchFor } from './setup';

const id = actorId<any>('actor');
const other = actorId<any>('other');

describe('events$', () => {
  it('tells that a message is queued before its turn, also where a scheduler calls at once (O1, D3)', () => {
    const { broker } = setup({ dispatcher: queueScheduler });
    const mailbox = Mailbox.bounded<any>(4);
    broker.register(id, mailbox);
    mailbox.receive(() => {});
    const pressure = watchFor(mailbox.pressure$);
    const events: unknown[] = [];
    broker.events$.subscribe((event) => events.push([event.kind, (event as { message?: unknown }).message]));
    broker.trySend(id, 'hi');
    expect(events).toEqual([
      ['sent', 'hi'],
      ['queued', 'hi'],
      ['delivered', 'hi'],
      ['settled', 'hi'],
    ]);
    expect(pressure.values).toEqual([0, 0.25, 0]);
  });

  it('tells the end of an ask after its beginning, also if the turn had ended itself before it asked (D0, M4)', () => {
    const { broker } = setup();
    broker.register(other, Mailbox.bounded(5));
    broker.spawn(id, (_message, context) => {
      broker.unregister(id);
      context.send(other, 'asked').subscribe({ error: () => {} });
    });
    const kinds: string[] = [];
    broker.events$.subscribe((event) => 'message' in event && event.message === 'asked' && kinds.push(event.kind));
    broker.trySend(id, 0);
    expect(kinds).toEqual(['sent', 'queued', 'failed']);
  });

  it('says of a sent message whether it is part of a broadcast (O1)', () => {
    const { broker } = setup();
    const id = actorId<any>('listens');
    broker.spawn(id, () => {}, { topics: ['t'] });
    const said: unknown[] = [];
    broker.events$.subscribe((event) => {
      if (event.kind === 'sent') said.push([event.message, event.broadcast]);
    });
    broker.trySend(id, 'told');
    broker.trySend(id, 'told with headers', { headers: { h: '1' } });
    broker.send(id, 'asked').subscribe();
    broker.send(id, 'asked with headers', { headers: { h: '1' } }).subscribe();
    broker.sendWithRouting({ topic: 't' }, 'routed').subscribe();
    broker.publish('t', 'published');
    broker.tryBroadcast('told to all');
    broker.broadcast('asked of all').subscribe();
    broker.broadcast('asked of all with headers', { headers: { h: '1' } }).subscribe();
    const all = ['told to all', 'asked of all', 'asked of all with headers'];
    const one = ['told', 'told with headers', 'asked', 'asked with headers', 'routed', 'published'];
    expect(said).toEqual([...one.map((message) => [message, false]), ...all.map((message) => [message, true])]);
  });

  it('adds up to metrics(), whenever nothing is left to tell (O1)', async () => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    const mailbox = Mailbox.bounded<string>(2, { overflow: 'block', maxWaiting: 1 });
    const ignore = { error: () => {} };
    const asks: Subscription[] = [];
    const steps: (() => unknown)[] = [
      () => broker.register(id, mailbox),
      () => broker.spawn(other, (how) => {
        if (how === 'throw') throw new Error('no');
        if (how === 'never') return NEVER;
        if (how === 'nested') broker.trySend(id, 'nested');
        return of(1, 2);
      }, { turnTimeout: 50_000 }),
      () => broker.trySend(other, 'x'),
      () => broker.trySend(other, 'throw'),
      () => broker.send(other, 'nested').subscribe(),
      () => broker.send(other, 'throw').subscribe(ignore),
      () => asks.push(...['q', 'w', 'refused'].map((message) => broker.send(id, message).subscribe(ignore))),
      () => asks[1]!.unsubscribe(),
      () => broker.send(id, 'w2').subscribe(ignore),
      () => broker.broadcast('all').subscribe(),
      () => broker.tryBroadcast('all'),
      () => broker.bind('t', other),
      () => broker.publish('t', 1),
      () => broker.sendWithRouting({ topic: 'no.route' }, 1).subscribe(ignore),
      () => asks.push(broker.send(other, 'never').subscribe()),
      () => broker.trySend(actorId('nobody'), 1),
      () => asks.at(-1)!.unsubscribe(),
      () => mailbox.receive(() => {}),
      () => broker.unregister(id),
    ];
    for (const step of steps) {
      step();
      check();
    }
    await broker.close({ drain: false });
    check();
    expect(broker.metrics()).toMatchObject({ registeredActors: 0, pending: 0, inFlight: 0, openRequests: 0 });
  });

  it('changes no count by being observed (O1)', () => {
    const run = (observed: boolean): BrokerMetrics => {
      const broker = new InMemoryMessageBroker({ logDeadLetters: false });
      if (observed) broker.events$.subscribe();
      broker.register(id, Mailbox.bounded(1));
      broker.spawn(other, (n: number) => {
        if (n > 2) throw new Error('no');
        broker.trySend(id, n);
      });
      for (let n = 0; n < 5; n++) {
        broker.trySend(other, n);
        broker.tryBroadcast(n);
        broker.send(id, n).subscribe({ error: () => {} });
      }
      return { ...broker.metrics(), avgRoutingLatencyNs: 0 };
    };
    expect(run(true)).toEqual(run(false));
    expect(run(true).totalDeadLettered).toBeGreaterThan(0);
  });

  it('holds the dead letters (O1)', () => {
    const { broker, letters } = setup();
    const derived = watchFor(broker.events$.pipe(toDeadLetters()));
    broker.trySend(id, 1);
    broker.trySend(id, 2);
    expect(derived.values).toEqual(letters);
    expect(letters).toHaveLength(2);
  });

  it('tells dead letters in the order of deadLetters$, also those that their observers cause (O1, D2)', () => {
    const { broker, letters } = setup();
    broker.spawn(id, (message) => void broker.trySend(other, message));
    broker.events$.pipe(toDeadLetters()).subscribe(({ message }) => message === 0 && broker.trySend(id, 1));
    const derived = watchFor(broker.events$.pipe(toDeadLetters()));
    broker.trySend(other, 0);
    expect(letters.map(({ message }) => message)).toEqual([0, 1]);
    expect(derived.values).toEqual(letters);
  });

  it('makes no letter of a failure that the observer of one causes, but counts and tells it (O4)', () => {
    const { broker, letters } = setup();
    broker.events$.pipe(toDeadLetters()).subscribe((letter) => void broker.trySend(other, letter));
    const failed = watchFor(broker.events$.pipe(filter(({ kind }) => kind === 'failed')));
    broker.trySend(id, 0);
    broker.trySend(id, 1);
    expect(letters.map(({ message }) => message)).toEqual([0, 1]);
    expect(failed.values).toHaveLength(4);
    expect(broker.metrics()).toMatchObject({ totalFailed: 4, totalDeadLettered: 2 });
  });

  it('gives a message one id at all its stages (O1)', () => {
    const { broker } = setup();
    const events: BrokerEvent[] = [];
    broker.events$.subscribe((event) => events.push(event));
    const mailbox = Mailbox.bounded<string>(1, { overflow: 'drop-oldest' });
    broker.register(id, mailbox);
    broker.trySend(id, 'evicted', { priority: 'low' });
    broker.trySend(id, 'kept');
    mailbox.receive(() => {});
    const stages = (message: string) =>
      events.filter((event) => 'message' in event && event.message === message).map((event) => [event.kind, (event as { id: string }).id]);
    const [first] = stages('evicted');
    expect(stages('evicted')).toEqual([
      ['sent', first?.[1]],
      ['queued', first?.[1]],
      ['failed', first?.[1]],
    ]);
    expect(stages('kept').map(([kind]) => kind)).toEqual(['sent', 'queued', 'delivered', 'settled']);
    expect(new Set(stages('kept').map(([, messageId]) => messageId)).size).toBe(1);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'dead-lettered', letter: expect.objectContaining({ id: first?.[1], priority: 'low' }) }));
  });

  it('says whether a sender waits, and when the broker closes (O1)', async () => {
    const { broker } = setup();
    const events: BrokerEvent[] = [];
    broker.events$.subscribe((event) => events.push(event));
    const mailbox = Mailbox.bounded<string>(1, { overflow: 'block' });
    broker.register(id, mailbox);
    broker.trySend(id, '1');
    broker.send(id, '2').subscribe();
    mailbox.receive(() => {});
    await broker.close();
    expect(events.filter(({ kind }) => kind === 'queued')).toMatchObject([{ waiting: false }, { waiting: true }]);
    expect(events.at(-1)).toMatchObject({ kind: 'closed' });
    expect(events.at(-1)).not.toHaveProperty('id');
  });

  it.each<[string, (broker: InMemoryMessageBroker) => unknown]>([
    ['told', (broker) => broker.trySend(id, 0)],
    ['asked', (broker) => broker.send(id, 0).subscribe()],
    ['broadcast', (broker) => broker.tryBroadcast(0)],
    ['broadcast, and asked', (broker) => broker.broadcast(0).subscribe()],
  ])('tells an observer that comes during a turn how the turn ends: %s (O1)', (how, send) => {
    const { broker } = setup();
    const kinds: unknown[] = [];
    broker.spawn(id, () => void broker.events$.subscribe((event) => kinds.push('asked' in event ? [event.kind, event.asked] : event.kind)));
    send(broker);
    const isAsked = how.includes('asked');
    expect(kinds).toEqual([['delivered', isAsked], ['settled', isAsked]]);
  });

  it.each(['trySend', 'send', 'broadcast'] as const)('changes nothing by being observed: %s (O1)', (how) => {
    const run = (isObserved: boolean): unknown[] => {
      const { broker } = setup();
      const steps: unknown[] = [];
      if (isObserved) broker.events$.subscribe();
      broker.spawn(id, (text) => {
        if (text === 'all') broker.trySend(id, 'again');
        steps.push(`actor ${String(text)}`);
        if (text === 'again') throw new Error('no');
        return text;
      });
      broker.spawn(other, (text) => void steps.push(`other ${String(text)}`));
      if (how === 'trySend') steps.push(broker.trySend(id, 'all'));
      else (how === 'send' ? broker.send(id, 'all') : broker.broadcast('all')).subscribe((value) => steps.push(value));
      return [...steps, { ...broker.metrics(), avgRoutingLatencyNs: 0 }];
    };
    expect(run(true)).toEqual(run(false));
  });
});
