import { Mailbox, actorId } from 'rx-broker';
import { brokerMarbles } from 'rx-broker/testing';
import { NEVER, map, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

const marbles = brokerMarbles((actual, expected) => {
  expect(actual).toStrictEqual(expected);
});
const id = actorId<any>('actor');

describe('brokerMarbles', () => {
  it(
    'shows deliveries in virtual time',
    marbles(({ broker, cold, expectDeliveries }) => {
      broker.spawn(id, () => {});
      cold('   a-b-(cd|)').subscribe((message) => broker.trySend(id, message));
      const e1 = 'a-b-(cd)';
      expectDeliveries(id).toBe(e1);
    }),
  );

  it(
    'shows a busy actor take one message at a time (M4)',
    marbles(({ broker, cold, expectDeliveries }) => {
      broker.spawn(id, () => timer(3));
      cold('   abc|').subscribe((message) => broker.trySend(id, message));
      const e1 = 'a--b--c';
      expectDeliveries(id).toBe(e1);
    }),
  );

  it(
    'shows messages that were sent before time began in frame 0',
    marbles(({ broker, expectDeliveries, expectDeadLetters }) => {
      expectDeliveries(id).toBe('(12)', { 1: 'one', 2: 'two' });
      expectDeadLetters().toBe('x', { x: 'ActorNotFound' });
      broker.trySend(id, 'nobody');
      broker.spawn(id, () => {});
      broker.trySend(id, 'one');
      broker.trySend(id, 'two');
    }),
  );

  it(
    'shows dead letters by their reason, or as they are described',
    marbles(({ broker, cold, expectDeadLetters }) => {
      broker.spawn(id, () => NEVER, { capacity: 1, turnTimeout: 5 });
      cold('        abc|').subscribe((message) => broker.trySend(id, message));
      expectDeadLetters().toBe('--x--y----z', { x: 'MailboxFull', y: 'Timeout', z: 'Timeout' });
      expectDeadLetters(({ message }) => message as string).toBe('--c--a----b');
    }),
  );

  it(
    'shows the pressure of a mailbox',
    marbles(({ broker, cold, expectPressure }) => {
      const mailbox = Mailbox.bounded<string>(4);
      broker.register(id, mailbox);
      cold('               -a-b-(cd)-|').subscribe((message) => broker.trySend(id, message));
      cold('               ----------x|').subscribe(() => mailbox.receive(() => timer(2)));
      expectPressure(mailbox).toBe('0q-h-(tf)-t-h-q-0', { 0: 0, q: 0.25, h: 0.5, t: 0.75, f: 1 });
    }),
  );

  it(
    'gives asks their timeouts in virtual time (S4)',
    marbles(({ broker, expectObservable }) => {
      broker.spawn(id, () => timer(20).pipe(map(() => 'late')));
      expectObservable(broker.send(id, 0, { timeout: 10 }).pipe(map(String))).toBe('----------#', undefined, expect.objectContaining({ code: 'Timeout' }));
      expectObservable(broker.send(id, 1)).toBe('-'.repeat(30) + '(a|)', { a: 'late' });
    }),
  );

  it(
    'makes more brokers, each with its own options',
    marbles(({ createBroker, cold, expectDeliveries }) => {
      const slow = createBroker({ mailbox: { ttl: 1 } });
      slow.spawn(id, () => timer(4));
      cold('   abc|').subscribe((message) => slow.trySend(id, message));
      expectDeliveries(id, slow).toBe('a');
    }),
  );
});
