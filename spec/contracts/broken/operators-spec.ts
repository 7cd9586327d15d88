import {
  NEVER,
  Observable,
  type OperatorFunction,
  Subject,
  asapScheduler,
  catchError,
  concatMap,
  concatWith,
  defaultIfEmpty,
  defer,
  endWith,
  exhaustMap,
  filter,
  first,
  ignoreElements,
  map,
  merge,
  mergeMap,
  observeOn,
  of,
  share,
  switchMap,
  take,
  takeUntil,
  throwError,
  toArray,
} from 'rxjs';
import { boundedMergeMap } from 'rx-broker/operators';
import { describe, expect, it } from 'vitest';
import { brokenLaws } from '../law';
import { CALL_LAWS, FLATTENING_LAWS, OPERATOR_LAWS } from '../operator-laws';
import type { Flatten } from '../operators/flattening-laws';
import { lawsFindFlaws } from './flaw';

type Make = () => OperatorFunction<number, unknown>;

/** Passes every notification on. `leave` says whether it ever unsubscribes from its source. */
const byHand =
  (leave: 'at the end' | 'never'): Make =>
  () =>
  (source) =>
    new Observable((subscriber) => {
      const subscription = source.subscribe({
        next: (value) => subscriber.next(value),
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      return leave === 'never' ? undefined : subscription;
    });

/** Hands on the last value first, of those that come while it is handing one on. */
const lastInFirstOut: Make = () => (source) =>
  new Observable((subscriber) => {
    const waiting: number[] = [];
    let busy = false;
    return source.subscribe({
      next: (value) => {
        waiting.push(value);
        if (busy) return;
        busy = true;
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) subscriber.next(next);
        busy = false;
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
  });

/** Lets three values pass, counted over all subscribers together. */
function withCommonCount(): OperatorFunction<number, unknown> {
  let count = 0;
  return filter(() => count++ < 3);
}

/** Subscribes to its source at once, not when it is subscribed to. */
const tooEarly: Make = () => (source) => {
  const early = new Subject<number>();
  source.subscribe(early);
  return early;
};

describe('the operator laws', () => {
  it('find nothing in operators that keep them', async () => {
    expect(await brokenLaws(OPERATOR_LAWS, { create: () => map((n: number) => n) })).toEqual([]);
    expect(await brokenLaws(FLATTENING_LAWS, (inner) => boundedMergeMap(() => inner, { capacity: 5_000, concurrency: 2 }))).toEqual([]);
  });

  const flaws: [flaw: string, law: string, create: Make][] = [
    ['never completes', 'completes once', () => concatWith(NEVER)],
    ['completes with its first value', 'completes once', () => first()],
    ['tells each value twice', 'completes once', () => mergeMap((n) => of(n, n))],
    ['swallows errors', 'errors once', () => catchError(() => of())],
    ['wraps errors', 'errors once', () => catchError((error: unknown) => throwError(() => new Error('wrapped', { cause: error })))],
    ['makes up a value', 'adds nothing', () => defaultIfEmpty(0)],
    ['ends by itself', 'adds nothing', () => (source) => source.pipe(takeUntil(of(0)))],
    ['adds a value at the end', 'after its end', () => endWith(0)],
    ['leaves its source too late for a loop', 'never pauses', byHand('at the end')],
    ['never leaves its source', 'leaves its source when it is left', byHand('never')],
    ['never leaves its source', 'when downstream has enough', byHand('never')],
    ['leaves a source that it took twice', 'leaves its source once', () => (source) => merge(source, source.pipe(ignoreElements()))],
    ['collects to the end', 'when downstream has enough', () => (source) => source.pipe(toArray(), mergeMap((all) => all))],
    ['subscribes too early', 'before it is subscribed to', tooEarly],
    ['shares one source', 'is cold', () => share()],
    ['counts for all its subscribers', 'apart', withCommonCount],
    ['counts for all its lives', 'afresh', withCommonCount],
    ['turns the order round', 'also when it is re-entered', lastInFirstOut],
    ['drops what comes meanwhile', 'also when it is re-entered', () => exhaustMap((n) => defer(() => of(n)))],
    ['tells later', 'completes once', () => observeOn(asapScheduler)],
    ['ends where its subscriber throws', 'goes on', () => take(2)],
    ['never leaves its source', 'leaves while being told', byHand('never')],
  ];
  lawsFindFlaws(OPERATOR_LAWS, flaws.map(([flaw, law, create]) => ({ flaw: `${flaw}: ${law}`, breaks: [law], subject: { create } })));

  const flatteningFlaws: [flaw: string, law: string, flatten: Flatten][] = [
    ['keeps only the last inner stream', 'completes when', (inner) => switchMap(() => inner)],
    ['takes as many as come', 'no more inner streams at once', (inner) => mergeMap(() => inner)],
    ['takes one at a time', 'leaves its inner streams when it is left', (inner) => concatMap(() => inner)],
    ['overflows the stack', 'flat however many wait', (inner) => mergeMap(() => inner, 2)],
    ['swallows an inner error', 'errors once', (inner) => mergeMap(() => inner.pipe(catchError(() => of())), 2)],
    ['forgets its inner streams', 'leaves its inner streams when it is left', (inner) => mergeMap(() => detached(inner), 2)],
    ['forgets its inner streams when it is over', 'when downstream has enough', (inner) => mergeMap(() => detached(inner), 2)],
    ['forgets its inner streams at an error', 'when its source errors', (inner) => mergeMap(() => detached(inner), 2)],
    ['ends with its source', 'completes when', (inner) => (source) => source.pipe(mergeMap(() => inner, 2), takeUntil(source.pipe(ignoreElements(), endWith(0))))],
  ];
  lawsFindFlaws(FLATTENING_LAWS, flatteningFlaws.map(([flaw, law, flatten]) => ({ flaw: `${flaw}: ${law}`, breaks: [law], subject: flatten })));

  it('find one that takes wrong arguments, and one that complains only when it is subscribed to', async () => {
    const lazy = (capacity: unknown) => () => defer(() => throwError(() => new RangeError(`got ${String(capacity)}`)));
    expect(await brokenLaws(CALL_LAWS, [() => of(0)])).toHaveLength(1);
    expect(await brokenLaws(CALL_LAWS, [lazy(0)])).toHaveLength(1);
    expect(await brokenLaws(CALL_LAWS, [() => { throw new TypeError('undefined is not a function'); }])).toHaveLength(1);
  });
});

/** An inner stream that goes on after it was unsubscribed. */
function detached(inner: Observable<unknown>): Observable<unknown> {
  return new Observable((subscriber) => {
    inner.subscribe({
      next: (value) => subscriber.next(value),
      error: (error: unknown) => subscriber.error(error),
      complete: () => subscriber.complete(),
    });
  });
}
