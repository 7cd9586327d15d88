import { Mailbox } from 'rx-broker';
import { brokerMarbles } from 'rx-broker/testing';
import { NEVER, map, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type SearchState, search, typeAhead } from './event-pipeline';

const marbles = brokerMarbles((actual, expected) => {
  expect(actual).toStrictEqual(expected);
});
const found = (text: string): SearchState => ({ text, results: [`${text}!`], failed: false });
const failed = (text: string): SearchState => ({ text, results: [], failed: true });

describe('a type-ahead over a broker', () => {
  it(
    'asks when typing pauses, once for the same text',
    marbles(({ broker, hot, expectObservable, expectDeliveries }) => {
      broker.spawn(search, ({ text }) => timer(10).pipe(map(() => [`${text}!`])));
      const text$ = hot('a-b 400ms b 400ms |');
      expectObservable(typeAhead(broker, text$)).toBe('-- 310ms b 491ms |', { b: found('b') });
      expectDeliveries(search).toBe('-- 300ms b', { b: { text: 'b', type: 'search.find' } });
    }),
  );

  it(
    'takes the newest answer only, and cancels the older ask',
    marbles(({ broker, hot, expectObservable, flush }) => {
      broker.spawn(search, ({ text }) => timer(text === 'slow' ? 500 : 10).pipe(map(() => [`${text}!`])));
      const text$ = hot('s 399ms f 600ms |', { s: 'slow', f: 'fast' });
      expectObservable(typeAhead(broker, text$)).toBe('710ms f 290ms |', { f: found('fast') });
      flush();
      expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 1, inFlight: 0 });
    }),
  );

  it(
    'retries what was never begun, as when the actor is not there yet',
    marbles(({ broker, cold, hot, expectObservable }) => {
      cold('600ms s|').subscribe(() => broker.spawn(search, ({ text }) => [`${text}!`]));
      const text$ = hot('a 999ms |');
      expectObservable(typeAhead(broker, text$)).toBe('700ms a 299ms |', { a: found('a') });
    }),
  );

  it(
    'does not repeat what timed out while it ran, and goes on',
    marbles(({ broker, hot, expectObservable, flush }) => {
      broker.spawn(search, ({ text }) => (text === 'hangs' ? NEVER : [`${text}!`]));
      const text$ = hot('h 1499ms b 999ms |', { h: 'hangs', b: 'b' });
      expectObservable(typeAhead(broker, text$)).toBe('1300ms h 499ms b 699ms |', { h: failed('hangs'), b: found('b') });
      flush();
      expect(broker.metrics().totalSent).toBe(2);
    }),
  );

  it(
    'gives up after two retries of a full mailbox',
    marbles(({ broker, hot, expectObservable }) => {
      const mailbox = Mailbox.bounded(1);
      broker.register(search, mailbox);
      broker.trySend(search as never, 'in the way' as never);
      const text$ = hot('a 999ms |');
      expectObservable(typeAhead(broker, text$)).toBe('700ms a 299ms |', { a: failed('a') });
    }),
  );
});
