import { actorId } from 'rx-broker';
import { firstValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, macrotask, setup, watchFor } from '../broker/setup';

const id = actorId<any>('actor');
const failure = new Error('of the thenable');
const boom = (): never => {
  throw failure;
};
const stream = of(1);

type Settle = (value: unknown) => void;
const thenable = (then: (fulfil: Settle, reject: Settle) => void): object => ({ then });
const later = (work: () => void): void => void setTimeout(work);
/** Fulfilled in a macrotask. */
const lateOne = (): object => thenable((fulfil) => later(() => fulfil('late')));
/** What reading its `then` does. */
const withGetter = (get: () => unknown): object => Object.defineProperty({}, 'then', { get });

/** Promises of other libraries, which settle as they like. Each is made anew for each that waits for it. */
const THENABLES: Record<string, () => unknown> = {
  'is fulfilled with another': () => thenable((fulfil) => fulfil(thenable((fulfil) => fulfil('second')))),
  'is fulfilled with another that is rejected later': () => thenable((fulfil) => fulfil(thenable((_, reject) => later(() => reject(failure))))),
  'is fulfilled with a promise that is rejected': () => thenable((fulfil) => fulfil(Promise.reject(failure))),
  'is fulfilled twice': () =>
    thenable((fulfil) => {
      fulfil('first');
      fulfil('second');
    }),
  'is fulfilled twice, at first with one that comes late': () =>
    thenable((fulfil) => {
      fulfil(lateOne());
      fulfil('second');
    }),
  'is fulfilled with one that comes late, then rejected': () =>
    thenable((fulfil, reject) => {
      fulfil(lateOne());
      reject(failure);
    }),
  'is fulfilled with one that comes late, then throws': () =>
    thenable((fulfil) => {
      fulfil(lateOne());
      boom();
    }),
  'is rejected, then fulfilled': () =>
    thenable((fulfil, reject) => {
      reject(failure);
      fulfil('second');
    }),
  throws: () => thenable(boom),
  'throws where its `then` is read': () => withGetter(boom),
  'is fulfilled with one that throws where its `then` is read': () => thenable((fulfil) => fulfil(withGetter(boom))),
  'is fulfilled again where the `then` of its value is read': () => thenable((fulfil) => fulfil(withGetter(() => fulfil('read')))),
  'is fulfilled with a stream, which is a value': () => thenable((fulfil) => fulfil(stream)),
};

const fulfilledWithItself = (): object => {
  const self = thenable((fulfil) => fulfil(self));
  return self;
};

describe('a reply by a thenable', () => {
  it.each(Object.entries(THENABLES))('that %s settles as by `await` (S2)', async (_, make) => {
    const { broker } = setup();
    broker.spawn(id, () => make());
    const [expected, asked] = await Promise.allSettled([(async () => make())(), firstValueFrom(broker.send(id, 0))]);
    expect(asked).toEqual(expected);
    const isFulfilled = expected.status === 'fulfilled' ? 1 : 0;
    expect(broker.metrics()).toMatchObject({ totalSucceeded: isFulfilled, totalErrored: 1 - isFulfilled, inFlight: 0, openRequests: 0 });
  });

  it.each<[string, (make: { then?: unknown }) => (fulfil: Settle) => void]>([
    ['itself, at once', (self) => (fulfil) => fulfil(self)],
    ['itself, later', (self) => (fulfil) => later(() => fulfil(self))],
    ['another that is fulfilled with itself', () => (fulfil) => fulfil(fulfilledWithItself())],
    ['another that is fulfilled with the first', (self) => (fulfil) => fulfil(thenable((fulfil) => later(() => fulfil(self))))],
  ])('that is fulfilled with %s is rejected, and gives its seat up (S2)', async (_, then) => {
    const { broker } = setup();
    const self: { then?: unknown } = {};
    self.then = then(self);
    broker.spawn(id, (message) => (message === 'self' ? self : 'fine'));
    const asked = watchFor(broker.send(id, 'self'));
    await macrotask();
    expect(asked.error).toBeInstanceOf(TypeError);
    expect(watchFor(broker.send(id, 'next'))).toMatchObject({ values: ['fine'] });
    expect(broker.metrics()).toMatchObject({ totalErrored: 1, totalSucceeded: 1, inFlight: 0 });
  });

  it('that nobody waits for is a dead letter where it is rejected (O3)', async () => {
    const { broker, letters } = setup();
    const { promise, reject } = deferred();
    broker.spawn(id, () => thenable((fulfil) => fulfil(promise)));
    broker.trySend(id, 0);
    reject(failure);
    await macrotask();
    expect(letters).toMatchObject([{ reason: 'HandlerFailed', error: failure }]);
  });
});
