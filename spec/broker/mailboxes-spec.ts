import { Mailbox, type MailboxOptions, type Priority, actorId } from 'rx-broker';
import { NEVER, interval, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, expectConserved, setupStill as setup, virtually, watchFor } from './setup';

const id = actorId<any>('actor');

/** A registered mailbox without a consumer. */
function registered(capacity: number, options: MailboxOptions = {}) {
  const { broker, letters } = setup();
  const mailbox = Mailbox.bounded<any>(capacity, options);
  broker.register(id, mailbox);
  const got: unknown[] = [];
  return { broker, letters, mailbox, got, receive: () => mailbox.receive((message) => void got.push(message)) };
}

describe('the capacity of a mailbox', () => {
  it('bounds what is queued, not what runs: from outside 1 takes two messages (M1)', () => {
    const { broker } = setup();
    broker.spawn(id, () => NEVER, { capacity: 1 });
    expect([1, 2, 3].map((n) => broker.trySend(id, n).ok)).toEqual([true, true, false]);
  });

  it('takes so many messages during a turn, also at an idle actor (M1)', () => {
    const { broker } = setup();
    const sender = actorId<any>('sender');
    const results: boolean[] = [];
    broker.spawn(id, () => {}, { capacity: 1 });
    broker.spawn(sender, () => void results.push(...[1, 2].map((n) => broker.trySend(id, n).ok)));
    broker.trySend(sender, 0);
    expect(results).toEqual([true, false]);
  });

  it('is no bound if it is Infinity (M1)', () => {
    const { broker } = setup();
    broker.spawn(id, () => NEVER, { capacity: Infinity });
    expect(Array.from({ length: 5_000 }, (_, n) => broker.trySend(id, n).ok).every(Boolean)).toBe(true);
  });

  it('is taken by a message while it is told as sent (M1, D0)', () => {
    const { broker, letters } = registered(1);
    let second: unknown;
    broker.events$.pipe(take(1)).subscribe(() => (second = broker.trySend(id, 'second')));
    expect(broker.trySend(id, 'first')).toEqual({ ok: true });
    expect(second).toMatchObject({ code: 'MailboxFull' });
    expect(letters).toMatchObject([{ message: 'second' }]);
  });
});

describe('when full', () => {
  it.each([
    ['fail', 'MailboxFull'],
    ['drop-newest', 'Dropped'],
  ] as const)('with %s it refuses the newcomer: returned, errored, a letter each (M2)', (overflow, code) => {
    const { broker, letters, mailbox } = registered(1, { overflow });
    broker.trySend(id, 'fits');
    expect(broker.trySend(id, 'told')).toMatchObject({ ok: false, code });
    expect(watchFor(broker.send(id, 'asked')).error).toMatchObject({ code, started: false });
    expect(letters).toMatchObject([{ message: 'told', reason: code, asked: false }, { message: 'asked', reason: code, asked: true }]);
    expect(mailbox.size).toBe(1);
  });

  it.each([
    ['low', ['normal', 'normal'], 'refused'],
    ['normal', ['low', 'normal'], 'low'],
    ['normal', ['normal', 'high'], 'normal'],
    ['high', ['critical', 'critical'], 'refused'],
    ['critical', ['high', 'critical'], 'high'],
  ] as const)('with drop-oldest a %s newcomer to %j: %s goes (M2)', (newcomer, queued, goes) => {
    const { broker, letters, mailbox } = registered(2, { overflow: 'drop-oldest' });
    queued.forEach((priority, i) => broker.trySend(id, `${priority} ${i}`, { priority }));
    const result = broker.trySend(id, 'newcomer', { priority: newcomer });
    if (goes === 'refused') expect(result).toMatchObject({ ok: false, code: 'Dropped' });
    else expect(result.ok).toBe(true);
    expect(letters).toMatchObject([{ message: goes === 'refused' ? 'newcomer' : (expect.stringMatching(`^${goes}`) as string), reason: 'Dropped' }]);
    expect(mailbox.size).toBe(2);
    expectConserved(broker.metrics());
  });

  it('errors the sender of the message that it evicts (M2)', () => {
    const { broker } = registered(1, { overflow: 'drop-oldest' });
    const evicted = watchFor(broker.send(id, 'old'));
    broker.trySend(id, 'new');
    expect(evicted.error).toMatchObject({ code: 'Dropped', started: false });
  });

  it('with block a send waits: highest priority first, FIFO within one, maxWaiting of them (M2)', () => {
    const { broker, got, mailbox, receive } = registered(1, { overflow: 'block', maxWaiting: 4 });
    const send = (name: string, priority: Priority = 'normal') => watchFor(broker.sendWithPriority(id, name, priority));
    const seen = [send('first'), send('n1'), send('h1', 'high'), send('n2'), send('h2', 'high'), send('too many', 'critical')];
    expect(seen.map(({ error }) => (error as { code?: string } | undefined)?.code)).toEqual([undefined, undefined, undefined, undefined, undefined, 'MailboxFull']);
    expect(broker.metrics()).toMatchObject({ pending: 5, openRequests: 5 });
    expect(mailbox.size).toBe(1);
    receive();
    expect(got).toEqual(['first', 'h1', 'h2', 'n1', 'n2']);
    expect(seen.slice(0, 5).every(({ completed }) => completed)).toBe(true);
  });

  it('with block and no maxWaiting, as many senders wait as the capacity (M2)', () => {
    const { broker } = registered(2, { overflow: 'block' });
    const errored = [1, 2, 3, 4, 5].map((n) => watchFor(broker.send(id, n)).errored);
    expect(errored).toEqual([false, false, false, false, true]);
  });

  it('with block no waiter goes before one of a higher priority, however many those are (M2)', () => {
    const { broker, got, receive } = registered(1, { overflow: 'block', maxWaiting: 50, fairness: 'strict' });
    broker.trySend(id, 'first');
    broker.send(id, 'normal').subscribe();
    for (let i = 0; i < 20; i++) broker.sendWithPriority(id, `high ${i}`, 'high').subscribe();
    receive();
    expect(got).toEqual(['first', ...Array.from({ length: 20 }, (_, i) => `high ${i}`), 'normal']);
  });

  it('with block trySend is refused, and never overtakes a waiter (M2)', async () => {
    const { broker } = setup();
    const gates = [deferred(), deferred(), deferred()];
    const got: unknown[] = [];
    broker.spawn(id, (name) => {
      got.push(name);
      return gates[got.length - 1]!.promise;
    }, { capacity: 1, overflow: 'block' });
    for (const message of ['runs', 'is queued']) broker.trySend(id, message);
    broker.send(id, 'waits').subscribe();
    for (const gate of gates.slice(0, 2)) {
      expect(broker.trySend(id, 'told')).toMatchObject({ ok: false, code: 'MailboxFull' });
      gate.resolve(0);
      await gate.promise;
    }
    expect(got).toEqual(['runs', 'is queued', 'waits']);
    gates[2]!.resolve(0);
  });
});

