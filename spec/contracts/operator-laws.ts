import { type OperatorFunction, Subject, Subscription, ignoreElements, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';

/**
 * What every operator owes its source and its subscriber. `create` makes one that lets each of the values `1`, `2`, `3` through as
 * some value, at once.
 */
export function operatorLaws(name: string, create: () => OperatorFunction<number, unknown>): void {
  const run = (work: Parameters<TestScheduler['run']>[0]): void => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(work);
  };
  const values = { a: 1, b: 2, c: 3 };

  it(`${name}: completes once, with its source`, () => {
    run(({ hot, expectObservable, expectSubscriptions }) => {
      const e1 = hot('       --a--b--|', values);
      const e1subs = '       ^-------!';
      const ends = '         --------|';
      expectObservable(e1.pipe(create(), ignoreElements())).toBe(ends);
      expectSubscriptions(e1.subscriptions).toBe(e1subs);
    });
  });

  it(`${name}: errors once, with its source's very error`, () => {
    run(({ hot, expectObservable, expectSubscriptions }) => {
      const e1 = hot('       --a--#', values, 'broken');
      const e1subs = '       ^----!';
      const ends = '         -----#';
      expectObservable(e1.pipe(create(), ignoreElements())).toBe(ends, undefined, 'broken');
      expectSubscriptions(e1.subscriptions).toBe(e1subs);
    });
  });

  it(`${name}: leaves its source when it is left`, () => {
    run(({ hot, expectObservable, expectSubscriptions }) => {
      const e1 = hot('       --a--b--c--|', values);
      const e1subs = '       ^-----!     ';
      const unsub = '        ------!     ';
      expectObservable(e1.pipe(create(), ignoreElements()), unsub).toBe('------');
      expectSubscriptions(e1.subscriptions).toBe(e1subs);
    });
  });

  it(`${name}: leaves its source when downstream has enough`, () => {
    run(({ hot, expectObservable, expectSubscriptions }) => {
      const e1 = hot('       --a--b--c--|', values);
      const e1subs = '       ^-!         ';
      const ends = '         --|         ';
      expectObservable(e1.pipe(create(), take(1), ignoreElements())).toBe(ends);
      expectSubscriptions(e1.subscriptions).toBe(e1subs);
    });
  });

  it(`${name}: is cold: each subscriber has a source of its own`, () => {
    run(({ cold, expectSubscriptions, flush }) => {
      const e1 = cold('a|', values);
      const shaped = e1.pipe(create());
      shaped.subscribe();
      shaped.subscribe();
      flush();
      expectSubscriptions(e1.subscriptions).toBe(['^!', '^!']);
    });
  });

  it(`${name}: emits nothing after its end, and in the order of its source, re-entered or not`, () => {
    const source = new Subject<number>();
    const seen: unknown[] = [];
    const subscription = new Subscription();
    subscription.add(
      source.pipe(create()).subscribe({
        next: (value) => {
          seen.push(value);
          if (seen.length === 1) source.next(2);
        },
        complete: () => seen.push('end'),
      }),
    );
    source.next(1);
    expect(seen).toHaveLength(2);
    source.complete();
    // eslint-disable-next-line rxjs-x/no-redundant-notify -- that nothing comes of it is the law
    source.next(3);
    expect(seen).toHaveLength(3);
    expect(seen[2]).toBe('end');
  });
}
