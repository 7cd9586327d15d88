import { actorId } from 'rx-broker';
import { NEVER, firstValueFrom, take } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deferred, setup, watchFor } from '../broker/setup';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

// A date that a test has set, and legacy fake timers, which leave `Date` alone.
describe.each([
  ['now', () => Date.now()],
  ['in 2001', () => Date.UTC(2001, 0)],
])('where Date stands still %s, and timers run', (_, today) => {
  beforeEach(() => {
    vi.setSystemTime(today());
  });

  it('an ask and a broadcast time out (S4)', async () => {
    const { broker } = setup();
    broker.spawn(id, () => NEVER);
    await expect(firstValueFrom(broker.send(id, 0, { timeout: 10 }))).rejects.toMatchObject({ code: 'Timeout' });
    await expect(firstValueFrom(broker.broadcast(0, { timeout: 10 }))).resolves.toMatchObject({ ok: false, error: { code: 'Timeout' } });
  });

  it('a turn is ended by its turnTimeout, metrics$ ticks, and close ends in time (S4, §7)', async () => {
    const { broker } = setup({ metricsInterval: 5 });
    broker.spawn(id, () => NEVER, { turnTimeout: 10 });
    broker.spawn(other, () => NEVER);
    await expect(firstValueFrom(broker.send(id, 0, { timeout: Infinity }))).rejects.toMatchObject({ code: 'Timeout' });
    const ticks = watchFor(broker.metrics$.pipe(take(3)));
    await vi.waitUntil(() => ticks.completed);
    const asked = watchFor(broker.send(other, 0, { timeout: Infinity }));
    await broker.close({ timeout: 10 });
    expect(asked.error).toMatchObject({ code: 'BrokerClosed' });
  });

  it.each<[string, (pass: () => void) => unknown]>([
    ['synchronous', (pass) => pass()],
    ['async', async (pass) => pass()],
  ])('%s actors that ping-pong for ever let a timer come (D4)', async (_, handle) => {
    const { broker } = setup();
    const { promise, resolve } = deferred();
    let isOver = false;
    let hops = 0;
    for (const [self, next] of [[id, other], [other, id]] as const) {
      broker.spawn(self, () => handle(() => {
        if (!isOver && ++hops < 3_000_000) broker.trySend(next, 0);
      }));
    }
    setTimeout(() => {
      isOver = true;
      resolve(hops);
    }, 1);
    broker.trySend(id, 0);
    expect(await promise).toBeLessThan(3_000_000);
    await broker.close();
  });

  it('what is sent bears that time, and nothing expires (M3)', () => {
    const { broker, letters } = setup({ mailbox: { ttl: 1 } });
    const sentAt: number[] = [];
    broker.spawn(id, (left: number, { envelope }) => {
      sentAt.push(envelope.sentAt);
      if (left > 0) broker.trySend(id, left - 1);
    });
    broker.trySend(id, 2);
    broker.trySend(actorId('nobody'), 0);
    expect(sentAt).toEqual([Date.now(), Date.now(), Date.now()]);
    expect(letters).toMatchObject([{ at: Date.now() }]);
  });
});