describe('the order of a mailbox', () => {
  const priorities = ['low', 'normal', 'high', 'critical'] as const;

  it('is weighted by 8, 4, 2, 1, and FIFO within a priority (M3)', () => {
    const { broker, got, receive } = registered(100);
    for (const priority of priorities) for (let i = 0; i < 16; i++) broker.trySend(id, `${priority}${i}`, { priority });
    receive();
    const names = got as string[];
    expect(names.slice(0, 15).map((name) => name.replace(/\d+/, ''))).toEqual([...Array<string>(8).fill('critical'), ...Array<string>(4).fill('high'), 'normal', 'normal', 'low']);
    for (const priority of priorities) expect(names.filter((name) => name.startsWith(priority))).toEqual(Array.from({ length: 16 }, (_, i) => `${priority}${i}`));
  });

  it('lets the head of low wait for at most 28 others (M3)', () => {
    const { broker, got, receive } = registered(200);
    for (const priority of priorities.slice(1)) for (let i = 0; i < 50; i++) broker.trySend(id, priority, { priority });
    broker.trySend(id, 'low', { priority: 'low' });
    receive();
    expect(got.indexOf('low')).toBeLessThanOrEqual(28);
  });

  it('is highest first with strict fairness (M3)', () => {
    const { broker, got, receive } = registered(100, { fairness: 'strict' });
    for (const priority of ['low', 'critical', 'normal', 'critical', 'high'] as const) broker.trySend(id, priority, { priority });
    receive();
    expect(got).toEqual(['critical', 'critical', 'high', 'normal', 'low']);
  });
});

describe('a registered mailbox', () => {
  it('takes a stream as its Observer, and closes with it (M6)', () => {
    virtually(({ flush }) => {
      const { broker, letters } = setup();
      const mailbox = Mailbox.bounded<number>(2);
      const got: number[] = [];
      broker.register(id, mailbox);
      interval(10).pipe(take(3)).subscribe(mailbox);
      flush();
      expect(mailbox.isClosed).toBe(true);
      expect(letters).toMatchObject([{ message: 2, reason: 'MailboxFull' }]);
      mailbox.receive((n) => void got.push(n));
      expect(got).toEqual([0, 1]);
      expect(broker.metrics()).toMatchObject({ totalSent: 3, totalSucceeded: 2, failedBy: { MailboxFull: 1 } });
    });
  });

  it('drains its backlog when it is closed, waiters included, and stays registered (M6)', () => {
    const { broker, mailbox } = registered(1, { overflow: 'block' });
    const seen = ['queued', 'waits'].map((name) => watchFor(broker.send(id, name)));
    mailbox.close();
    expect(broker.trySend(id, 'late')).toMatchObject({ code: 'ActorStopped' });
    mailbox.receive((name) => name);
    expect(seen.flatMap(({ values }) => values)).toEqual(['queued', 'waits']);
    expect(broker.isRegistered(id)).toBe(true);
  });

  it('knows its own numbers', () => {
    const { broker, mailbox } = registered(3);
    const cancelled = broker.send(id, 0).subscribe();
    for (let n = 1; n < 5; n++) broker.trySend(id, n);
    cancelled.unsubscribe();
    mailbox.receive((n) => (n === 2 ? NEVER : undefined));
    expect(mailbox.metrics()).toEqual({ capacity: 3, size: 0, highWaterMark: 3, accepted: 3, delivered: 2, lost: 2, inFlight: 1 });
  });
});
