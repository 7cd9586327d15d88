import { type ActorContext, type Handler, Mailbox, actorId } from 'rx-broker';
import { NEVER, Observable, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, watchFor } from '../broker/setup';
import { MODES, ORDINARY, Trial } from './trial';

const id = actorId<any>('culprit');
const failure = new Error('of the handler');
const boom = (): never => {
  throw failure;
};
/** Treats every message badly, an ordinary one excepted. */
const unless = (misdeed: Handler<unknown>): Handler<unknown> => (message, context) => (message === ORDINARY ? 'fine' : misdeed(message, context));
/** Until what promises settle has been seen to. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const FAILING: Record<string, Handler<unknown>> = {
  throws: boom,
  rejects: () => Promise.reject(failure),
  'answers with a stream that fails': () => throwError(() => failure),
  'answers with a stream whose subscription throws': () => new Observable(boom),
  'answers with a stream whose `subscribe` is not RxJS’s, and throws': () => Object.assign(new Observable(), { subscribe: boom }),
  'answers with a stranger’s stream, which throws': () => ({ lift: boom, subscribe: boom }),
  'answers with a thenable that throws': () => ({ then: boom }),
  'answers with a thenable that rejects twice and throws': () =>
    ({
      then(_: unknown, reject: (error: unknown) => void) {
        reject(failure);
        reject(new Error('again'));
        boom();
      },
    }),
  'answers with an object whose `then` throws': () => Object.defineProperty({}, 'then', { get: boom }),
  'answers with a Proxy that lets nobody look': () => new Proxy({}, { get: boom, getPrototypeOf: boom }),
};

describe.each(MODES)('$mode: a handler that', ({ observed }) => {
  it.each(Object.entries(FAILING))('%s fails its own message only (M5)', async (_, misdeed) => {
    const trial = new Trial({ observed });
    trial.broker.spawn(id, unless(misdeed));
    trial.broker.trySend(id, 'told');
    const asked = watchFor(trial.broker.send(id, 'asked'));
    await settled();
    expect(asked).toMatchObject({ values: [], error: failure });
    trial.expectCounts({ totalSent: 2, totalDelivered: 2, totalErrored: 2, totalDeadLettered: 1 });
    expect(trial.letters).toMatchObject([{ message: 'told', reason: 'HandlerFailed', error: failure }]);
    await trial.expectUnharmed(id);
  });

  it.each([
    ['promise', () => new Promise(() => {})],
    ['stream', () => NEVER],
    ['thenable', () => ({ then() {} })],
  ])('never settles its %s is aborted by its timeout, and with it goes what waited behind it (S4)', async (kind, misdeed) => {
    const trial = new Trial({ observed });
    trial.broker.spawn(id, unless(misdeed as Handler<unknown>), { capacity: 5 });
    const running = watchFor(trial.broker.send(id, 'running', { timeout: 10 }));
    const queued = watchFor(trial.broker.send(id, 'queued', { timeout: 5 }));
    trial.broker.trySend(id, ORDINARY);
    trial.clock.pass(10);
    expect([running.error, queued.error]).toMatchObject([{ code: 'Timeout', started: true }, { code: 'Timeout', started: false }]);
    if (kind === 'stream') {
      trial.expectCounts({ totalSent: 3, totalAborted: 1, totalSucceeded: 1, totalFailed: 1 });
      await trial.expectUnharmed(id);
      return;
    }
    // A promise keeps its seat until it settles (M4): this one never gives it up, and the broker outlives it.
    trial.expectCounts({ totalSent: 3, totalAborted: 1, totalFailed: 1, pending: 1 });
    await trial.expectUnharmed();
  });

  it('settles twice is heard once (S2)', async () => {
    const trial = new Trial({ observed });
    const mailbox = Mailbox.bounded<unknown>(5);
    trial.broker.register(id, mailbox);
    mailbox.deliveries$.subscribe((delivery) => {
      delivery.reply('fine');
      delivery.reply('again');
      delivery.next('and again');
      delivery.complete();
      delivery.fail(failure);
    });
    const asked = watchFor(trial.broker.send(id, 'asked'));
    trial.broker.trySend(id, 'told');
    expect(asked).toMatchObject({ values: ['fine'], completed: true, errored: false });
    trial.expectCounts({ totalSent: 2, totalSucceeded: 2, totalErrored: 0, totalDeadLettered: 0 });
    await trial.expectUnharmed(id);
  });

  it('settles a thenable twice, and then throws, is heard once (S2)', async () => {
    const trial = new Trial({ observed });
    const eager = {
      then(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
        resolve('first');
        resolve('second');
        reject(failure);
        boom();
      },
    };
    trial.broker.spawn(id, unless(() => eager as unknown as Promise<string>));
    expect(watchFor(trial.broker.send(id, 'asked'))).toMatchObject({ values: ['first'], completed: true, errored: false });
    trial.expectCounts({ totalSent: 1, totalSucceeded: 1 });
    await trial.expectUnharmed(id);
  });

  it.each(['cancelled', 'timed out', 'unregistered'])('replies after its message was %s reaches nobody (S3)', async (how) => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    const promise = deferred();
    const stream = new Subject<unknown>();
    broker.spawn(id, unless((message) => (message === 'promise' ? promise.promise : stream)), { concurrency: 2 });
    const seen = ['promise', 'stream'].map((message) => watchFor(broker.send(id, message, { timeout: 10 })));
    if (how === 'cancelled') for (const { subscription } of seen) subscription.unsubscribe();
    else if (how === 'timed out') clock.pass(10);
    else broker.unregister(id);
    promise.resolve('late');
    stream.next('late');
    stream.error(failure);
    await settled();
    for (const { values, completed, error } of seen) expect([values, completed, error === failure]).toEqual([[], false, false]);
    trial.expectCounts({ totalSent: 2, totalDelivered: 2, totalAborted: 2, totalDeadLettered: 0 });
    await trial.expectUnharmed(...(how === 'unregistered' ? [] : [id]));
  });

  it('sends to itself in a loop starves nobody, and runs in no recursion (M7, D2)', async () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    let depth = 0;
    let deepest = 0;
    let runs = 0;
    let othersAt = -1;
    broker.spawn(actorId<any>('other'), () => void (othersAt = runs));
    broker.spawn(id, (left: unknown, context) => {
      if (typeof left !== 'number') return 'fine';
      deepest = Math.max(deepest, ++depth);
      if (++runs === 1) broker.trySend(actorId<any>('other'), 'meanwhile');
      if (left > 0) context.trySend(id, left - 1);
      depth--;
      return undefined;
    });
    broker.trySend(id, 5_000);
    expect([runs, deepest]).toEqual([5_001, 1]);
    expect(othersAt).toBeLessThanOrEqual(65);
    trial.expectCounts({ totalSent: 5_002, totalSucceeded: 5_002 });
    await trial.expectUnharmed(id);
  });

  it('floods itself is stopped by its own capacity, and every loss is counted (M2)', async () => {
    const trial = new Trial({ observed });
    trial.broker.spawn(
      id,
      unless((generation, context) => {
        if (generation === 3) return;
        for (let i = 0; i < 10; i++) context.trySend(id, (generation as number) + 1);
      }),
      { capacity: 8 },
    );
    trial.broker.trySend(id, 0);
    const { totalSent, totalSucceeded, failedBy, totalDeadLettered } = trial.metrics;
    expect(totalSent).toBe(totalSucceeded + failedBy.MailboxFull);
    expect(failedBy.MailboxFull).toBe(totalDeadLettered);
    expect(failedBy.MailboxFull).toBeGreaterThan(0);
    expect(totalSent % 10).toBe(1);
    trial.expectCounts({});
    await trial.expectUnharmed(id);
  });

  it('uses its context when its turn is long over harms nobody', async () => {
    const trial = new Trial({ observed });
    const kept: ActorContext[] = [];
    trial.broker.spawn(id, unless((_message, context) => void kept.push(context)));
    trial.broker.trySend(id, 'told');
    trial.broker.send(id, 'asked').subscribe();
    for (const context of kept) {
      expect(context.signal.aborted).toBe(false);
      expect(context.envelope.id).not.toBe('');
      context.trySend(id, ORDINARY);
      expect(watchFor(context.send(id, ORDINARY)).values).toEqual(['fine']);
    }
    trial.expectCounts({ totalSent: 6, totalSucceeded: 6 });
    await trial.expectUnharmed(id);
  });

  it('asks itself gets Deadlock, and goes on (O6)', async () => {
    const trial = new Trial({ observed });
    trial.broker.spawn(id, unless((_message, context) => context.send(id, ORDINARY)));
    expect(watchFor(trial.broker.send(id, 'asked')).error).toMatchObject({ code: 'Deadlock' });
    trial.expectCounts({ totalSent: 2, totalErrored: 1, totalFailed: 1 });
    await trial.expectUnharmed(id);
  });

  it('ends the subscription of its own caller is aborted once (S3)', async () => {
    const trial = new Trial({ observed });
    const mailbox = Mailbox.bounded<unknown>(1);
    trial.broker.register(id, mailbox);
    // Queued first, so that there is a subscription to end when the handler runs.
    const caller = watchFor(trial.broker.send(id, 'asked'));
    mailbox.receive((message) => {
      caller.subscription.unsubscribe();
      return message === ORDINARY ? 'fine' : 'for nobody';
    });
    expect(caller).toMatchObject({ values: [], completed: false, errored: false });
    trial.expectCounts({ totalSent: 1, totalDelivered: 1, totalAborted: 1 });
    await trial.expectUnharmed(id);
  });
});
