import { InMemoryMessageBroker, actorId } from 'rx-broker';
import { NEVER, queueScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, virtually } from './setup';

const [a, b] = [actorId<any>('a'), actorId<any>('b')];

describe('the options of a broker', () => {
  it('count for a mailbox without options of its own, or with `undefined`', () => {
    const mailbox = { overflow: 'drop-newest', concurrency: 2, fairness: 'strict', ttl: 5, turnTimeout: 7, maxWaiting: 3, dispatcher: queueScheduler } as const;
    const nothing = { overflow: undefined, concurrency: undefined, fairness: undefined, ttl: undefined, turnTimeout: undefined, maxWaiting: undefined, dispatcher: undefined };
    virtually(({ at, flush }) => {
      const { broker } = setup({ mailbox, dispatcher: queueScheduler });
      for (const [one, options] of [[a, {}], [b, nothing]] as const) {
        broker.spawn(one, () => NEVER, { ...(options as object), capacity: 1 });
        // Two run, one is queued, one is dropped.
        for (const n of [1, 2, 3]) expect(broker.trySend(one, n).ok).toBe(true);
        expect(broker.trySend(one, 4)).toMatchObject({ code: 'Dropped' });
      }
      at(7, () => expect(broker.metrics()).toMatchObject({ totalAborted: 4, failedBy: { Dropped: 2, Expired: 2 } }));
      flush();
    });
  });

  it('are optional: the name is `broker`, by which its messages can be told from those of others', () => {
    const { broker } = setup();
    let text = '';
    broker.spawn(a, (_message, { envelope }) => void (text = envelope.id));
    broker.trySend(a, 0);
    expect(text).toMatch(/^broker:/);
  });

  it('yield to those of a mailbox', () => {
    const { broker } = setup({ mailbox: { overflow: 'drop-newest', concurrency: 2 } });
    broker.spawn(a, () => NEVER, { capacity: 1, overflow: 'fail', concurrency: 1 });
    expect([1, 2, 3].map((n) => broker.trySend(a, n))).toMatchObject([{ ok: true }, { ok: true }, { code: 'MailboxFull' }]);
  });

  it.each<[unknown, RegExp]>([
    [5, /^options must be an object/],
    [{ name: '' }, /^name must be a non-empty string, got ''$/],
    [{ name: 5 }, /^name must be a non-empty string, got 5$/],
    [{ requestTimeout: -1 }, /^requestTimeout must be /],
    [{ router: null }, /^router must have route\(key, targets, message\), got null$/],
    [{ router: {} }, /^router must have route\(key, targets, message\), got an object$/],
    [{ scheduler: {} }, /^scheduler must be /],
    [{ dispatcher: 1 }, /^dispatcher must be /],
    [{ mailbox: 5 }, /^mailbox must be an object, got 5$/],
    [{ mailbox: { overflow: 'x' } }, /^overflow must be /],
    [{ metricsInterval: Infinity }, /^metricsInterval must be /],
    [{ maxRetained: 0 }, /^maxRetained must be /],
    [{ freezeMessages: 1 }, /^freezeMessages must be true or false, got 1$/],
    [{ logDeadLetters: 'yes' }, /^logDeadLetters must be /],
    [{ logDeadLetters: { first: -1 } }, /^logDeadLetters.first must be /],
    [{ logger: {} }, /logger/],
  ])('are named in the error if they are bad: %j', (options, text) => {
    expect(() => new InMemoryMessageBroker(options as never)).toThrow(text);
  });

  it.each([0, 1.5, '10'])('name the capacity of a spawned actor where it is bad: %j', (capacity) => {
    const { broker } = setup();
    expect(() => broker.spawn(a, () => {}, { capacity: capacity as never })).toThrow(/^capacity must be /);
  });

  it.each([undefined, null, {}])('throw for a bad dead letter queue: %j', (queue) => {
    const { broker } = setup();
    expect(() => broker.withDeadLetterQueue(queue as never)).toThrow(/^queue must be a DeadLetterQueue, got /);
  });
});
