import { type DeadLetter, DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { expectConserved, watchFor } from '../broker/setup';
import { MODES, ORDINARY, Trial } from './trial';

const id = actorId<any>('actor');
const boom = (): never => {
  throw new Error('do not look inside');
};
const traps = Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, boom])) as ProxyHandler<object>;

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function rejected(): object {
  const promise = Promise.reject(new Error('of the message'));
  promise.catch(() => {});
  return Object.assign(promise, { catch: boom });
}

function deep(): object {
  let message: object = {};
  for (let i = 0; i < 20_000; i++) message = { message };
  return message;
}

function cyclic(): object {
  const message: Record<string, unknown> = {};
  message['self'] = [message];
  return message;
}

const MESSAGES: Record<string, () => unknown> = {
  'has throwing getters': () => Object.defineProperties({}, { type: { get: boom, enumerable: true }, then: { get: boom }, toJSON: { get: boom } }),
  'is a Proxy that lets nobody look': () => new Proxy({}, traps),
  'is a revoked Proxy': revoked,
  'is frozen': () => Object.freeze({ type: 'x' }),
  'has no prototype': () => Object.assign(Object.create(null), { type: '__proto__' }),
  'is a promise that rejects': rejected,
  'is a function that throws': () => boom,
  'is an object of 10,000 keys': () => Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`key ${i}`, i])),
  'is 20,000 objects deep': deep,
  'holds itself': cyclic,
  'is a typed array': () => new Uint8Array(1_000_000),
  'is a string of a megabyte': () => 'x'.repeat(1e6),
  'is a symbol': () => Symbol('message'),
  'is undefined': () => undefined,
  'is null': () => null,
  'is NaN': () => NaN,
  'holds `__proto__` as its own key': () => JSON.parse('{"__proto__": {"type": "x"}, "constructor": 1}') as object,
};

/** A logger that lists the keys of a message. It skips strings, since those of a megabyte have a million keys. */
function looksInside(_line: string, letter: unknown): void {
  const { message } = letter as DeadLetter;
  if (typeof message !== 'string') Object.keys(message as object);
}

describe.each(MODES)('$mode: a message that', ({ observed }) => {
  it.each(Object.entries(MESSAGES))('%s is handed on as it is, by every way (R4)', async (_, make) => {
    const message = make();
    for (const freezeMessages of [false, true]) {
      const queue = new DeadLetterQueue();
      const trial = new Trial({ observed, freezeMessages });
      const broker = trial.broker.withDeadLetterQueue(queue);
      const got: unknown[] = [];
      const note = (one: unknown): string => {
        if (one !== ORDINARY) got.push(one);
        return 'fine';
      };
      broker.spawn(id, note, { topics: ['t'] });
      const onlyIt = (target: string): boolean => target === id;
      broker.topic$('t').subscribe(note);
      broker.trySend(id, message);
      broker.trySend(id, message, { priority: 'high', ttl: 10 });
      broker.send(id, message).subscribe();
      broker.send(id, message, { timeout: 10 }).subscribe();
      broker.sendWithRouting({ topic: 't' }, message).subscribe();
      broker.tryBroadcast(message, onlyIt);
      broker.broadcastFilter(message, onlyIt).subscribe();
      broker.publish('t', message, { retain: true });
      expect(got).toHaveLength(9);
      expect(got.every((one) => Object.is(one, message))).toBe(true);
      expect(Object.is(broker.retained('t'), message)).toBe(true);

      broker.trySend(actorId('later'), message);
      broker.spawn(actorId('later'), note);
      queue.redeliver().subscribe();
      expect(got).toHaveLength(10);
      expect(Object.is(trial.letters[0]?.message, message)).toBe(true);
      trial.expectCounts({ totalSent: 10, totalSucceeded: 9, totalFailed: 1, totalDeadLettered: 1 });
      await trial.expectUnharmed(id);
    }
  });

  it.each(Object.entries(MESSAGES))('%s waits in a queue, is evicted and cancelled like any other (M2)', async (_, make) => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const message = make();
    const mailbox = Mailbox.bounded<any>(1, { overflow: 'drop-oldest' });
    broker.register(id, mailbox);
    const evicted = watchFor(broker.send(id, message));
    const cancelled = watchFor(broker.send(id, message));
    cancelled.subscription.unsubscribe();
    broker.trySend(id, message);
    mailbox.receive((one) => (one === ORDINARY ? 'fine' : Object.is(one, message)));
    expect(evicted.error).toMatchObject({ code: 'Dropped', started: false });
    expect(Object.is(trial.letters[0]?.message, message)).toBe(true);
    trial.expectCounts({ totalSent: 3, totalSucceeded: 1, totalFailed: 2 });
    await trial.expectUnharmed(id);
  });

  it.each(Object.entries(MESSAGES))('%s is lost with a line in the log, however badly the logger takes it (O3)', async (_, make) => {
    for (const misdeed of [boom, looksInside]) {
      const broker = new InMemoryMessageBroker({ logger: misdeed });
      if (observed) broker.events$.subscribe();
      const message = make();
      broker.spawn(id, (one) => (one === ORDINARY ? 'fine' : boom()), { topics: ['t'] });
      expect(broker.trySend(actorId('nobody'), message)).toMatchObject({ ok: false, code: 'ActorNotFound' });
      expect(broker.trySend(id, message).ok).toBe(true);
      expect(broker.publish('t', message)).toBe(1);
      expect(watchFor(broker.send(id, ORDINARY)).values).toEqual(['fine']);
      expectConserved(broker.metrics());
      expect(broker.metrics()).toMatchObject({ totalSent: 4, totalErrored: 2, totalFailed: 1, totalDeadLettered: 3 });
      await broker.close();
    }
  });
});
