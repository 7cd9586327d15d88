import { boundedMergeMap } from 'rx-broker/operators';
import { ObjectUnsubscribedError, Observable, Subject, type Subscriber, UnsubscriptionError, of, range, take, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';

describe('boundedMergeMap, where the teardown of an inner stream throws', () => {
  /** Three values whose inner streams are ended by hand. */
  function scene(concurrency: number) {
    const inner: Subscriber<string>[] = [];
    let left = 0;
    const badlyLeft = new Observable<string>((subscriber) => {
      inner.push(subscriber);
      return () => {
        left++;
        throw new Error('of the teardown');
      };
    });
    const source = new Subject<number>();
    const seen = watchFor(source.pipe(boundedMergeMap(() => badlyLeft, { capacity: 3, concurrency })));
    for (const n of [1, 2, 3]) source.next(n);
    return { source, seen, inner, left: () => left };
  }

  it('takes the next when it completes, and completes with the last', () => {
    const { source, seen, inner } = scene(1);
    source.complete();
    for (let i = 0; i < 3; i++) expect(() => inner[i]!.complete()).toThrow(UnsubscriptionError);
    expect(seen.completed).toBe(true);
  });

  it('passes its error on', () => {
    const { seen, inner } = scene(1);
    expect(() => inner[0]!.error('broken')).toThrow(UnsubscriptionError);
    expect(seen.error).toBe('broken');
  });

  it('leaves the others, too, when it is left', () => {
    const { seen, left } = scene(3);
    expect(() => seen.subscription.unsubscribe()).toThrow(UnsubscriptionError);
    expect(left()).toBe(3);
  });
});

describe('boundedMergeMap, where an inner stream throws as it is subscribed to', () => {
  it('errors with that, and leaves the other inner streams and its source', () => {
    const unsubscribed = new Subject<string>();
    // eslint-disable-next-line rxjs-x/no-subject-unsubscribe -- that it refuses its subscribers is what this is about
    unsubscribed.unsubscribe();
    const open = new Subject<string>();
    const source = new Subject<number>();
    const seen = watchFor(source.pipe(boundedMergeMap((n) => (n === 1 ? open : unsubscribed), { capacity: 1, concurrency: 2 })));
    source.next(1);
    expect(() => source.next(2)).not.toThrow();
    expect(seen.error).toBeInstanceOf(ObjectUnsubscribedError);
    expect([open.observed, source.observed]).toEqual([false, false]);
  });

  it('errors with what the teardown of one throws that ended at once', () => {
    const source = new Subject<number>();
    const failure = new Error('of the teardown');
    const inner = new Observable<string>((subscriber) => {
      subscriber.next('x');
      subscriber.complete();
      return () => {
        throw failure;
      };
    });
    const seen = watchFor(source.pipe(boundedMergeMap(() => inner, { capacity: 1 })));
    expect(() => source.next(1)).not.toThrow();
    expect(seen).toMatchObject({ values: ['x'], error: failure });
  });
});

describe('boundedMergeMap, where the consumer leaves while an inner stream emits synchronously', () => {
  it('stops the operators inside of the inner stream', () => {
    let counted = 0;
    const counting = range(1, 1_000).pipe(tap(() => counted++));
    const seen = watchFor(of('a').pipe(boundedMergeMap(() => counting, { capacity: 1 }), take(2)));
    expect(seen.values).toEqual([1, 2]);
    expect(seen.completed).toBe(true);
    expect(counted).toBe(2);
  });

  it('stops a producer that only its teardown stops', () => {
    let produced = 0;
    const untilTornDown = new Observable<number>((subscriber) => {
      let isTornDown = false;
      subscriber.add(() => (isTornDown = true));
      while (!isTornDown && produced < 1_000) subscriber.next(++produced);
    });
    of('a').pipe(boundedMergeMap(() => untilTornDown, { capacity: 1 }), take(2)).subscribe();
    expect(produced).toBe(2);
  });
});
