import { Mailbox, actorId } from 'rx-broker';
import { NEVER, Observable, take } from 'rxjs';
import { expect } from 'vitest';
import { deferred, watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const id = actorId<any>('actor');

export const CANCELLING_LAWS: readonly BrokerLaw[] = [
  brokerLaw('a queued message whose caller leaves never runs, and frees its place at once (S3)', async ({ home, broker, settle, letters }) => {
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<unknown>(1);
    home.register(id, mailbox);
    await settle();
    const seen = watchFor(broker.send(id, 'taken back'));
    await settle();
    expect(mailbox.size).toBe(1);
    seen.subscription.unsubscribe();
    await settle();
    expect(mailbox.size).toBe(0);
    expect(broker.trySend(id, 'kept')).toEqual({ ok: true });
    await settle();
    mailbox.receive((message) => void got.push(message));
    await settle();
    expect(got).toEqual(['kept']);
    expect(seen).toMatchObject({ values: [], completed: false, errored: false });
    expect(home.metrics().failedBy.Cancelled).toBe(1);
    expect(letters).toEqual([]);
  }),
  brokerLaw('a running turn whose caller leaves is aborted, and its late reply goes nowhere (S3)', async ({ home, broker, settle, letters }) => {
    const gate = deferred();
    const signals: AbortSignal[] = [];
    home.spawn(id, (_message, { signal }) => {
      signals.push(signal);
      return gate.promise;
    });
    await settle();
    const seen = watchFor(broker.send(id, 'ask'));
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    seen.subscription.unsubscribe();
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(home.metrics()).toMatchObject({ totalAborted: 1, inFlight: 0 });
    gate.resolve('late');
    await settle();
    expect(seen).toMatchObject({ values: [], completed: false, errored: false });
    expect(home.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 0 });
    expect(letters).toEqual([]);
  }),
  brokerLaw('turns never overlap: an aborted one keeps its seat until its Promise settles (M4)', async ({ home, broker, settle }) => {
    const gate = deferred();
    const begun: unknown[] = [];
    home.spawn(id, (message) => {
      begun.push(message);
      return message === 1 ? gate.promise : undefined;
    });
    await settle();
    const first = watchFor(broker.send(id, 1));
    await settle();
    first.subscription.unsubscribe();
    broker.trySend(id, 2);
    await settle();
    expect(begun).toEqual([1]);
    gate.resolve('late');
    await settle();
    expect(begun).toEqual([1, 2]);
  }),
  brokerLaw('a streamed reply is unsubscribed when its caller leaves or has enough; after a value that caller has been served, and the message succeeded (S2, S3)', async ({ home, broker, settle }) => {
    let open = 0;
    home.spawn(id, () =>
      new Observable<number>((subscriber) => {
        open++;
        subscriber.next(1);
        return () => open--;
      }), { concurrency: 2 });
    await settle();
    const left = watchFor(broker.send(id, 'leave'));
    watchFor(broker.send(id, 'enough').pipe(take(1)));
    await settle();
    expect(open).toBe(1);
    left.subscription.unsubscribe();
    await settle();
    expect(open).toBe(0);
    expect(home.metrics()).toMatchObject({ totalSucceeded: 2, totalAborted: 0, inFlight: 0 });
  }),
  brokerLaw('a stream that is left before its first value is aborted (S3)', async ({ home, broker, settle }) => {
    home.spawn(id, () => NEVER);
    await settle();
    const seen = watchFor(broker.send(id, 'ask'));
    await settle();
    seen.subscription.unsubscribe();
    await settle();
    expect(home.metrics()).toMatchObject({ totalSucceeded: 0, totalAborted: 1, inFlight: 0 });
  }),
  brokerLaw('every value of a stream is told as it comes: take(1) stops one that would go on (S2)', ({ home, broker }) => {
    let made = 0;
    home.spawn(id, () =>
      new Observable<number>((subscriber) => {
        while (!subscriber.closed && made < 100) subscriber.next(++made);
      }));
    const seen = watchFor(broker.send(id, 'ask').pipe(take(1)));
    expect(seen).toMatchObject({ values: [1], completed: true });
    expect(made).toBe(1);
    expect(home.metrics()).toMatchObject({ totalSucceeded: 1, inFlight: 0, openRequests: 0 });
  }, { needs: ['synchronous'] }),
  brokerLaw('an aborted signal cancels, queued or running, and errors with its reason (S3)', async ({ home, broker, settle }) => {
    const reason = new Error('the user left');
    home.spawn(id, () => NEVER);
    await settle();
    const running = new AbortController();
    const queued = new AbortController();
    const seenRunning = watchFor(broker.send(id, 'running', { signal: running.signal }));
    await settle();
    const seenQueued = watchFor(broker.send(id, 'queued', { signal: queued.signal }));
    await settle();
    expect(home.metrics()).toMatchObject({ inFlight: 1, pending: 1 });
    queued.abort(reason);
    running.abort(reason);
    await settle();
    expect(seenQueued.error).toBe(reason);
    expect(seenRunning.error).toBe(reason);
    expect(home.metrics()).toMatchObject({ inFlight: 0, pending: 0, totalAborted: 1, failedBy: { Cancelled: 1 } });
  }),
  brokerLaw('with a signal that is aborted already, nothing is sent (S3)', async ({ home, broker, settle }) => {
    home.spawn(id, () => 'reply');
    await settle();
    const seen = watchFor(broker.send(id, 'ask', { signal: AbortSignal.abort('too late') }));
    await settle();
    expect(seen).toMatchObject({ values: [], errored: true, error: 'too late' });
    expect(home.metrics()).toMatchObject({ totalDelivered: 0, totalAborted: 0 });
  }),
  brokerLaw('a turn that is aborted cancels what it asked (M4)', async ({ home, broker, settle }) => {
    const signals: AbortSignal[] = [];
    const asked = actorId<any>('asked');
    home.spawn(asked, (_message, { signal }) => {
      signals.push(signal);
      return NEVER;
    });
    home.spawn(id, (_message, context) => context.send(asked, 'for you') as never);
    await settle();
    const seen = watchFor(broker.send(id, 'ask'));
    await settle();
    seen.subscription.unsubscribe();
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(home.metrics()).toMatchObject({ totalAborted: 2, inFlight: 0 });
  }),
];
