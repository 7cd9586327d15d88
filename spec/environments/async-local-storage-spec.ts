import { AsyncLocalStorage } from 'node:async_hooks';
import { type InMemoryMessageBroker, actorId } from 'rx-broker';
import { NEVER, type Observable, timeout } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deferred, setup } from '../broker/setup';

const [id, narrow, asker] = [actorId<any>('actor'), actorId<any>('narrow'), actorId<any>('asker')];
const user = new AsyncLocalStorage<string>();
const USERS = ['ada', 'bob', 'cyd'];

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Who is told, and in whose context, when each user subscribes. */
async function told(stream: Observable<unknown>): Promise<string[]> {
  const seen: string[] = [];
  for (const name of USERS) {
    const note = (): void => void seen.push(`${name} as ${String(user.getStore())}`);
    user.run(name, () => stream.subscribe({ next: note, error: note }));
  }
  await vi.waitUntil(() => seen.length === USERS.length);
  return seen;
}

describe('each caller has its own context', () => {
  it.each<[string, (broker: InMemoryMessageBroker) => Observable<unknown>]>([
    ['its ask times out while it runs', (broker) => broker.send(id, 0, { timeout: 5 })],
    ['its ask times out while it is queued', (broker) => broker.send(narrow, 0, { timeout: 5 })],
    ['an ask that its turn sent times out', (broker) => broker.send(asker, 0, { timeout: Infinity })],
    ['its broadcast times out', (broker) => broker.broadcastFilter(0, (target) => target === id, { timeout: 5 })],
  ])('where %s, as by timeout of RxJS (S4)', async (_, ask) => {
    const { broker } = setup();
    broker.spawn(id, () => NEVER, { concurrency: 3 });
    broker.spawn(narrow, () => NEVER);
    broker.spawn(asker, (_, context) => context.send(id, 0, { timeout: 5 }), { concurrency: 3 });
    const expected = await told(NEVER.pipe(timeout(5)));
    expect(expected).toEqual(['ada as ada', 'bob as bob', 'cyd as cyd']);
    expect(await told(ask(broker))).toEqual(expected);
  });
});

describe('a handler runs in the context of the code that drains (S7)', () => {
  it("the caller's where the actor is idle, and where that drain runs what others send meanwhile", () => {
    const { broker } = setup();
    const seen: unknown[] = [];
    broker.spawn(id, (n: number) => {
      seen.push(user.getStore());
      if (n === 1) user.run('bob', () => broker.trySend(id, 2));
    });
    user.run('ada', () => broker.trySend(id, 1));
    expect(seen).toEqual(['ada', 'ada']);
  });

  it.each<[string, Record<string, unknown>]>([
    ['setImmediate', {}],
    ['a MessageChannel', { setImmediate: undefined }],
    ['setTimeout', { setImmediate: undefined, MessageChannel: undefined }],
  ])('also after the drain has given way, by %s (D4)', async (_, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const { broker } = setup();
    const { promise, resolve } = deferred();
    const seen: unknown[] = [];
    broker.spawn(id, (left: number) => {
      const end = performance.now() + 3;
      while (performance.now() < end);
      seen.push(user.getStore());
      if (left > 0) broker.trySend(id, left - 1);
      else resolve(undefined);
    });
    user.run('ada', () => broker.trySend(id, 9));
    expect(seen.length).toBeLessThan(10);
    await promise;
    expect(new Set(seen)).toEqual(new Set(['ada']));
  });
});
