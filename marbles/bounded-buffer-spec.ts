import { BufferOverflowError } from 'rx-broker';
import { boundedBuffer } from 'rx-broker/operators';
import { type Observable, Subject, asyncScheduler, map, take, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { marbles } from './marbles';

/** Releases each value `ms` milliseconds after it was let out, and emits it. */
const releaseAfter = (ms: number) => (held$: Observable<{ value: string; release(): void }>) =>
  held$.pipe(
    tap(({ release }) => void asyncScheduler.schedule(release, ms)),
    map(({ value }) => value),
  );

describe('boundedBuffer', () => {
  it(
    'lets a value out when the one before is released (next)',
    marbles((m) => {
      const e1 = m.hot('   ab-c---|   ');
      const e1subs = '     ^------!   ';
      const expected = '   a--b--c--|';
      m.expect(e1.pipe(boundedBuffer(5), releaseAfter(3))).toBeObservable(expected);
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );

  it(
    'lets several out at once with concurrency',
    marbles((m) => {
      const e1 = m.hot('   abc----|   ');
      const expected = '   ab--c---|  ';
      m.expect(e1.pipe(boundedBuffer(5, { concurrency: 2 }), releaseAfter(4))).toBeObservable(expected);
    }),
  );

  it(
    'completes when all values are released (complete)',
    marbles((m) => {
      const e1 = m.hot('   a|      ');
      const expected = '   a----|  ';
      m.expect(e1.pipe(boundedBuffer(1), releaseAfter(5))).toBeObservable(expected);
    }),
  );

  it(
    'completes at once when nothing is out',
    marbles((m) => {
      const e1 = m.hot('   --|  ');
      const expected = '   --|  ';
      m.expect(e1.pipe(boundedBuffer(1), releaseAfter(5))).toBeObservable(expected);
    }),
  );

  it(
    'passes an error at once, though values wait (error)',
    marbles((m) => {
      const e1 = m.hot('   abc-#   ');
      const expected = '   a---#   ';
      m.expect(e1.pipe(boundedBuffer(5), releaseAfter(9))).toBeObservable(expected);
    }),
  );

  it(
    'unsubscribes from its source (unsubscribe)',
    marbles((m) => {
      const e1 = m.hot('   ab-c-d-|');
      const e1subs = '     ^--!     ';
      const unsub = '      ---!     ';
      const expected = '   a--      ';
      m.expect(e1.pipe(boundedBuffer(5), releaseAfter(5)), unsub).toBeObservable(expected);
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );

  it(
    'unsubscribes from its source when downstream has enough',
    marbles((m) => {
      const e1 = m.hot('   ab-c-d-|');
      const e1subs = '     ^--!     ';
      const expected = '   a--(b|)  ';
      m.expect(e1.pipe(boundedBuffer(5), releaseAfter(3), take(2))).toBeObservable(expected);
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );

  it(
    'errors when it is full (fail)',
    marbles((m) => {
      const e1 = m.hot('   abcd-|');
      const e1subs = '     ^--!  ';
      const expected = '   a--#  ';
      m.expect(e1.pipe(boundedBuffer(2), releaseAfter(9))).toBeObservable(expected, undefined, new BufferOverflowError(2));
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );

  it(
    'drops the oldest and tells it (drop-oldest)',
    marbles((m) => {
      const lost = new Subject<string>();
      const e1 = m.hot('   abcd------|');
      const expected = '   a----c----d----|';
      const losses = '     ---b      ';
      m.expect(lost).toBeObservable(losses);
      m.expect(e1.pipe(boundedBuffer(2, { overflow: 'drop-oldest', onOverflow: (value) => lost.next(value) }), releaseAfter(5))).toBeObservable(expected);
    }),
  );

  it(
    'drops the newest and tells it (drop-newest)',
    marbles((m) => {
      const lost = new Subject<string>();
      const e1 = m.hot('   abcd------|');
      const expected = '   a----b----c----|';
      const losses = '     ---d      ';
      m.expect(lost).toBeObservable(losses);
      m.expect(e1.pipe(boundedBuffer(2, { overflow: 'drop-newest', onOverflow: (value) => lost.next(value) }), releaseAfter(5))).toBeObservable(expected);
    }),
  );

  it(
    'errors with the error of onOverflow',
    marbles((m) => {
      const e1 = m.hot('   abc|');
      const expected = '   a-# ';
      const onOverflow = (): never => {
        throw 'error' as unknown as Error;
      };
      m.expect(e1.pipe(boundedBuffer(1, { overflow: 'drop-newest', onOverflow }), releaseAfter(9))).toBeObservable(expected);
    }),
  );

  it('lets values out one after the other, though they are pushed from inside (re-entrancy)', () => {
    const source = new Subject<number>();
    const steps: string[] = [];
    source.pipe(boundedBuffer(5, { concurrency: 9 })).subscribe(({ value }) => {
      steps.push(`${value} begins`);
      if (value < 3) source.next(value + 1);
      steps.push(`${value} ends`);
    });
    source.next(1);
    expect(steps).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
  });

  it('counts a release once', () => {
    const source = new Subject<number>();
    const out: number[] = [];
    const releases: (() => void)[] = [];
    source.pipe(boundedBuffer(5)).subscribe(({ value, release }) => {
      out.push(value);
      releases.push(release);
    });
    for (const n of [1, 2, 3]) source.next(n);
    releases[0]?.();
    releases[0]?.();
    expect(out).toEqual([1, 2]);
  });

  it.each([
    [0, {}, /capacity .*got 0/],
    ['10', {}, /got '10'/],
    [1.5, {}, RangeError],
    [1, { concurrency: 0 }, /concurrency/],
    [1, { overflow: 'block' }, /'block' is for mailboxes/],
    [1, { overflow: 'x' }, /'fail', 'drop-oldest', 'drop-newest'/],
    [1, { onOverflow: 5 }, /onOverflow must be a function/],
    [1, 5, /options must be an object/],
  ])('throws at the call for capacity %s and %j', (capacity, options, message) => {
    expect(() => boundedBuffer(capacity as never, options as never)).toThrow(message);
  });
});
