import { InMemoryMessageBroker, type InMemoryMessageBroker as Broker, actorId } from 'rx-broker';
import { NEVER, type SchedulerLike, Subject, Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, expectConserved, watchFor } from '../broker/setup';
import { MODES } from './trial';

const [silent, ordinary] = [actorId<any>('silent'), actorId<any>('ordinary')];
const failure = new Error('of the scheduler');
const broken: SchedulerLike = {
  now: () => 0,
  schedule() {
    throw failure;
  },
};

/** A scheduler whose timers cannot be taken back. */
const stubborn: SchedulerLike = {
  now: () => 0,
  schedule() {
    const action = new Subscription();
    action.unsubscribe = () => {
      throw failure;
    };
    return action;
  },
};

/** Every operation that schedules a timer. */
const ASKING: Record<string, (broker: Broker) => unknown> = {
  'a turn that has a turnTimeout': (broker) => broker.trySend(silent, 'told'),
  'an ask that has a timeout': (broker) => watchFor(broker.send(silent, 'asked')),
  'a broadcast that has a timeout': (broker) => watchFor(broker.broadcast('all')),
  'metrics$': (broker) => watchFor(broker.metrics$),
  'close(), with a turn to wait for': (broker) => {
    broker.spawn(actorId<any>('late'), () => NEVER);
    broker.trySend(actorId<any>('late'), 'told');
    void broker.close();
  },
};

describe.each(MODES)('$mode: a scheduler that throws', ({ observed }) => {
  it.each(Object.entries(ASKING))('at %s is logged, and harms no other message and no count (D6)', async (what, ask) => {
    const logged: unknown[] = [];
    const log = (...line: unknown[]): void => void logged.push(line);
    const broker = new InMemoryMessageBroker({ scheduler: broken, logDeadLetters: false, logger: Object.assign(log, { warn: log, error: log }) });
    if (observed) broker.events$.subscribe();
    broker.spawn(silent, () => NEVER, { turnTimeout: 1_000, concurrency: 2 });
    broker.spawn(ordinary, () => 'fine');
    const before = watchFor(broker.send(ordinary, 'before'));
    expect(() => ask(broker)).not.toThrow();
    expectConserved(broker.metrics());
    const after = watchFor(broker.send(ordinary, 'after', { timeout: Infinity }));
    expect([before.values, after.completed || after.errored]).toEqual([['fine'], true]);
    if (what !== 'metrics$') expect(logged).toContainEqual([expect.stringContaining('the scheduler threw'), failure]);
    await broker.close({ drain: false });
    const metrics = broker.metrics();
    expectConserved(metrics);
    expect(metrics).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0, registeredActors: 0 });
  });
});

describe('a scheduler that throws', () => {
  it('at the count of dead letters or of errors is logged once, and harms no message; the counts are written at the end (O3, O7, D6)', async () => {
    const lines: string[] = [];
    const broker = new InMemoryMessageBroker({ scheduler: broken, logger: (line) => void lines.push(line) });
    broker.spawn(ordinary, () => {
      throw new Error('of the handler');
    });
    for (let n = 0; n < 13; n++) {
      expect(broker.trySend(actorId('nobody'), n)).toMatchObject({ code: 'ActorNotFound' });
      expect(broker.trySend(ordinary, n)).toEqual({ ok: true });
    }
    expect(lines.filter((line) => line.includes('the scheduler threw'))).toHaveLength(2);
    await broker.close({ drain: false });
    expect(lines.slice(-2)).toEqual(['rx-broker: 3 further dead letters.', 'rx-broker: 3 further errors of handlers.']);
  });
});

describe.each(MODES)('$mode: a scheduler whose timers throw when they are taken back', ({ observed }) => {
  it('is logged, and harms no message and no count (D6)', async () => {
    const logged: unknown[] = [];
    const log = (...line: unknown[]): void => void logged.push(line);
    const broker = new InMemoryMessageBroker({ scheduler: stubborn, logDeadLetters: false, logger: Object.assign(log, { warn: log, error: log }) });
    if (observed) broker.events$.subscribe();
    const reply = deferred();
    broker.spawn(ordinary, () => reply.promise, { turnTimeout: 1_000 });
    const seen = watchFor(broker.send(ordinary, 'asked'));
    reply.resolve('fine');
    await reply.promise;
    expect(seen).toMatchObject({ values: ['fine'], completed: true });
    expect(logged).toContainEqual([expect.stringContaining('threw'), failure]);
    expectConserved(broker.metrics());
    await broker.close({ drain: false });
    expect(broker.metrics()).toMatchObject({ inFlight: 0, openRequests: 0, registeredActors: 0 });
  });

  it('does not keep a broker from its end, nor metrics$ from completing (D6, §7)', async () => {
    const logged: unknown[] = [];
    const log = (...line: unknown[]): void => void logged.push(line);
    const broker = new InMemoryMessageBroker({ scheduler: stubborn, logger: Object.assign(log, { warn: log, error: log }) });
    if (observed) broker.events$.subscribe();
    const metrics = watchFor(broker.metrics$);
    const reply = deferred();
    broker.spawn(ordinary, () => reply.promise);
    broker.trySend(ordinary, 'told');
    // The eleventh is not written, but counted: that starts a timer.
    for (let n = 0; n < 11; n++) broker.trySend(actorId('nobody'), n);
    const closed = broker.close();
    reply.resolve('fine');
    await closed;
    expect(metrics.completed).toBe(true);
    expect(logged).toContainEqual([expect.stringContaining('threw'), failure]);
  });

  it('is logged as a dispatcher, too, and the broker closes all the same (D3, D6)', async () => {
    const logged: unknown[] = [];
    const log = (...line: unknown[]): void => void logged.push(line);
    const broker = new InMemoryMessageBroker({ dispatcher: stubborn, logDeadLetters: false, logger: Object.assign(log, { warn: log, error: log }) });
    if (observed) broker.events$.subscribe();
    broker.spawn(ordinary, () => {});
    broker.trySend(ordinary, 'waits for ever');
    await broker.close({ drain: false });
    expect(logged).toContainEqual([expect.stringContaining('the dispatcher threw'), failure]);
    expect(broker.metrics()).toMatchObject({ pending: 0, failedBy: { BrokerClosed: 1 } });
  });
});

describe('a scheduler that cannot take a timer back', () => {
  const stubborn = { now: () => 0, schedule: () => ({ unsubscribe: () => { throw new Error('on purpose'); } }) as any };

  it('keeps no streamed value, no end and no listener of a signal from anyone (D6)', () => {
    const broker = new InMemoryMessageBroker({ scheduler: stubborn, logger: () => {} });
    const id = actorId<any>('actor');
    const reply = new Subject<number>();
    broker.spawn(id, () => reply, { turnTimeout: 10 });
    const abort = new AbortController();
    const seen: unknown[] = [];
    broker.send(id, 1, { timeout: 5, signal: abort.signal }).subscribe({ next: (value) => seen.push(value), complete: () => seen.push('complete') });
    expect(() => reply.next(1)).not.toThrow();
    reply.complete();
    abort.abort();
    expect(seen).toEqual([1, 'complete']);
  });

  it('or that throws leaves metrics$ with its first snapshot: streams of a broker never error', () => {
    const broken = { now: () => 0, schedule: () => { throw new Error('on purpose'); } } as any;
    const broker = new InMemoryMessageBroker({ scheduler: broken, logger: () => {} });
    const seen: string[] = [];
    broker.metrics$.subscribe({ next: () => seen.push('snapshot'), error: () => seen.push('error') });
    expect(seen).toEqual(['snapshot']);
  });
});
