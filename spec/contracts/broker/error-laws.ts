import { type BrokerOptions, type ErrorOrigin, actorId } from 'rx-broker';
import { expect } from 'vitest';
import { deferred, watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLawWith } from './broker-under-law';

const [a, b] = [actorId<any>('a'), actorId<any>('b')];
const failure = new Error('of the handler');
const fail = (): never => {
  throw failure;
};

/** A law for `onError`, which notes what it is told. */
function errorLaw(name: string, work: Parameters<typeof brokerLawWith<[unknown, ErrorOrigin][]>>[2], needs: BrokerLaw['needs'] = []): BrokerLaw {
  const prepare = (): readonly [BrokerOptions, [unknown, ErrorOrigin][]] => {
    const told: [unknown, ErrorOrigin][] = [];
    return [{ onError: (error, origin) => told.push([error, origin]) }, told];
  };
  return brokerLawWith(name, prepare, work, needs);
}

/** The laws of `onError` (O7). */
export const ERROR_LAWS: readonly BrokerLaw[] = [
  errorLaw('onError is told each error of a handler that nobody asked, with its actor, message and envelope, beside the dead letter (O7)', async ({ home, broker, settle, letters }, told) => {
    for (const id of [a, b]) home.spawn(id, fail, { topics: ['work'] });
    await settle();
    broker.trySend(a, 'told', { priority: 'high' });
    await settle();
    broker.tryBroadcast('to all');
    broker.publish('work', 'published');
    await settle();
    broker.offer(b, 'offered').subscribe();
    await settle();
    const expected = [[a, 'told', 'high'], [a, 'to all', 'normal'], [b, 'to all', 'normal'], [a, 'published', 'normal'], [b, 'published', 'normal'], [b, 'offered', 'normal']];
    const sorted = (list: readonly unknown[]): string[] => list.map((one) => JSON.stringify(one)).sort();
    expect(sorted(told.map(([, { actorId: to, message, envelope }]) => [to, message, envelope?.priority]))).toEqual(sorted(expected));
    expect(told.every(([error]) => error === failure)).toBe(true);
    expect(letters.map(({ reason }) => reason)).toEqual(expected.map(() => 'HandlerFailed'));
  }),
  errorLaw('onError is told nothing that a sender is told, and nothing but what a handler throws (O7)', async ({ home, broker, settle }, told) => {
    home.spawn(a, (message) => (message === 'fail' ? fail() : undefined));
    await settle();
    const asked = watchFor(broker.send(a, 'fail'));
    const all = watchFor(broker.broadcast('fail'));
    broker.trySend(b, 'unknown');
    await settle();
    expect(asked.error).toMatchObject({ message: failure.message });
    expect([all.values.length, told]).toEqual([1, []]);
  }),
  errorLaw('onError is told of hooks that fail, without a message (O7, M9)', async ({ home, settle }, told) => {
    const gate = deferred<void>();
    const { ready } = home.spawn(a, { receive: () => {}, onStart: () => gate.promise });
    ready.catch(() => undefined);
    await settle();
    gate.reject(failure);
    home.spawn(b, { receive: () => {}, onStop: fail });
    await settle();
    home.unregister(b);
    await settle();
    expect(told).toEqual([[failure, { actorId: a }], [failure, { actorId: b }]]);
  }),
  errorLaw('onError is told an error before the next turn (D0)', async ({ home, broker, settle }, told) => {
    const steps: string[] = [];
    home.spawn(a, (message) => {
      steps.push(`${String(message)}, ${told.length} told`);
      if (message === 'first') fail();
    });
    await settle();
    broker.trySend(a, 'first');
    broker.trySend(a, 'second');
    await settle();
    expect(steps).toEqual(['first, 0 told', 'second, 1 told']);
  }),
];
