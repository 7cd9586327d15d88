import { type ActorContext, Mailbox, actorId } from 'rx-broker';
import { NEVER, Subject, type Subscription, VirtualTimeScheduler, firstValueFrom, queueScheduler } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { deferred, setupStill as setup, watchFor } from './setup';

const id = actorId<any>('actor');
const other = actorId<any>('other');

describe('close', () => {
  it('refuses newcomers, drains what is queued and running, ends every actor (§7)', async () => {
    const { broker } = setup();
    const gate = deferred();
    const got: unknown[] = [];
    const reasons: unknown[] = [];
    broker.spawn(id, {
      receive: async (message: unknown) => {
        got.push(message);
        await gate.promise;
        return message;
      },
      onStop: (reason) => void reasons.push(reason),
    });
    const first = firstValueFrom(broker.send(id, 1));
    broker.trySend(id, 2);
    let isClosed = false;
    const closing = broker.close().then(() => (isClosed = true));
    expect(broker.trySend(id, 3)).toMatchObject({ ok: false, code: 'BrokerClosed' });
    expect(watchFor(broker.send(id, 3)).error).toMatchObject({ code: 'BrokerClosed' });
    expect(broker.tryBroadcast(3)).toBe(0);
    expect(watchFor(broker.broadcast(3)).values).toMatchObject([{ actorId: id, ok: false, error: { code: 'BrokerClosed' } }]);
    expect(isClosed).toBe(false);
    gate.resolve(undefined);
    await closing;
    await expect(first).resolves.toBe(1);
    expect(got).toEqual([1, 2]);
    expect(reasons).toEqual(['broker-closed']);
    expect(broker.registeredCount()).toBe(0);
    expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, totalSucceeded: 2, failedBy: { BrokerClosed: 4 } });
  });

  it('still takes what running turns send (§7)', async () => {
    const { broker } = setup();
    const gate = deferred();
    const got: unknown[] = [];
    broker.spawn(other, (message) => {
      got.push(message);
      if (message === 'on its stack') broker.trySend(other, 'nested');
      return 'reply';
    });
    broker.spawn(id, async (_message, context) => {
      await gate.promise;
      context.trySend(other, 'told');
      return firstValueFrom(context.send(other, 'on its stack'));
    });
    const reply = firstValueFrom(broker.send(id, 0));
    const closing = broker.close();
    gate.resolve(undefined);
    await expect(reply).resolves.toBe('reply');
    await closing;
    expect(got).toEqual(['told', 'on its stack', 'nested']);
  });

  it('takes what a turn sends through its context only while that is open (§7)', () => {
    const { broker } = setup();
    const contexts: ActorContext[] = [];
    broker.spawn(other, () => 'reply');
    broker.spawn(id, (message, context) => (contexts.push(context), message === 'open' ? NEVER : undefined));
    for (const message of ['over', 'open']) broker.trySend(id, message);
    void broker.close();
    expect(contexts.map((context) => context.trySend(other, 'told'))).toMatchObject([{ ok: false, code: 'BrokerClosed' }, { ok: true }]);
    expect(contexts.map((context) => watchFor(context.send(other, 'asked')))).toMatchObject([{ error: { code: 'BrokerClosed' } }, { values: ['reply'] }]);
    void broker.close({ drain: false });
  });

  it('gives up draining after its timeout (§7)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker, letters } = setup({ scheduler });
    broker.spawn(id, () => NEVER);
    broker.trySend(id, 'runs');
    broker.trySend(id, 'waits');
    const closing = broker.close({ timeout: 100 });
    scheduler.flush();
    await closing;
    expect(letters.map(({ message, reason }) => [message, reason])).toEqual([
      ['runs', 'BrokerClosed'],
      ['waits', 'BrokerClosed'],
    ]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it('leaves no timer when it is done before its timeout (§7)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    const gate = deferred();
    broker.spawn(id, () => gate.promise);
    const asked = firstValueFrom(broker.send(id, 0, { timeout: Infinity }));
    const closing = broker.close();
    expect(scheduler.actions).toHaveLength(1);
    gate.resolve('done');
    await asked;
    await closing;
    expect(scheduler.actions).toHaveLength(0);
  });

  it('makes no timer if there is nothing to wait for, or no timeout (§7)', async () => {
    const delays: unknown[] = [];
    const scheduler = new VirtualTimeScheduler();
    const schedule = scheduler.schedule.bind(scheduler) as (...args: unknown[]) => Subscription;
    Object.assign(scheduler, {
      schedule: (...args: unknown[]) => {
        delays.push(args[1]);
        return schedule(...args);
      },
    });
    const reply = new Subject<void>();
    const brokers = [{}, { drain: false }, { timeout: Infinity }].map((how, i) => {
      const { broker } = setup({ scheduler });
      broker.spawn(id, () => reply);
      if (i > 0) broker.trySend(id, 'runs');
      return broker.close(how);
    });
    reply.complete();
    await Promise.all(brokers);
    expect(delays).toEqual([]);
  });

  it('is over at once on a scheduler that calls at once (§7)', async () => {
    const { broker, letters } = setup({ scheduler: queueScheduler });
    broker.register(id, Mailbox.bounded(5));
    broker.trySend(id, 'waits');
    await broker.close({ timeout: 0 });
    expect(letters).toMatchObject([{ message: 'waits', reason: 'BrokerClosed' }]);
    expect(broker.registeredCount()).toBe(0);
  });

  it('drops at once with drain: false, and errors the callers (§7)', async () => {
    const { broker, letters } = setup();
    broker.register(id, Mailbox.bounded(5));
    const seen = watchFor(broker.send(id, 'waits'));
    await broker.close({ drain: false });
    expect(seen.error).toMatchObject({ code: 'BrokerClosed', started: false });
    expect(letters).toMatchObject([{ message: 'waits', asked: true }]);
  });

  it('is idempotent (§7)', async () => {
    const { broker } = setup();
    expect(broker.close()).toBe(broker.close({ drain: false }));
    await broker.close();
    await broker.close();
  });

  it('can be called from inside a turn (§7)', async () => {
    const { broker, letters } = setup();
    let closing!: Promise<void>;
    broker.spawn(id, (how) => {
      closing = broker.close(how);
    });
    broker.trySend(id, {});
    await closing;
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 1, inFlight: 0, registeredActors: 0 });
    const dropping = setup();
    dropping.broker.spawn(id, () => {
      closing = dropping.broker.close({ drain: false });
    });
    dropping.broker.trySend(id, 'cut');
    await closing;
    expect(dropping.letters).toMatchObject([{ message: 'cut', reason: 'BrokerClosed' }]);
    expect(letters).toEqual([]);
  });

  it('refuses what a turn sends after it has ended its broker (§7)', () => {
    const { broker } = setup();
    const codes: unknown[] = [];
    broker.spawn(other, () => {});
    broker.spawn(id, (_message, context) => {
      void broker.close({ drain: false });
      for (const result of [broker.trySend(other, 0), context.trySend(other, 0)]) codes.push(!result.ok && result.code);
    });
    broker.trySend(id, 0);
    expect(codes).toEqual(['BrokerClosed', 'BrokerClosed']);
  });

  it('ends the drain at once when it is called again with drain: false (§7)', async () => {
    const { broker } = setup();
    broker.spawn(id, () => NEVER);
    const reply = watchFor(broker.send(id, 0));
    const closed = broker.close({ timeout: Infinity });
    void broker.close();
    expect(reply.errored).toBe(false);
    expect(broker.close({ drain: false })).toBe(closed);
    expect(reply.error).toMatchObject({ code: 'BrokerClosed', started: true });
    await closed;
    expect(broker.close({ drain: false })).toBe(closed);
  });

  it('waits for longer than a timer can (§7)', async () => {
    const scheduler = new VirtualTimeScheduler();
    const schedule = vi.spyOn(scheduler, 'schedule');
    const { broker } = setup({ scheduler, metricsInterval: Number.MAX_VALUE });
    broker.spawn(id, () => NEVER);
    broker.trySend(id, 0);
    broker.metrics$.subscribe();
    const closed = broker.close({ timeout: 30 * 24 * 3_600_000 });
    const delays = schedule.mock.calls.map(([, delay]) => delay);
    expect(delays).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
    void broker.close({ drain: false });
    await closed;
  });

  it('throws for bad options and goes on (§7)', () => {
    const { broker } = setup();
    const bad = broker as any;
    expect(() => bad.close({ timeout: -1 })).toThrow(/timeout .*got -1/);
    expect(() => bad.close({ drain: 'yes' })).toThrow(/drain must be true or false/);
    expect(() => bad.close(5)).toThrow(/options must be an object/);
    broker.spawn(id, () => {});
    expect(broker.trySend(id, 0)).toEqual({ ok: true });
  });

  it('is what `await using` calls (§7)', async () => {
    const { broker } = setup();
    const { asyncDispose } = Symbol as { asyncDispose?: symbol };
    if (asyncDispose === undefined) return;
    await (broker as any)[asyncDispose]();
    expect(broker.trySend(id, 0)).toMatchObject({ code: 'BrokerClosed' });
  });
});
