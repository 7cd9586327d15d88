import { type FailureCode, Mailbox, type MessageBroker, actorId } from 'rx-broker';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const id = actorId<any>('actor');

const fullOf = (home: MessageBroker, overflow: 'fail' | 'block' | 'drop-newest' | 'drop-oldest', maxWaiting?: number): void => {
  const mailbox = Mailbox.bounded<unknown>(1, { overflow, ...(maxWaiting !== undefined && { maxWaiting }) });
  home.register(id, mailbox);
  home.trySend(id, 'first');
};

/** The cases in which a message is refused: the code, and how to prepare the case. */
const REFUSALS: Readonly<Record<string, readonly [code: FailureCode, prepare: (home: MessageBroker) => void]>> = {
  'for an unknown actor': ['ActorNotFound', () => {}],
  'for one that is gone': ['ActorNotFound', (home) => home.spawn(id, () => {}).unsubscribe()],
  'for a closed mailbox': [
    'ActorStopped',
    (home) => {
      const mailbox = Mailbox.bounded<unknown>(1);
      home.register(id, mailbox);
      mailbox.close();
    },
  ],
  'for a full mailbox that fails': ['MailboxFull', (home) => fullOf(home, 'fail')],
  'for a full mailbox that drops the newest': ['Dropped', (home) => fullOf(home, 'drop-newest')],
  'for a mailbox full of what outranks it': [
    'Dropped',
    (home) => {
      home.register(id, Mailbox.bounded<unknown>(1, { overflow: 'drop-oldest' }));
      home.trySend(id, 'first', { priority: 'critical' });
    },
  ],
};

/** Whether the sender's node knows it, so that it refuses the message itself: who is there, and whose mailbox is closed. */
const isSeenFromAfar = (code: FailureCode): boolean => code === 'ActorNotFound' || code === 'ActorStopped';

export const REFUSAL_LAWS: readonly BrokerLaw[] = [
  ...Object.entries(REFUSALS).flatMap(([when, [code, prepare]]) => [
    brokerLaw(`send ${when} fails at once with ${code}, safe to retry, and a dead letter says that it was asked (S5)`, async ({ home, broker, settle, letters }) => {
      prepare(home);
      await settle();
      const seen = watchFor(broker.send(id, 'lost', { timeout: Infinity }));
      await settle();
      expect(seen).toMatchObject({ values: [], completed: false, error: { code, started: false, actorId: id } });
      expect(letters.map(({ reason, message, asked, target }) => [reason, message, asked, target])).toEqual([[code, 'lost', true, id]]);
      expect(broker.metrics().openRequests).toBe(0);
      expect((isSeenFromAfar(code) ? broker : home).metrics().failedBy[code]).toBe(1);
    }),
    brokerLaw(`offer ${when} fails at once with ${code}, safe to retry, and a dead letter says that it was asked (S5)`, async ({ home, broker, settle, letters }) => {
      prepare(home);
      await settle();
      const seen = watchFor(broker.offer(id, 'lost', { timeout: Infinity }));
      await settle();
      expect(seen).toMatchObject({ values: [], completed: false, error: { code, started: false, actorId: id } });
      expect(letters.map(({ reason, message, asked, target }) => [reason, message, asked, target])).toEqual([[code, 'lost', true, id]]);
      expect(broker.metrics().openRequests).toBe(0);
      expect((isSeenFromAfar(code) ? broker : home).metrics().failedBy[code]).toBe(1);
    }),
    brokerLaw(`trySend ${when} answers ${code} (S1)`, async ({ home, broker, settle }) => {
      prepare(home);
      await settle();
      expect(broker.trySend(id, 'lost')).toMatchObject({ ok: false, code });
    }, { needs: isSeenFromAfar(code) ? [] : ['mailboxAnswers'] }),
    brokerLaw(`what is told ${when} is a dead letter that says ${code}, and that nobody asked (O3)`, async ({ home, broker, settle, letters }) => {
      prepare(home);
      await settle();
      broker.trySend(id, 'lost');
      await settle();
      expect(letters.map(({ reason, message, asked, target }) => [reason, message, asked, target])).toEqual([[code, 'lost', false, id]]);
      expect((isSeenFromAfar(code) ? broker : home).metrics().failedBy[code]).toBe(1);
    }),
  ]),
  brokerLaw('an evicted message fails with Dropped, though it had been taken in (M2)', async ({ home, broker, settle, letters }) => {
    home.register(id, Mailbox.bounded<unknown>(1, { overflow: 'drop-oldest' }));
    await settle();
    const evicted = watchFor(broker.send(id, 'old'));
    await settle();
    expect(evicted.errored).toBe(false);
    expect(broker.trySend(id, 'new')).toEqual({ ok: true });
    await settle();
    expect(evicted.error).toMatchObject({ code: 'Dropped', started: false });
    expect(letters.map(({ reason, message, asked }) => [reason, message, asked])).toEqual([['Dropped', 'old', true]]);
  }),
  brokerLaw('with block, a send waits for its place and a trySend does not (M2)', async ({ home, broker, settle, letters }) => {
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<unknown>(1, { overflow: 'block', maxWaiting: 1 });
    home.register(id, mailbox);
    await settle();
    broker.trySend(id, 1);
    const waits = watchFor(broker.send(id, 2));
    await settle();
    const tooMany = watchFor(broker.send(id, 3));
    await settle();
    expect(waits.errored).toBe(false);
    expect(tooMany.error).toMatchObject({ code: 'MailboxFull', started: false });
    expect(home.metrics().pending).toBe(2);
    mailbox.receive((message) => void got.push(message));
    await settle();
    expect(got).toEqual([1, 2]);
    expect(waits.completed).toBe(true);
    expect(letters.map(({ message }) => message)).toEqual([3]);
  }),
  brokerLaw('a circle of asks fails at once, and names its path (O6)', async ({ home, broker, settle }) => {
    const [a, b] = [actorId<any>('a'), actorId<any>('b')];
    home.spawn(a, (_message, context) => context.send(b, 1) as never);
    home.spawn(b, (_message, context) => context.send(a, 2) as never);
    await settle();
    const seen = watchFor(broker.send(a, 0, { timeout: Infinity }));
    await settle();
    expect(seen.error).toMatchObject({ code: 'Deadlock', message: expect.stringMatching(/a.*b.*a|b.*a.*b/) as string });
    expect(home.metrics()).toMatchObject({ inFlight: 0, pending: 0 });
  }),
];
