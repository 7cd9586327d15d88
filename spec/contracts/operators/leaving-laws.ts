import { Observable, Subscription, ignoreElements, take } from 'rxjs';
import { expect } from 'vitest';
import type { Law } from '../law';
import { type OperatorUnderLaw, Tapped, VALUES, inMarbles } from './operator-under-law';

/** The laws for a subscriber that leaves. */
export const LEAVING_LAWS: readonly Law<OperatorUnderLaw>[] = [
  {
    name: 'leaves its source when it is left',
    check({ create }) {
      inMarbles(({ hot, expectObservable, expectSubscriptions }) => {
        const e1 = hot('       --a--b--c--|', VALUES);
        const e1subs = '       ^-----!     ';
        const unsub = '        ------!     ';
        expectObservable(e1.pipe(create(), ignoreElements()), unsub).toBe('------');
        expectSubscriptions(e1.subscriptions).toBe(e1subs);
      });
    },
  },
  {
    name: 'leaves its source when downstream has enough',
    check({ create }) {
      inMarbles(({ hot, expectObservable, expectSubscriptions }) => {
        const e1 = hot('       --a--b--c--|', VALUES);
        const e1subs = '       ^-!         ';
        const ends = '         --|         ';
        expectObservable(e1.pipe(create(), take(1), ignoreElements())).toBe(ends);
        expectSubscriptions(e1.subscriptions).toBe(e1subs);
      });
    },
  },
  {
    name: 'stops a source that never pauses when downstream has enough',
    check({ create }) {
      let made = 0;
      const firehose = new Observable<number>((subscriber) => {
        // Far more values than any buffer here holds. A source that is not left goes on, and still ends.
        while (!subscriber.closed && made < 1_000) subscriber.next(1 + (made++ % 3));
      });
      const values: unknown[] = [];
      firehose.pipe(create(), take(2)).subscribe((value) => values.push(value));
      expect(values).toHaveLength(2);
      expect(made).toBe(2);
    },
  },
  {
    name: 'tells nothing more to one who leaves while being told',
    check({ create }) {
      const source = new Tapped();
      const subscription = new Subscription();
      let values = 0;
      const late: string[] = [];
      const note = (what: string): void => void (subscription.closed && late.push(what));
      subscription.add(
        source.stream.pipe(create()).subscribe({
          next: () => {
            note('value');
            if (++values > 1) return;
            source.next(2);
            subscription.unsubscribe();
            source.next(3);
          },
          complete: () => note('end'),
        }),
      );
      source.next(1);
      expect(source.open).toBe(0);
      source.complete();
      expect(late).toEqual([]);
      expect(values).toBeGreaterThan(0);
    },
  },
];
