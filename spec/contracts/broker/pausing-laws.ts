import { Mailbox, actorId } from 'rx-broker';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const [a, b] = [actorId<any>('a'), actorId<any>('b')];

/** The laws of a mailbox that is paused or cleared while its actor is reached. Its own laws are in `spec/contracts/mailbox`. */
export const PAUSING_LAWS: readonly BrokerLaw[] = [
  brokerLaw('a paused actor takes messages of every kind, is chosen by routing, and handles all when it is resumed (M6)', async ({ home, broker, settle }) => {
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<unknown>(9);
    mailbox.receive((message) => {
      got.push(message);
      return `reply to ${String(message)}`;
    });
    home.register(a, mailbox, { topics: ['work'] });
    mailbox.pause();
    await settle();
    expect(broker.trySend(a, 'told')).toEqual({ ok: true });
    await settle();
    const asks = [watchFor(broker.send(a, 'asked'))];
    await settle();
    asks.push(watchFor(broker.sendWithRouting({ topic: 'work' }, 'routed')));
    await settle();
    expect([broker.publish('work', 'published'), broker.tryBroadcast('to all')]).toEqual([1, 1]);
    await settle();
    expect([got, asks.map(({ values }) => values)]).toEqual([[], [[], []]]);
    expect(home.metrics()).toMatchObject({ pending: 5, inFlight: 0 });
    mailbox.resume();
    await settle();
    expect(got).toEqual(['told', 'asked', 'routed', 'published', 'to all']);
    expect(asks.map(({ values }) => values)).toEqual([['reply to asked'], ['reply to routed']]);
  }),
  brokerLaw('a paused mailbox stays paused when its actor ends, and in its next life (M6)', async ({ home, broker, settle }) => {
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<unknown>(9);
    mailbox.receive((message) => void got.push(message));
    home.register(a, mailbox);
    mailbox.pause();
    home.unregister(a);
    home.register(b, mailbox);
    await settle();
    broker.trySend(b, 'queued');
    await settle();
    expect([got, mailbox.isPaused]).toEqual([[], true]);
    mailbox.resume();
    await settle();
    expect(got).toEqual(['queued']);
  }),
  brokerLaw('what is cleared fails with Dropped, safe to retry; each is a dead letter, and what runs goes on (§2)', async ({ home, broker, settle, letters }) => {
    const mailbox = Mailbox.bounded<unknown>(1, { overflow: 'block' });
    home.register(a, mailbox);
    await settle();
    const queued = watchFor(broker.send(a, 'queued'));
    await settle();
    const waits = watchFor(broker.offer(a, 'waits'));
    await settle();
    expect(mailbox.clear()).toBe(2);
    await settle();
    for (const seen of [queued, waits]) expect(seen).toMatchObject({ values: [], error: { code: 'Dropped', started: false, actorId: a } });
    expect(letters.map(({ message, reason, asked }) => [message, reason, asked])).toEqual([['queued', 'Dropped', true], ['waits', 'Dropped', true]]);
    expect(home.metrics()).toMatchObject({ pending: 0, failedBy: { Dropped: 2 } });
    mailbox.receive((message) => `reply to ${String(message)}`);
    const next = watchFor(broker.send(a, 'next'));
    await settle();
    expect(next.values).toEqual(['reply to next']);
  }),
  brokerLaw('close waits for what a paused mailbox holds, no longer than its timeout (M6)', async ({ home, broker, settle, pass, slack }) => {
    const mailbox = Mailbox.bounded<unknown>(1);
    mailbox.receive(() => 'reply');
    home.register(a, mailbox);
    mailbox.pause();
    await settle();
    const queued = watchFor(broker.send(a, 'queued', { timeout: Infinity }));
    await settle();
    let isClosed = false;
    void home.close({ timeout: 50_000 }).then(() => (isClosed = true));
    await pass(49_999 - slack);
    expect({ isClosed, errored: queued.errored }).toEqual({ isClosed: false, errored: false });
    await pass(1 + slack);
    expect(isClosed).toBe(true);
    expect(queued.error).toMatchObject({ code: 'BrokerClosed', started: false });
  }, { needs: ['virtualTime'] }),
];
