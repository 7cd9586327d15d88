import { Mailbox, actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { expectConserved, setupStill as setup, watchFor } from './setup';

const id = actorId<any>('actor');

/** A signal that counts its listeners. */
function counted(): { controller: AbortController; signal: AbortSignal; listeners(): number; added(): number } {
  const controller = new AbortController();
  const { signal } = controller;
  const now = new Set<unknown>();
  let added = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: any) => {
    now.add(listener);
    added++;
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: any) => {
    if (type === 'abort') now.delete(listener);
    remove(type, listener);
  };
  return { controller, signal, listeners: () => now.size, added: () => added };
}

describe('a signal option', () => {
  it('errors with its reason: before the message begins, queued, running (S3)', () => {
    const { broker } = setup();
    const reason = new Error('user left');
    const mailbox = Mailbox.bounded<string>(5);
    broker.register(id, mailbox);
    const aborts = (message: string): unknown => {
      const controller = new AbortController();
      const seen = watchFor(broker.send(id, message, { signal: controller.signal }));
      controller.abort(reason);
      return seen.error;
    };
    expect(aborts('queued')).toBe(reason);
    expect(mailbox.size).toBe(0);
    mailbox.receive(() => NEVER as never);
    expect(aborts('running')).toBe(reason);
    const { totalSent } = broker.metrics();
    expect(watchFor(broker.send(id, 'before', { signal: AbortSignal.abort(reason) })).error).toBe(reason);
    expect(broker.metrics()).toMatchObject({ totalSent, failedBy: { Cancelled: 1 }, totalAborted: 1, openRequests: 0 });
  });

  it.each([null, 0, '', false])('errors with any reason: %j (S3)', (reason) => {
    const { broker } = setup();
    broker.register(id, Mailbox.unbounded());
    const { controller, signal } = counted();
    const seen = watchFor(broker.send(id, 0, { signal }));
    controller.abort(reason);
    expect(seen).toMatchObject({ errored: true, error: reason });
  });

  it('errors with a reason of the broker if the signal has none, as in older browsers (S3)', () => {
    const { broker } = setup();
    broker.register(id, Mailbox.unbounded());
    const { controller, signal } = counted();
    Object.defineProperty(signal, 'reason', { value: undefined });
    const seen = watchFor(broker.send(id, 1, { signal }));
    controller.abort();
    expect(seen.error).toEqual(new Error('aborted'));
    // The same if the signal has aborted before.
    for (const stream of [broker.send(id, 2, { signal }), broker.offer(id, 3, { signal }), broker.broadcast(4, { signal })]) {
      expect(watchFor(stream).error).toEqual(new Error('aborted'));
    }
  });

  it('cancels a broadcast at all its targets (S3, R3)', () => {
    const { broker } = setup();
    const signals: AbortSignal[] = [];
    for (const name of ['a', 'b']) {
      broker.spawn(actorId(name), (_message, context) => {
        signals.push(context.signal);
        return NEVER;
      });
    }
    const { controller, signal } = counted();
    const seen = watchFor(broker.broadcast('x', { signal }));
    controller.abort('left');
    expect(seen.error).toBe('left');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 2, inFlight: 0, openRequests: 0 });
  });
});

describe('a signal that many asks share', () => {
  it('is listened to once, and no longer than one of them waits (S3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.unbounded<any>();
    broker.register(id, mailbox);
    const { signal, listeners, added } = counted();
    const asks = Array.from({ length: 100 }, (_, n) => broker.send(id, n, { signal }).subscribe());
    const results = broker.broadcast('all', { signal }).subscribe();
    expect([listeners(), added()]).toEqual([1, 1]);
    for (const ask of asks) ask.unsubscribe();
    expect(listeners()).toBe(1);
    results.unsubscribe();
    expect(listeners()).toBe(0);
    broker.send(id, 100, { signal }).subscribe();
    expect([listeners(), added()]).toEqual([1, 2]);
    mailbox.receive(() => {});
    expect(listeners()).toBe(0);
  });

  it('is not listened to by one that is refused (S3)', () => {
    const { broker } = setup();
    const { signal, listeners } = counted();
    expect(watchFor(broker.send(id, 0, { signal })).error).toMatchObject({ code: 'ActorNotFound' });
    expect(listeners()).toBe(0);
  });

  it('cancels all of them, in the order of sending, each with its reason (S3)', () => {
    const { broker } = setup();
    broker.register(id, Mailbox.unbounded());
    const { controller, signal, listeners } = counted();
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) broker.send(id, 0, { signal }).subscribe({ error: (reason: unknown) => order.push(`${name}: ${String(reason)}`) });
    controller.abort('left');
    expect(order).toEqual(['a: left', 'b: left', 'c: left']);
    expect(listeners()).toBe(0);
    expect(broker.metrics()).toMatchObject({ pending: 0, openRequests: 0, failedBy: { Cancelled: 3 } });
    expectConserved(broker.metrics());
  });

  it('tells the caller of a broadcast when the turn that aborts it has returned, and before the next turn (D0)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    const ends = (controller: AbortController): void =>
      void broker.broadcastFilter('all', (target) => target === id, { signal: controller.signal }).subscribe({ error: (reason: unknown) => steps.push(`caller: ${String(reason)}`) });
    const other = actorId<AbortController>('other');
    broker.spawn(id, (message) => (message === 'all' ? NEVER : void steps.push(String(message))));
    broker.spawn(other, (controller) => {
      steps.push('begins');
      controller.abort('left');
      steps.push('ends');
    });
    for (const abort of [(controller: AbortController) => broker.trySend(other, controller), (controller: AbortController) => controller.abort('left')]) {
      const controller = new AbortController();
      ends(controller);
      broker.trySend(id, 'next');
      abort(controller);
    }
    expect(steps).toEqual(['begins', 'ends', 'caller: left', 'next', 'caller: left', 'next']);
  });

  it('ends a broadcast after the results that were there before (D0)', () => {
    const { broker } = setup();
    const controller = new AbortController();
    const told: unknown[] = [];
    const [other, turn] = [actorId<any>('other'), actorId<any>('turn')];
    for (const name of [id, other]) broker.register(name, Mailbox.bounded(1));
    broker.trySend(other, 'fills it');
    broker.spawn(turn, (_message, context) => {
      context.broker.broadcastFilter('all', (target) => target !== turn, { order: 'settled', signal: controller.signal }).subscribe({
        next: (result) => told.push(result.actorId),
        error: (reason: unknown) => told.push(reason),
      });
      controller.abort('left');
    });
    broker.trySend(turn, 0);
    expect(told).toEqual([other, 'left']);
  });

  it('leaves out an ask that the first caller cancels when it is told (S3)', () => {
    const { broker } = setup();
    broker.register(id, Mailbox.unbounded());
    const { controller, signal } = counted();
    broker.send(id, 0, { signal }).subscribe({ error: () => second.unsubscribe() });
    const told: unknown[] = [];
    const second = broker.send(id, 1, { signal }).subscribe({ error: (reason: unknown) => told.push(reason) });
    const third = watchFor(broker.send(id, 2, { signal }));
    controller.abort('left');
    expect(told).toEqual([]);
    expect(third.error).toBe('left');
    expect(broker.metrics().failedBy.Cancelled).toBe(3);
  });
});
