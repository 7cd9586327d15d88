import { InMemoryMessageBroker, actorId, message, protocol } from 'rx-broker';
import { ofMessage, publishTo, requestFrom, sendTo, toDeadLetters, toMetrics } from 'rx-broker/operators';
import { EMPTY, Subject, concatMap, distinctUntilChanged, filter, map, of, throwError, timer } from 'rxjs';
import { describe, it } from 'vitest';
import { marbles } from './marbles';

const id = actorId<any>('actor');
const quiet = (): InMemoryMessageBroker => new InMemoryMessageBroker({ logDeadLetters: false });

/** A broker with an actor that replies with the message itself after 3 ms. For `x` it fails. */
function answering(concurrency = 1): InMemoryMessageBroker {
  const broker = quiet();
  broker.spawn(id, (text: string) => timer(3).pipe(concatMap(() => (text === 'x' ? throwError(() => 'error') : of(text)))), { concurrency });
  return broker;
}

describe('requestFrom', () => {
  it(
    'has one request open at a time, in order, and completes with the last reply',
    marbles((m) => {
      const e1 = m.hot('   ab--|    ');
      const e1subs = '     ^---!    ';
      const expected = '   ---a--(b|)';
      m.expect(e1.pipe(requestFrom(answering(), id, { capacity: 5 }))).toBeObservable(expected);
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );

  it(
    'has several open with concurrency',
    marbles((m) => {
      const e1 = m.hot('   abc--|   ');
      const expected = '   ---ab-(c|)';
      m.expect(e1.pipe(requestFrom(answering(9), id, { capacity: 5, concurrency: 2 }))).toBeObservable(expected);
    }),
  );

  it(
    'errors with the first failure, and unsubscribes from its source',
    marbles((m) => {
      const e1 = m.hot('   axb----|');
      const e1subs = '     ^-----! ';
      const expected = '   ---a--# ';
      m.expect(e1.pipe(requestFrom(answering(), id, { capacity: 5 }))).toBeObservable(expected);
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );

  it(
    'skips or replaces a failed reply, by onError',
    marbles((m) => {
      const e1 = '         axb----|   ';
      const skipped = '    ---a-----(b|)';
      const replaced = '   ---a--r--(b|)';
      m.expect(m.hot(e1).pipe(requestFrom(answering(), id, { capacity: 5, onError: () => EMPTY }))).toBeObservable(skipped);
      m.expect(m.hot(e1).pipe(requestFrom(answering(), id, { capacity: 5, onError: () => of('r') }))).toBeObservable(replaced);
    }),
  );

  it(
    'times a request out from its own start, not from when it began to wait',
    marbles((m) => {
      const e1 = m.hot('   ab-|     ');
      const expected = '   ---a--(b|)';
      m.expect(e1.pipe(requestFrom(answering(), id, { capacity: 5, timeout: 4 }))).toBeObservable(expected);
    }),
  );

  it(
    'cancels its open asks when it is unsubscribed',
    marbles((m) => {
      const broker = answering();
      const e1 = m.hot('   a-b-|    ');
      const e1subs = '     ^-!      ';
      const unsub = '      --!      ';
      const expected = '   ---      ';
      const looks = m.hot('-x-x     ');
      const open = '       -1-0     ';
      m.expect(e1.pipe(requestFrom(broker, id, { capacity: 5 })), unsub).toBeObservable(expected);
      m.expect(e1).toHaveSubscriptions(e1subs);
      m.expect(looks.pipe(map(() => broker.metrics().openRequests))).toBeObservable(open, { 1: 1, 0: 0 });
    }),
  );

  it(
    'drops by its strategy when too many wait',
    marbles((m) => {
      const lost = new Subject<string>();
      const e1 = m.hot('   abc-|    ');
      const expected = '   ---a--(c|)';
      const losses = '     --b      ';
      m.expect(lost).toBeObservable(losses);
      m.expect(e1.pipe(requestFrom(answering(), id, { capacity: 1, overflow: 'drop-oldest', onOverflow: (text: string) => lost.next(text) }))).toBeObservable(expected);
    }),
  );
});

describe('sendTo', () => {
  it(
    'passes its values on at once, and does not end for a refusal',
    marbles((m) => {
      const broker = quiet();
      const e1 = m.hot('   -a-b-c-|');
      const expected = '   -a-b-c-|';
      const letters = '    ---b----';
      broker.spawn(id, () => {});
      m.expect(broker.deadLetters$.pipe(map(({ message: text }) => text as string))).toBeObservable(letters);
      m.hot('              --x-y').subscribe((at) => (at === 'x' ? broker.unregister(id) : broker.spawn(id, () => {})));
      m.expect(e1.pipe(sendTo(broker, id))).toBeObservable(expected);
    }),
  );
});

describe('publishTo', () => {
  it(
    'publishes what it passes on',
    marbles((m) => {
      const broker = quiet();
      const e1 = m.hot('   -a-b-|');
      const e1subs = '     ^----!';
      const expected = '   -a-b-|';
      const published = '  -a-b--';
      m.expect(broker.topic$('letters')).toBeObservable(published);
      m.expect(e1.pipe(publishTo(broker, 'letters'))).toBeObservable(expected);
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );
});

describe('ofMessage', () => {
  const Door = protocol('door', { open: message<{ by: string }>(), shut: message() });

  it(
    'keeps the messages of its kinds, when they come',
    marbles((m) => {
      const opened = { o: Door.open({ by: 'me' }) };
      const values = { ...opened, s: Door.shut() };
      const e1 = m.hot<unknown>('-os-so-|', values);
      const expected = '         -o---o-|';
      m.expect(e1.pipe(ofMessage(Door.open))).toBeObservable(expected, opened);
    }),
  );
});

describe('toDeadLetters and toMetrics', () => {
  it(
    'make deadLetters$ and metrics() of events$ (O1)',
    marbles((m) => {
      const broker = quiet();
      broker.spawn(id, (text: string) => {
        if (text === 'x') throw new Error('x');
      });
      const e1 = m.hot('   -a-x-b-');
      const letters = '    ---x---';
      const delivered = '  -1-2-3-';
      e1.subscribe((text) => broker.trySend(id, text));
      m.expect(broker.events$.pipe(toDeadLetters(), map(({ message: text }) => text as string))).toBeObservable(letters);
      const delivered$ = broker.events$.pipe(toMetrics(), map(({ totalDelivered }) => totalDelivered), filter((count) => count > 0), distinctUntilChanged());
      m.expect(delivered$).toBeObservable(delivered, { 1: 1, 2: 2, 3: 3 });
    }),
  );
});
