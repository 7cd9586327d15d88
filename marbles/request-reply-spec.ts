import { actorId } from 'rx-broker';
import { brokerMarbles } from 'rx-broker/testing';
import { NEVER, map, merge, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

const marbles = brokerMarbles((actual, expected) => {
  expect(actual).toStrictEqual(expected);
});
const id = actorId<any>('actor');
const [a, b, c] = ['a', 'b', 'c'].map((name) => actorId<any>(name));
const replyIn = (ms: number) => (value: unknown) => timer(ms).pipe(map(() => value));

describe('send', () => {
  it(
    'answers asks in turn: one turn at a time (M4)',
    marbles(({ broker, expectObservable }) => {
      broker.spawn(id, replyIn(3));
      expectObservable(merge(broker.send(id, 'a'), broker.send(id, 'b'), broker.send(id, 'c')) as never).toBe('---a--b--(c|)');
    }),
  );

  it(
    'streams a handler’s Observable to its end (S2)',
    marbles(({ broker, cold, expectObservable }) => {
      const reply$ = cold('            -a-b-|');
      broker.spawn(id, () => reply$);
      expectObservable(broker.send(id, 0) as never).toBe('-a-b-|');
    }),
  );

  it(
    'cancels with its subscriber: the stream is left, the next turn begins (S3)',
    marbles(({ broker, cold, expectObservable, expectSubscriptions, expectDeliveries }) => {
      const reply$ = cold('    --x--x--x|');
      const unsub = '          ---!      ';
      const replysubs = ['     ^--!      ', '---^--------!'];
      broker.spawn(id, () => reply$);
      expectObservable(broker.send(id, 1) as never, unsub).toBe('--x-');
      expectObservable(broker.send(id, 2) as never).toBe('-----x--x--x|');
      expectSubscriptions(reply$.subscriptions).toBe(replysubs);
      expectDeliveries(id).toBe('d--e', { d: 1, e: 2 });
    }),
  );

  it(
    'times out at its deadline, wherever the message is (S4)',
    marbles(({ broker, expectObservable, expectDeadLetters }) => {
      broker.spawn(id, () => NEVER);
      const timeout = expect.objectContaining({ code: 'Timeout' }) as unknown;
      expectObservable(broker.send(id, 'runs', { timeout: 9 }) as never).toBe('  ---------#', undefined, timeout);
      expectObservable(broker.send(id, 'queued', { timeout: 4 }) as never).toBe('----#     ', undefined, timeout);
      expectDeadLetters(({ message }) => message).toBe('                         ----q', { q: 'queued' });
    }),
  );
});

describe('broadcast', () => {
  const answer = (result: { actorId: string; ok: boolean }) => (result.ok ? result.actorId : 'x');

  it(
    'gives results in registration order (R3)',
    marbles(({ broker, expectObservable }) => {
      broker.spawn(a!, replyIn(5));
      broker.spawn(b!, replyIn(2));
      broker.spawn(c!, () => throwError(() => 'no'));
      expectObservable(broker.broadcast(0).pipe(map(answer))).toBe('-----(abx|)');
    }),
  );

  it(
    'gives results as they settle; a quorum cancels the rest (R3)',
    marbles(({ broker, expectObservable, flush }) => {
      broker.spawn(a!, replyIn(5));
      broker.spawn(b!, replyIn(2));
      broker.spawn(c!, replyIn(3));
      expectObservable(broker.broadcast(0, { order: 'settled' }).pipe(map(answer), take(2))).toBe('--b(c|)');
      flush();
      expect(broker.metrics()).toMatchObject({ totalSucceeded: 2, totalAborted: 1 });
    }),
  );
});
