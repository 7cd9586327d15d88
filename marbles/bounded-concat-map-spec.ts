import { BufferOverflowError } from 'rx-broker';
import { boundedConcatMap, boundedMergeMap } from 'rx-broker/operators';
import { EMPTY, Observable, Subject, map, of, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { marbles } from './marbles';

const slow = (ms: number) => (value: string) => timer(ms).pipe(map(() => value));

describe('boundedConcatMap', () => {
  it(
    'runs one inner stream at a time, in order (next)',
    marbles((m) => {
      const e1 = m.hot('   abc-------|');
      const e1subs = '     ^---------!';
      const expected = '   ---a--b--c|';
      m.expect(e1.pipe(boundedConcatMap(slow(3), { capacity: 5 }))).toBeObservable(expected);
      m.expect(e1).toHaveSubscriptions(e1subs);
    }),
  );

  it(
    'completes when its last inner stream does (complete)',
    marbles((m) => {
      const e1 = m.hot('   ab|');
      const expected = '   ---a--(b|)';
      m.expect(e1.pipe(boundedConcatMap(slow(3), { capacity: 5 }))).toBeObservable(expected);
    }),
  );

  it(
    'passes the error of its source, and of an inner stream (error)',
    marbles((m) => {
      const e1 = m.hot('   ab-#');
      const expected = '   ---#';
      m.expect(e1.pipe(boundedConcatMap(slow(5), { capacity: 5 }))).toBeObservable(expected);
      const e2 = m.hot('   a-b|');
      const inner = '      --# ';
      m.expect(e2.pipe(boundedConcatMap(() => m.cold('--#'), { capacity: 5 }))).toBeObservable(inner);
    }),
  );

  it(
    'errors with the error of its projection',
    marbles((m) => {
      const e1 = m.hot('   -a-|');
      const expected = '   -#  ';
      const project = (): Observable<never> => {
        throw 'error' as unknown as Error;
      };
      m.expect(e1.pipe(boundedConcatMap(project, { capacity: 1 }))).toBeObservable(expected);
    }),
  );

  it(
    'unsubscribes from its source and its inner stream (unsubscribe)',
    marbles((m) => {
      const e1 = m.hot('   a-b---|');
      const inner = m.cold('--x--|  ');
      const unsub = '      ---!   ';
      const e1subs = '     ^--!   ';
      const innersubs = '  ^--!   ';
      m.expect(e1.pipe(boundedConcatMap(() => inner, { capacity: 5 })), unsub).toBeObservable('--x-');
      m.expect(e1).toHaveSubscriptions(e1subs);
      m.expect(inner).toHaveSubscriptions(innersubs);
    }),
  );

  it(
    'errors, drops the oldest or the newest when it is full',
    marbles((m) => {
      const e1 = '         abcd------|';
      const failing = '    --#        ';
      const oldest = '     ----a---d-|';
      const newest = '     ----a---b-|';
      m.expect(m.hot(e1).pipe(boundedConcatMap(slow(4), { capacity: 1 }))).toBeObservable(failing, undefined, new BufferOverflowError(1));
      m.expect(m.hot(e1).pipe(boundedConcatMap(slow(4), { capacity: 1, overflow: 'drop-oldest' }))).toBeObservable(oldest);
      m.expect(m.hot(e1).pipe(boundedConcatMap(slow(4), { capacity: 1, overflow: 'drop-newest' }))).toBeObservable(newest);
    }),
  );

  it(
    'stops a synchronous inner stream when downstream has enough',
    marbles((m) => {
      const e1 = m.hot('   -a-b|');
      const expected = '   -(xy|)';
      m.expect(e1.pipe(boundedConcatMap(() => of('x', 'y', 'z'), { capacity: 1 }), take(2))).toBeObservable(expected);
    }),
  );

  it('takes promises and iterables, and passes the index', async () => {
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      of('a', 'b').pipe(boundedConcatMap((value, index) => (index === 0 ? Promise.resolve(value) : [value, index]), { capacity: 2 })).subscribe({ next: (value) => seen.push(value), complete: resolve });
    });
    expect(seen).toEqual(['a', 'b', 1]);
  });

  it('goes on with the next value after an empty inner stream', () => {
    const seen: number[] = [];
    of(1, 2, 3).pipe(boundedConcatMap((n) => (n === 2 ? EMPTY : of(n)), { capacity: 3 })).subscribe((n) => seen.push(n));
    expect(seen).toEqual([1, 3]);
  });

  it('errors once, and with the very error', () => {
    const failure = new Error('inner');
    const errors: unknown[] = [];
    of(1, 2).pipe(boundedConcatMap(() => throwError(() => failure), { capacity: 2 })).subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([failure]);
  });

  it('drains a million buffered synchronous inner streams in a flat loop (M7)', () => {
    const source = new Subject<number>();
    const gate = new Subject<void>();
    let sum = 0;
    let last = -1;
    let completed = false;
    source.pipe(boundedConcatMap((n) => (n === 0 ? gate : of(n)), { capacity: 1_000_000 })).subscribe({
      next: (n) => {
        sum++;
        last = n as number;
      },
      complete: () => (completed = true),
    });
    for (let n = 0; n <= 1_000_000; n++) source.next(n);
    source.complete();
    gate.complete();
    expect({ sum, last, completed }).toEqual({ sum: 1_000_000, last: 1_000_000, completed: true });
  });
});

describe('boundedMergeMap', () => {
  it(
    'runs as many inner streams at once as concurrency says',
    marbles((m) => {
      const e1 = m.hot('   abc---|   ');
      const expected = '   ----ab--(c|)';
      m.expect(e1.pipe(boundedMergeMap(slow(4), { capacity: 5, concurrency: 2 }))).toBeObservable(expected);
    }),
  );

  it(
    'bounds nothing but memory with concurrency Infinity',
    marbles((m) => {
      const e1 = m.hot('   abc|');
      const expected = '   ----ab(c|)';
      m.expect(e1.pipe(boundedMergeMap(slow(4), { capacity: 1, concurrency: Infinity }))).toBeObservable(expected);
    }),
  );

  it.each([
    [5, { capacity: 1 }, /project must be a function/],
    [() => EMPTY, undefined, /options must be \{ capacity/],
    [() => EMPTY, {}, /capacity must be an integer of at least 1, got undefined/],
    [() => EMPTY, { capacity: 1, overflow: 'block' }, /'block' is for mailboxes/],
  ])('throws at the call for bad input', (project, options, message) => {
    expect(() => boundedMergeMap(project as never, options as never)).toThrow(message);
    expect(() => boundedConcatMap(project as never, options as never)).toThrow(message);
  });
});
