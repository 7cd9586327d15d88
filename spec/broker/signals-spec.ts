import { Mailbox, actorId } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { expectConserved, setup, watchFor } from './setup';

const id = actorId<number>('actor');

/** A signal that counts its listeners. */
function counted(): { controller: AbortController; listeners(): number; added(): number } {
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
    now.delete(listener);
    remove(type, listener);
  };
  return { controller, listeners: () => now.size, added: () => added };
}

describe('a signal that many asks share', () => {
  it('is listened to once, and no longer than anyone waits (S3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.unbounded<number>();
    broker.register(id, mailbox);
    const { controller, listeners, added } = counted();
    const asks = Array.from({ length: 100 }, (_, n) => broker.send(id, n, { signal: controller.signal }).subscribe());
    const results = broker.broadcast('all', { signal: controller.signal }).subscribe();
    expect([listeners(), added()]).toEqual([1, 1]);
    for (const ask of asks) ask.unsubscribe();
    expect(listeners()).toBe(1);
    results.unsubscribe();
    expect(listeners()).toBe(0);
    broker.send(id, 100, { signal: controller.signal }).subscribe();
    expect([listeners(), added()]).toEqual([1, 2]);
    mailbox.receive(() => {});
    expect(listeners()).toBe(0);
  });

  it('cancels all of them, in the order of sending, each with its reason (S3)', () => {
    const { broker } = setup();
    broker.register(id, Mailbox.unbounded<number>());
    const { controller, listeners } = counted();
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      broker.send(id, 0, { signal: controller.signal }).subscribe({ error: (reason: unknown) => order.push(`${name}: ${String(reason)}`) });
    }
    controller.abort('left');
    expect(order).toEqual(['a: left', 'b: left', 'c: left']);
    expect(listeners()).toBe(0);
    expect(broker.metrics()).toMatchObject({ pending: 0, openRequests: 0, failedBy: { Cancelled: 3 } });
    expectConserved(broker.metrics());
  });

  it('has a reason of its own where the signal has none, as in older browsers (S3)', () => {
    const { broker } = setup();
    broker.register(id, Mailbox.unbounded<number>());
    const { controller } = counted();
    Object.defineProperty(controller.signal, 'reason', { value: undefined });
    const { error } = watchFor(broker.send(id, 0, { signal: controller.signal }));
    expect(error).toBeUndefined();
    const seen = watchFor(broker.send(id, 1, { signal: controller.signal }));
    controller.abort();
    expect(seen.error).toEqual(new Error('aborted'));
    expect(broker.metrics().failedBy.Cancelled).toBe(2);
  });

  it.each([null, 0, '', false])('hands on whatever reason the signal has: %j (S3)', (reason) => {
    const { broker } = setup();
    broker.register(id, Mailbox.unbounded<number>());
    const { controller } = counted();
    const seen = watchFor(broker.send(id, 0, { signal: controller.signal }));
    controller.abort(reason);
    expect(seen).toMatchObject({ errored: true, error: reason });
  });

  it('leaves alone who is taken back by another one that it cancels (S3)', () => {
    const { broker } = setup();
    broker.register(id, Mailbox.unbounded<number>());
    const { controller } = counted();
    const { signal } = controller;
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
