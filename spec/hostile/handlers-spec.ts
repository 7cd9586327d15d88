import { type ActorContext, type Handler, Mailbox, actorId } from 'rx-broker';
import { Observable, type Observer, observable, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';
import { MODES, ORDINARY, Trial } from './trial';

const id = actorId<any>('culprit');
const failure = new Error('of the handler');
const boom = (): never => {
  throw failure;
};
/** A handler that does `misdeed` with every message but an ordinary one. */
const unless = (misdeed: Handler<unknown>): Handler<unknown> => (message, context) => (message === ORDINARY ? 'fine' : misdeed(message, context));
/** Waits until promises have settled, and the broker has handled that. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const FAILING: Record<string, Handler<unknown>> = {
  throws: boom,
  rejects: () => Promise.reject(failure),
  'answers with a stream that fails': () => throwError(() => failure),
  'answers with a stream whose subscription throws': () => new Observable(boom),
  'answers with a stream whose `subscribe` is not RxJS’s, and throws': () => Object.assign(new Observable(), { subscribe: boom }),
  'answers with a stream of another library that throws': () => ({ [observable]: () => ({ subscribe: boom }) }),
  'answers with an object whose Symbol.observable throws': () => ({ [observable]: boom }),
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
  'answers with a Proxy whose traps throw': () => new Proxy({}, { get: boom, getPrototypeOf: boom }),
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

  it('throws or rejects with a Proxy that may not be looked at fails its own message only, with that very Proxy (M5, D6)', async () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    for (const thrown of [new Proxy({}, { get: boom, getPrototypeOf: boom }), revoked.proxy]) {
      for (const misdeed of [() => Promise.reject(thrown), (): never => { throw thrown as Error; }]) {
        const trial = new Trial({ observed });
        trial.broker.spawn(id, unless(misdeed));
        let isThatVery = false;
        trial.broker.send(id, 'asked').subscribe({ error: (error: any) => (isThatVery = error === thrown) });
        expect(trial.broker.trySend(id, 'told')).toEqual({ ok: true });
        await settled();
        expect(isThatVery).toBe(true);
        trial.expectCounts({ totalSent: 2, totalErrored: 2 });
        await trial.expectUnharmed(id);
      }
    }
  });

  it('answers with an Observable of another RxJS, whose symbol for it is another, is streamed (S2)', async () => {
    const trial = new Trial({ observed });
    const foreign = { lift: boom, subscribe: (observer: Observer<number>) => of(1, 2).subscribe(observer) };
    trial.broker.spawn(id, unless(() => foreign));
    expect(watchFor(trial.broker.send(id, 'asked'))).toMatchObject({ values: [1, 2], completed: true });
    trial.expectCounts({ totalSent: 1, totalSucceeded: 1 });
    await trial.expectUnharmed(id);
  });

  it('unregisters itself is aborted, and gets none of the messages that it had sent to itself (R2)', async () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    let runs = 0;
    broker.spawn(id, (_message, context) => {
      runs++;
      context.trySend(id, 'for later');
      broker.unregister(id);
      return context.trySend(id, 'too late');
    });
    broker.trySend(id, 'told');
    expect(watchFor(broker.send(id, 'asked')).error).toMatchObject({ code: 'ActorNotFound' });
    expect(runs).toBe(1);
    trial.expectCounts({ totalSent: 4, totalAborted: 1, totalFailed: 3, totalDeadLettered: 4, registeredActors: 0 });
    expect(trial.metrics.failedBy.ActorNotFound).toBe(3);
    await trial.expectUnharmed();
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
      // In the middle of a visit, which must end.
      if (++runs === 100) broker.trySend(actorId<any>('other'), 'meanwhile');
      if (left > 0) context.trySend(id, left - 1);
      depth--;
      return undefined;
    });
    broker.trySend(id, 5_000);
    expect([runs, deepest]).toEqual([5_001, 1]);
    // The other actor waits for the rest of this visit, and for the next one, since the loop has lined up already.
    expect(othersAt).toBeGreaterThanOrEqual(100);
    expect(othersAt).toBeLessThanOrEqual(100 + 2 * 64);
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

  it('uses its context long after its turn harms nobody', async () => {
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
    // The ask is queued first, so that its subscription exists when the handler runs.
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
