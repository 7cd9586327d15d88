import { Mailbox, type SendError, actorId } from 'rx-broker';
import { NEVER, Subject } from 'rxjs';
import { expect } from 'vitest';
import { type Seen, watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw, startedAfterTimeout } from './broker-under-law';

const id = actorId<any>('actor');
const exact = { needs: ['virtualTime'] } as const;

const isUnknown = ({ error }: Seen): boolean => (error as SendError).started === 'unknown';

export const TIME_LAWS: readonly BrokerLaw[] = [
  brokerLaw('an ask that is still queued when its time is over fails, and never runs (S4)', async ({ home, broker, settle, pass, letters, slack }) => {
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<unknown>(5);
    home.register(id, mailbox);
    await settle();
    const seen = watchFor(broker.send(id, 'late', { timeout: 100_000 }));
    await pass(99_999 - slack);
    expect(seen.errored).toBe(false);
    await pass(1 + slack);
    expect(seen.error).toMatchObject({ code: 'Timeout', started: startedAfterTimeout(slack, false), actorId: id });
    mailbox.receive((message) => void got.push(message));
    await settle();
    expect(got).toEqual([]);
    // If the caller does not know what became of its message, both nodes tell of a loss.
    if (!isUnknown(seen)) expect(letters.map(({ reason, asked }) => [reason, asked])).toEqual([['Timeout', true]]);
  }, exact),
  brokerLaw('an ask that waits for a place and runs out of time leaves it to the next (S4)', async ({ home, broker, settle, pass, slack }) => {
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<unknown>(1, { overflow: 'block', maxWaiting: 2 });
    home.register(id, mailbox);
    await settle();
    broker.trySend(id, 1);
    await settle();
    const waits = watchFor(broker.send(id, 2, { timeout: 100_000 }));
    await settle();
    const next = watchFor(broker.send(id, 3, { timeout: 1_000_000 }));
    await pass(100_000 + slack);
    expect(waits.error).toMatchObject({ code: 'Timeout', started: startedAfterTimeout(slack, false) });
    mailbox.receive((message) => void got.push(message));
    await settle();
    expect(got).toEqual([1, 3]);
    expect(next.completed).toBe(true);
  }, exact),
  brokerLaw('a running turn is aborted when its ask’s time is over (S4)', async ({ home, broker, settle, pass, letters, slack }) => {
    const signals: AbortSignal[] = [];
    home.spawn(id, (_message, { signal }) => {
      signals.push(signal);
      return NEVER;
    });
    await settle();
    const seen = watchFor(broker.send(id, 'slow', { timeout: 100_000 }));
    await pass(100_000 + slack);
    expect(seen.error).toMatchObject({ code: 'Timeout', started: startedAfterTimeout(slack, true) });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(home.metrics()).toMatchObject({ totalAborted: 1, inFlight: 0 });
    if (!isUnknown(seen)) expect(letters).toEqual([]);
  }, exact),
  brokerLaw('where an ask says nothing, the broker’s requestTimeout holds; Infinity is none (S4)', async ({ home, broker, settle, pass, slack }) => {
    home.spawn(id, () => NEVER, { concurrency: 2 });
    await settle();
    const seen = watchFor(broker.send(id, 'as the broker says'));
    const patient = watchFor(broker.send(id, 'for ever', { timeout: Infinity }));
    await pass(199_999 - slack);
    expect(seen.errored).toBe(false);
    await pass(1 + slack);
    expect(seen.error).toMatchObject({ code: 'Timeout' });
    await pass(1_000_000);
    expect(patient.errored).toBe(false);
    patient.subscription.unsubscribe();
  }, { ...exact, options: { requestTimeout: 200_000 } }),
  brokerLaw('the timeout ends with the first value: a stream may then take its time (S4)', async ({ home, broker, settle, pass, slack }) => {
    const stream = new Subject<number>();
    home.spawn(id, () => stream);
    await settle();
    const seen = watchFor(broker.send(id, 'ask', { timeout: 100_000 }));
    await pass(99_999 - slack);
    stream.next(1);
    await pass(1_000_000);
    stream.next(2);
    stream.complete();
    await settle();
    expect(seen).toMatchObject({ values: [1, 2], completed: true });
  }, exact),
  brokerLaw('every ask has a time of its own, whatever the order of their ends (S4)', async ({ home, broker, settle, pass, slack }) => {
    home.spawn(id, () => NEVER, { concurrency: 3 });
    await settle();
    const ends: number[] = [];
    const step = 100_000 + slack;
    for (const timeout of [3 * step, step, 2 * step]) broker.send(id, timeout, { timeout }).subscribe({ error: () => ends.push(timeout) });
    await pass(step);
    expect(ends).toEqual([step]);
    await pass(step);
    expect(ends).toEqual([step, 2 * step]);
    await pass(step);
    expect(ends).toEqual([step, 2 * step, 3 * step]);
  }, exact),
  brokerLaw('a message that waits longer than its ttl never runs, and its sender is told (§2)', async ({ home, broker, settle, pass, letters }) => {
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<unknown>(9);
    home.register(id, mailbox);
    await settle();
    const seen = watchFor(broker.send(id, 'asked', { ttl: 50_000, timeout: Infinity }));
    await settle();
    broker.trySend(id, 'told', { ttl: 50_000 });
    broker.trySend(id, 'patient');
    await pass(50_001);
    mailbox.receive((message) => void got.push(message));
    await settle();
    expect(got).toEqual(['patient']);
    expect(seen.error).toMatchObject({ code: 'Expired', started: false });
    expect(letters.map(({ reason, message }) => [reason, message])).toEqual([['Expired', 'asked'], ['Expired', 'told']]);
    expect(home.metrics().failedBy.Expired).toBe(2);
  }, exact),
  brokerLaw('a turn longer than its mailbox allows is aborted (§2)', async ({ home, broker, settle, pass, letters, slack }) => {
    home.spawn(id, () => NEVER, { turnTimeout: 50_000 });
    await settle();
    const seen = watchFor(broker.send(id, 'asked', { timeout: 1_000_000 }));
    await settle();
    broker.trySend(id, 'told');
    await pass(50_000 + slack);
    expect(seen.error).toMatchObject({ code: 'Timeout', started: startedAfterTimeout(slack, true) });
    await pass(50_000 + slack);
    expect(home.metrics()).toMatchObject({ totalAborted: 2, inFlight: 0 });
    expect(letters.map(({ reason, message, asked }) => [reason, message, asked])).toEqual([['Timeout', 'told', false]]);
  }, exact),
  brokerLaw('metrics$ tells a snapshot at once, then one each interval, and ends with the broker (O1)', async ({ broker, pass, until }) => {
    const seen = watchFor(broker.metrics$);
    expect(seen.values).toHaveLength(1);
    await pass(100_000);
    expect(seen.values).toHaveLength(2);
    await pass(200_000);
    expect(seen.values).toHaveLength(4);
    await until(broker.close({ drain: false }));
    await pass(500_000);
    expect(seen.values).toHaveLength(4);
    expect(seen.completed).toBe(true);
  }, { ...exact, options: { metricsInterval: 100_000 } }),
  brokerLaw('close waits no longer than its timeout for what runs (§7)', async ({ home, broker, settle, pass, slack }) => {
    home.spawn(id, () => NEVER);
    await settle();
    const seen = watchFor(broker.send(id, 'asked', { timeout: Infinity }));
    await settle();
    let isClosed = false;
    void home.close({ timeout: 50_000 }).then(() => (isClosed = true));
    await pass(49_999 - slack);
    expect({ isClosed, errored: seen.errored }).toEqual({ isClosed: false, errored: false });
    await pass(1 + slack);
    expect({ isClosed, errored: seen.errored }).toEqual({ isClosed: true, errored: true });
    expect(seen.error).toMatchObject({ code: 'BrokerClosed', started: true });
  }, exact),
];
