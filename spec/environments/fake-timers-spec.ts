import { type InMemoryMessageBroker, actorId } from 'rx-broker';
import { NEVER, Subject, firstValueFrom, take } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Seen, setup, watchFor } from '../broker/setup';

const id = actorId<any>('actor');
const timedOut = { errored: true, error: { code: 'Timeout', started: true } };

/** The timers of a stretch of a test, and how it waits for what they bring. */
interface Timers {
  readonly name: string;
  readonly begin: () => void;
  /** Until `seen` has ended. */
  readonly pass: (seen: Seen) => Promise<void>;
}

const REAL: Timers = {
  name: 'real timers',
  begin: () => void vi.useRealTimers(),
  pass: (seen) => vi.waitUntil(() => seen.errored || seen.completed, { interval: 1, timeout: 10_000 }).then(() => undefined),
};
const FAKE: Timers = {
  name: 'fake timers',
  begin: () => void vi.useFakeTimers(),
  pass: async () => void (await vi.advanceTimersByTimeAsync(1_000)),
};

afterEach(() => {
  vi.useRealTimers();
});

/** An actor that answers in a promise, in a stream, or never. */
function spawned(): InMemoryMessageBroker {
  const { broker } = setup({ requestTimeout: 600_000 });
  broker.spawn(
    id,
    (message) => {
      if (message === 'promise') return Promise.resolve('fine');
      return message === 'never' ? NEVER : 'fine';
    },
    { concurrency: 10 },
  );
  return broker;
}

describe.each([
  [REAL, FAKE],
  [FAKE, REAL],
])('$name, then others:', (first, second) => {
  it('an ask times out after asks that were answered before (S4)', async () => {
    const broker = spawned();
    first.begin();
    expect(watchFor(broker.send(id, 'at once')).values).toEqual(['fine']);
    await expect(firstValueFrom(broker.send(id, 'promise'))).resolves.toBe('fine');
    second.begin();
    const asked = watchFor(broker.send(id, 'never', { timeout: 20 }));
    expect(asked.errored).toBe(false);
    await second.pass(asked);
    expect(asked).toMatchObject(timedOut);
    expect(watchFor(broker.broadcast('at once')).completed).toBe(true);
  });

  it('an ask times out beside one that was open before (S4)', async () => {
    const broker = spawned();
    first.begin();
    const open = watchFor(broker.send(id, 'never', { timeout: 500_000 }));
    second.begin();
    const asked = watchFor(broker.send(id, 'never', { timeout: 20 }));
    const gathered = watchFor(broker.broadcast('never', { timeout: 20 }));
    await second.pass(gathered);
    expect(asked).toMatchObject(timedOut);
    expect(gathered.values).toMatchObject([{ ok: false, error: { code: 'Timeout' } }]);
    open.subscription.unsubscribe();
    expect(broker.metrics()).toMatchObject({ totalAborted: 3, openRequests: 0, inFlight: 0 });
  });

  it('an ask that was open before is answered, and its timer harms nobody (S4)', async () => {
    const { broker } = setup();
    const reply = new Subject();
    broker.spawn(id, () => reply);
    first.begin();
    const open = watchFor(broker.send(id, 0, { timeout: 20 }));
    second.begin();
    reply.next('late');
    reply.complete();
    const asked = watchFor(broker.send(actorId('nobody'), 0));
    await second.pass(asked);
    expect(open).toMatchObject({ values: ['late'], completed: true });
  });

  it('a turn is ended by its turnTimeout after turns that were over, and beside one that is open (S4)', async () => {
    const { broker } = setup();
    broker.spawn(id, (message) => (message === 'never' ? NEVER : Promise.resolve('fine')), { turnTimeout: 20, concurrency: 3 });
    first.begin();
    await firstValueFrom(broker.send(id, 'promise'));
    broker.trySend(id, 'never');
    second.begin();
    const asked = watchFor(broker.send(id, 'never', { timeout: Infinity }));
    await second.pass(asked);
    expect(asked).toMatchObject(timedOut);
  });

  it('metrics$ ticks for who subscribes then, beside one who came before', async () => {
    const { broker } = setup({ metricsInterval: 20 });
    first.begin();
    const before = watchFor(broker.metrics$);
    second.begin();
    const ticks = watchFor(broker.metrics$.pipe(take(3)));
    await second.pass(ticks);
    expect(ticks.values).toHaveLength(3);
    before.subscription.unsubscribe();
  });

  it('close ends what does not end by itself when its time is over (§7)', async () => {
    const broker = spawned();
    first.begin();
    await firstValueFrom(broker.send(id, 'promise'));
    second.begin();
    const asked = watchFor(broker.send(id, 'never', { timeout: Infinity }));
    const closed = broker.close({ timeout: 20 });
    await second.pass(asked);
    expect(asked.error).toMatchObject({ code: 'BrokerClosed' });
    await closed;
  });
});

describe('fake timers beside a real clock', () => {
  const fake = (): void =>
    void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] });

  it.each<[string, () => void, () => void]>([
    ['that stay', fake, () => {}],
    ['that come', () => {}, fake],
    ['that go', fake, () => void vi.useRealTimers()],
  ])('%s while a drain gives way: every ask of an async actor is answered (D4)', async (_, before, meanwhile) => {
    const { broker } = setup();
    broker.spawn(id, async (n: number) => {
      const end = performance.now() + 1.5;
      while (performance.now() < end);
      return n;
    });
    before();
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    const asked = numbers.map((n) => firstValueFrom(broker.send(id, n)));
    await asked[10];
    meanwhile();
    expect(broker.metrics().pending).toBeGreaterThan(20);
    expect(await Promise.all(asked)).toEqual(numbers);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 40, pending: 0, inFlight: 0, openRequests: 0 });
  });
});
