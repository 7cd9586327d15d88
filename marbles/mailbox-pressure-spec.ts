import { type Delivery, type FailureCode, Mailbox, type MailboxOptions } from 'rx-broker';
import { type Observable, asyncScheduler, map, tap } from 'rxjs';
import { describe, it } from 'vitest';
import { marbles } from './marbles';

/** Settles each delivery `ms` milliseconds after it was handed out. */
const settleAfter = (ms: number) => (delivery$: Observable<Delivery<string>>) =>
  delivery$.pipe(
    tap((delivery) => void asyncScheduler.schedule(() => delivery.complete(), ms)),
    map(({ message }) => message),
  );

const levels = { 0: 0, 1: 0.5, 2: 1 };

describe('Mailbox, fed by a stream', () => {
  it(
    'tells its pressure as the queue fills and empties, and completes with it (M6)',
    marbles((m) => {
      const mailbox = Mailbox.bounded<string>(2);
      const e1 = m.hot('     -abc--------|      ');
      const e1subs = '       ^-----------!      ';
      const expected = '     -a----b----c----|  ';
      const pressure = '     0-12--1----0----|  ';
      m.expect(mailbox.deliveries$.pipe(settleAfter(5))).toBeObservable(expected);
      m.expect(mailbox.pressure$).toBeObservable(pressure, levels);
      e1.subscribe(mailbox);
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );

  it(
    'drains what is queued when its source errors, then completes (M6)',
    marbles((m) => {
      const mailbox = Mailbox.bounded<string>(2);
      const e1 = m.hot('     -ab#             ');
      const e1subs = '       ^--!             ';
      const expected = '     -a----b----|     ';
      const losses = '       -----------|     ';
      m.expect(mailbox.deliveries$.pipe(settleAfter(5))).toBeObservable(expected);
      m.expect(mailbox.losses$).toBeObservable(losses);
      e1.subscribe(mailbox);
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );

  it(
    'queues for the next consumer when this one leaves, and fails what it left open (M6)',
    marbles((m) => {
      const mailbox = Mailbox.bounded<string>(9);
      const e1 = m.hot('     -a-b-c-------     ');
      const unsub = '        ----!             ';
      const first = '        -a--              ';
      const later = '        --------^         ';
      const second = '       --------b----c    ';
      m.expect(mailbox.deliveries$.pipe(settleAfter(9)), unsub).toBeObservable(first);
      m.expect(mailbox.deliveries$.pipe(settleAfter(5)), later).toBeObservable(second);
      e1.subscribe(mailbox);
    }),
  );

  const strategies: readonly [NonNullable<MailboxOptions['overflow']>, { expected: string; losses: string; code: FailureCode }][] = [
    ['fail', {
      expected: '            -a----b----|  ',
      losses: '              ---(cd)----|  ', code: 'MailboxFull' }],
    ['block', {
      expected: '            -a----b----|  ',
      losses: '              ---(cd)----|  ', code: 'MailboxFull' }],
    ['drop-newest', {
      expected: '            -a----b----|  ',
      losses: '              ---(cd)----|  ', code: 'Dropped' }],
    ['drop-oldest', {
      expected: '            -a----d----|  ',
      losses: '              ---(bc)----|  ', code: 'Dropped' }],
  ];
  it.each(strategies)('loses by its strategy when it is full: %s (M2)', (overflow, { expected, losses, code }) => {
    marbles((m) => {
      const mailbox = Mailbox.bounded<string>(1, { overflow });
      const e1 = m.hot('       -ab(cd|)      ');
      const e1subs = '         ^--!          ';
      m.expect(mailbox.deliveries$.pipe(settleAfter(5))).toBeObservable(expected);
      m.expect(mailbox.losses$).toBeObservable(losses, Object.fromEntries(['b', 'c', 'd'].map((message) => [message, { message, code }])));
      e1.subscribe(mailbox);
      m.expect(e1).toHaveSubscriptions(e1subs);
    })();
  });

  it(
    'hands out as many at once as its concurrency (M4)',
    marbles((m) => {
      const mailbox = Mailbox.bounded<string>(9, { concurrency: 2 });
      const e1 = m.hot('     -abc--|           ');
      const e1subs = '       ^-----!           ';
      const expected = '     -ab--c---|        ';
      m.expect(mailbox.deliveries$.pipe(settleAfter(4))).toBeObservable(expected);
      e1.subscribe(mailbox);
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );

  it(
    'expires what waited longer than its ttl, when its turn comes; not what waited as long (M3)',
    marbles((m) => {
      const mailbox = Mailbox.bounded<string>(9, { ttl: 3 });
      const e1 = m.hot('     -abc---|          ');
      const expected = '     -a----c----|      ';
      const losses = '       ------b----|      ';
      m.expect(mailbox.deliveries$.pipe(settleAfter(5))).toBeObservable(expected);
      m.expect(mailbox.losses$).toBeObservable(losses, { b: { message: 'b', code: 'Expired' } });
      e1.subscribe(mailbox);
    }),
  );

  it(
    'aborts a delivery that is open longer than its turnTimeout (turnTimeout)',
    marbles((m) => {
      const mailbox = Mailbox.bounded<string>(9, { turnTimeout: 3 });
      const e1 = m.hot('     -ab-----|     ');
      const expected = '     -a--b---|     ';
      m.expect(mailbox.deliveries$.pipe(map(({ message }) => message))).toBeObservable(expected);
      e1.subscribe(mailbox);
    }),
  );
});
