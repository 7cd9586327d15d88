import { DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, watchFor } from './setup';

const id = actorId<any>('actor');
const other = actorId<any>('other');

describe('DeadLetterQueue', () => {
  const withQueue = (capacity?: number) => {
    const queue = new DeadLetterQueue(capacity === undefined ? {} : { capacity });
    const broker = new InMemoryMessageBroker().withDeadLetterQueue(queue);
    return { queue, broker };
  };

  it('keeps capacity letters, evicts the oldest and counts it (O4)', () => {
    const { queue, broker } = withQueue(3);
    for (let i = 0; i < 5; i++) broker.trySend(id, i);
    expect(queue.letters().map(({ message }) => message)).toEqual([2, 3, 4]);
    expect(queue).toMatchObject({ size: 3, evicted: 2, capacity: 3 });
    expect(new DeadLetterQueue().capacity).toBe(1_000);
    expect(() => new DeadLetterQueue({ capacity: 0 })).toThrow(RangeError);
    expect(() => new DeadLetterQueue(100 as never)).toThrow('options must be an object, got 100');
    expect(() => new DeadLetterQueue(null as never)).toThrow('options must be an object, got null');
    expect(() => broker.withDeadLetterQueue({} as never)).toThrow(/DeadLetterQueue/);
  });

  it('sends them again with one more attempt (O4)', () => {
    const { queue, broker } = withQueue();
    broker.trySend(id, 'x', { priority: 'high', headers: { trace: '1' } });
    const got: unknown[] = [];
    const redelivered$ = queue.redeliver();
    expect(watchFor(redelivered$).values).toMatchObject([{ ok: false, code: 'ActorNotFound' }]);
    expect(queue.letters()).toMatchObject([{ attempts: 2, reason: 'ActorNotFound' }]);
    broker.spawn(id, (message, { envelope: { attempt, priority, headers } }) => void got.push([message, attempt, priority, headers]));
    const events = watchFor(broker.events$);
    const seen = watchFor(redelivered$);
    expect(events.values[0]).toMatchObject({ kind: 'sent', broadcast: false });
    expect(seen.values).toMatchObject([{ letter: { attempts: 2 }, ok: true }]);
    expect(seen.completed).toBe(true);
    expect(got).toEqual([['x', 3, 'high', { trace: '1' }]]);
    expect(queue.size).toBe(0);
  });

  it('leaves asked letters alone, whatever the filter says, unless includeAsked is true (O4)', () => {
    const { queue, broker } = withQueue();
    broker.send(id, 'asked').subscribe({ error: () => {} });
    broker.trySend(id, 'told');
    const got: unknown[] = [];
    broker.spawn(id, (message) => void got.push(message));
    queue.redeliver().subscribe();
    expect(got).toEqual(['told']);
    queue.redeliver(() => true).subscribe();
    expect(got).toEqual(['told']);
    queue.redeliver(undefined, { includeAsked: true }).subscribe();
    expect(got).toEqual(['told', 'asked']);
  });

  it('takes letters out atomically: one that comes back is not sent again in the same redelivery (O4)', () => {
    const { queue, broker } = withQueue();
    for (let i = 0; i < 3; i++) broker.trySend(id, i);
    expect(watchFor(queue.redeliver()).values).toHaveLength(3);
    expect(queue.letters().map(({ message, attempts }) => [message, attempts])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
  });

  it.each<[string, (queue: DeadLetterQueue, broker: InMemoryMessageBroker) => void, unknown[], unknown[]]>([
    ['a failing send', (_queue, broker) => void broker.trySend(other, 'new'), ['taken'], ['left', 'new']],
    ['another redeliver', (queue) => void queue.redeliver().subscribe(), [], ['left', 'taken']],
    ['a drain', (queue) => void queue.drain(), [], []],
    ['newer letters than there is room for', (_queue, broker) => [1, 2, 3].forEach((n) => broker.trySend(other, n)), ['taken'], [1, 2, 3]],
  ])('neither loses nor doubles a letter when the filter calls for %s (O4)', (_what, call, taken, left) => {
    const { queue, broker } = withQueue(4);
    for (const message of ['left', 'taken']) broker.trySend(id, message);
    let calls = 0;
    const redelivered = watchFor(queue.redeliver(({ message }) => {
      if (calls++ === 0) call(queue, broker);
      return message === 'taken';
    }));
    expect(redelivered.values.map((result) => (result as any).letter.message)).toEqual(taken);
    expect(queue.letters().map(({ message }) => message)).toEqual([...left, ...taken].slice(-4));
    expect(calls).toBe(2);
  });

  it('errors before anything is taken out when the filter throws (O4)', () => {
    const { queue, broker } = withQueue();
    broker.trySend(id, 0);
    const failure = new Error('filter');
    expect(watchFor(queue.redeliver(() => { throw failure; })).error).toBe(failure);
    expect(queue.size).toBe(1);
    expect(() => queue.redeliver('all' as never)).toThrow(/filter must be a function/);
  });

  it('routes a message without a route again, with its options (O4)', () => {
    const { queue, broker } = withQueue();
    broker.sendWithRouting({ topic: 'work', priority: 'high' }, 'x', { headers: { h: '1' } }).subscribe({ error: () => {} });
    expect(watchFor(queue.redeliver(undefined, { includeAsked: true })).values).toMatchObject([{ ok: false, code: 'NoRoute' }]);
    expect(queue.letters()).toMatchObject([{ reason: 'NoRoute', attempts: 2, priority: 'high', asked: false, headers: { h: '1' } }]);
    const got: unknown[] = [];
    broker.spawn(id, (message, { envelope }) => void got.push([message, envelope.topic, envelope.attempt, envelope.headers]), { topics: ['work'] });
    expect(watchFor(queue.redeliver()).values).toMatchObject([{ ok: true }]);
    expect(got).toEqual([['x', 'work', 3, { h: '1' }]]);
    expect(broker.metrics().openRequests).toBe(0);
  });

  it('has no route for a broadcast that an interceptor refused, and sends the letters behind it (O4)', () => {
    let refuses = true;
    const send = (): void => {
      if (refuses) throw new Error('not now');
    };
    const queue = new DeadLetterQueue();
    const broker = new InMemoryMessageBroker({ interceptors: [{ send }] }).withDeadLetterQueue(queue);
    const got: unknown[] = [];
    broker.spawn(id, (message) => void got.push(message));
    broker.tryBroadcast('broadcast');
    broker.trySend(id, 'told');
    refuses = false;
    expect(watchFor(queue.redeliver())).toMatchObject({ values: [{ ok: false, code: 'NoRoute' }, { ok: true }], completed: true });
    expect([got, queue.letters().map(({ message, attempts }) => [message, attempts])]).toEqual([['told'], [['broadcast', 2]]]);
  });

  it('returns the code with which a letter is refused again (O4)', () => {
    const { queue, broker } = withQueue();
    broker.spawn(id, () => NEVER, { capacity: 1 });
    for (const n of [1, 2, 3]) broker.trySend(id, n);
    expect(watchFor(queue.redeliver()).values).toMatchObject([{ ok: false, code: 'MailboxFull' }]);
    void broker.close();
    expect(watchFor(queue.redeliver()).values).toMatchObject([{ ok: false, code: 'BrokerClosed' }]);
    void broker.close({ drain: false });
  });

  it('accounts for every letter: made = stored + taken + evicted (O4)', () => {
    const { queue, broker } = withQueue(4);
    for (let i = 0; i < 7; i++) broker.trySend(id, i);
    const drained = queue.drain();
    expect(drained.map(({ message }) => message)).toEqual([3, 4, 5, 6]);
    broker.trySend(id, 7);
    queue.clear();
    expect(queue.size).toBe(0);
    expect(broker.metrics().totalDeadLettered).toBe(drained.length + queue.evicted + 1);
  });

  it('makes no letter of a failure caused from inside a letter’s observer, but counts and returns it (O4)', () => {
    const { queue, broker } = withQueue();
    const results: unknown[] = [];
    queue.letters$.subscribe(({ message }) => results.push(broker.trySend(id, `again ${message}`).ok));
    broker.deadLetters$.subscribe(() => results.push(broker.trySend(other, 'x').ok));
    broker.trySend(id, 1);
    expect(results).toEqual([false, false]);
    expect(queue.size).toBe(1);
    expect(broker.metrics()).toMatchObject({ totalDeadLettered: 1, failedBy: { ActorNotFound: 3 } });
  });

  it('serves two brokers, each with its own letters (O4)', async () => {
    const queue = new DeadLetterQueue();
    const [first, second] = [1, 2].map(() => new InMemoryMessageBroker().withDeadLetterQueue(queue)) as [InMemoryMessageBroker, InMemoryMessageBroker];
    const letters = watchFor(queue.letters$);
    expect(queue.letters$).toBe(queue.letters$);
    first.trySend(id, 'first');
    second.trySend(id, 'second');
    const got: unknown[] = [];
    first.spawn(id, (message) => void got.push(message));
    queue.redeliver().subscribe();
    expect(got).toEqual(['first']);
    await second.close();
    expect(letters.completed).toBe(false);
    expect(watchFor(queue.redeliver()).values).toMatchObject([{ ok: false, code: 'BrokerClosed' }]);
    expect(queue.size).toBe(1);
    await first.close();
    expect(letters.completed).toBe(true);
    expect(letters.values).toHaveLength(3);
  });

  it('tells letters of two brokers in one order, and ends doing so (D2, O4)', () => {
    const queue = new DeadLetterQueue();
    const [first, second] = [1, 2].map(() => new InMemoryMessageBroker().withDeadLetterQueue(queue)) as [InMemoryMessageBroker, InMemoryMessageBroker];
    const seen: unknown[] = [];
    queue.letters$.subscribe(({ message }) => {
      seen.push(`A ${String(message)}`);
      second.trySend(id, `${String(message)}, second`);
      first.trySend(id, `${String(message)}, first`);
    });
    queue.letters$.subscribe(({ message }) => seen.push(`B ${String(message)}`));
    first.trySend(id, 'x');
    expect(seen).toEqual(['A x', 'B x', 'A x, second', 'B x, second']);
    expect(queue.letters().map(({ message }) => message)).toEqual(['x', 'x, second']);
  });

  it('gets what its broker refuses when it has closed, and nothing of that is logged (O3)', async () => {
    const queue = new DeadLetterQueue();
    const lines: string[] = [];
    const broker = new InMemoryMessageBroker({ logger: (line) => lines.push(line), logDeadLetters: { first: 2 } }).withDeadLetterQueue(queue);
    const letters = watchFor(queue.letters$);
    await broker.close();
    for (let i = 0; i < 5; i++) broker.trySend(id, i);
    expect(queue.letters().map(({ message, reason }) => [message, reason])).toEqual([0, 1, 2, 3, 4].map((n) => [n, 'BrokerClosed']));
    expect(letters).toMatchObject({ values: [], completed: true });
    expect(lines).toEqual([]);
  });

  it('completes at once when it is attached to a broker that has closed, and still gets what that refuses (O4)', async () => {
    const queue = new DeadLetterQueue();
    const broker = new InMemoryMessageBroker();
    await broker.close();
    broker.withDeadLetterQueue(queue);
    broker.trySend(id, 0);
    expect(watchFor(queue.letters$)).toMatchObject({ values: [], completed: true });
    expect(queue.size).toBe(1);
  });

  it('is attached once, however often it is given (O4)', async () => {
    const { queue, broker } = withQueue();
    const letters = watchFor(queue.letters$);
    broker.withDeadLetterQueue(queue);
    broker.trySend(id, 0);
    expect(queue.size).toBe(1);
    expect(letters.values).toHaveLength(1);
    await broker.close();
    expect(letters.completed).toBe(true);
    broker.withDeadLetterQueue(queue);
    broker.trySend(id, 1);
    expect(queue.size).toBe(2);
  });

  it.each<[string, (broker: InMemoryMessageBroker, letter: unknown) => unknown]>([
    ['told', (broker, letter) => broker.trySend(other, letter)],
    ['told with headers', (broker, letter) => broker.trySend(other, letter, { headers: { of: 'a letter' } })],
    ['broadcast', (broker, letter) => broker.tryBroadcast(letter)],
    ['published', (broker, letter) => broker.publish('audit', letter)],
    ['asked', (broker, letter) => watchFor(broker.send(other, letter))],
  ])('makes no letter of what an observer of letters sends, whenever it fails: %s (O4)', (_, send) => {
    const { broker, letters } = setup();
    let audits = 0;
    broker.spawn(other, () => { audits++; throw new Error('the audit is down'); }, { topics: ['audit'] });
    broker.deadLetters$.subscribe((letter) => void send(broker, letter));
    broker.trySend(id, 'lost');
    expect(audits).toBe(1);
    expect(letters.map(({ message }) => message)).toEqual(['lost']);
    expect(broker.metrics()).toMatchObject({ totalErrored: 1, totalDeadLettered: 1, pending: 0 });
    // What others send makes one, as ever.
    broker.trySend(other, 'by others');
    expect(letters.map(({ message }) => message)).toEqual(['lost', 'by others']);
  });

  it('keeps letters of messages that others sent, also where an observer of letters loses them (O4)', () => {
    const { broker, letters } = setup();
    broker.register(other, Mailbox.bounded<any>(1));
    broker.trySend(other, 'is queued');
    broker.deadLetters$.pipe(take(1)).subscribe(() => broker.unregister(other));
    broker.trySend(id, 'lost');
    expect(letters.map(({ message }) => message)).toEqual(['lost', 'is queued']);
  });

  it('says by an error that the turn of a message had begun', async () => {
    const { broker, letters } = setup();
    broker.spawn(id, () => NEVER);
    for (const message of ['runs', 'waits']) broker.trySend(id, message);
    await broker.close({ drain: false });
    expect(letters).toMatchObject([{ message: 'runs', error: { name: 'SendError', started: true } }, { message: 'waits', reason: 'BrokerClosed' }]);
    expect(letters[1]).not.toHaveProperty('error');
  });
});
