import { Observable, Subject, config, of, retry } from 'rxjs';
import { expect } from 'vitest';
import type { Law } from '../law';
import { type OperatorUnderLaw, Tapped, VALUES, inMarbles, told } from './operator-under-law';

/** The laws of subscriptions: each is independent of the others, and in order. */
export const SUBSCRIBING_LAWS: readonly Law<OperatorUnderLaw>[] = [
  {
    name: 'subscribes to nothing before it is subscribed to',
    check({ create }) {
      const source = new Tapped();
      const shaped = source.stream.pipe(create());
      expect(source.subscribed).toBe(0);
      shaped.subscribe();
      expect(source.subscribed).toBe(1);
    },
  },
  {
    name: 'is cold: each subscriber has a source of its own',
    check({ create }) {
      inMarbles(({ cold, expectSubscriptions, flush }) => {
        const e1 = cold('a|', VALUES);
        const shaped = e1.pipe(create());
        shaped.subscribe();
        shaped.subscribe();
        flush();
        expectSubscriptions(e1.subscriptions).toBe(['^!', '^!']);
      });
    },
  },
  {
    name: 'keeps two subscriptions apart, and two sources of one operator',
    check({ create }) {
      const source = new Tapped();
      const other = new Tapped();
      const operator = create();
      const shaped = source.stream.pipe(operator);
      const first = told(shaped);
      const second = told(shaped);
      const third = told(other.stream.pipe(operator));
      source.next(1);
      first.leave();
      source.next(2);
      other.next(1);
      source.error('broken');
      other.complete();
      expect([first.words, second.words, third.words]).toEqual([['value'], ['value', 'value', 'error broken'], ['value', 'end']]);
    },
  },
  {
    name: 'starts afresh when it is subscribed to again',
    check({ create }) {
      let tries = 0;
      const flaky = new Observable<number>((subscriber) => {
        subscriber.next(1);
        if (++tries < 5) subscriber.error('flaky');
        else subscriber.complete();
      });
      expect(told(flaky.pipe(create(), retry(5))).words).toEqual(['value', 'value', 'value', 'value', 'value', 'end']);
    },
  },
  {
    name: 'keeps the order of its source, also when it is re-entered',
    check({ create }) {
      const plain: unknown[] = [];
      of(1, 2, 3).pipe(create()).subscribe((value) => plain.push(value));
      const source = new Subject<number>();
      const values: unknown[] = [];
      let ends = 0;
      source.pipe(create()).subscribe({
        next: (value) => {
          expect(ends).toBe(0);
          values.push(value);
          if (values.length === 1) {
            source.next(2);
            source.next(3);
          }
          if (values.length === 3) source.complete();
        },
        complete: () => ends++,
      });
      source.next(1);
      expect(values).toEqual(plain);
      expect(ends).toBe(1);
    },
  },
  {
    name: 'goes on when its subscriber throws',
    async check({ create }) {
      const { onUnhandledError } = config;
      const reported: unknown[] = [];
      config.onUnhandledError = (error) => reported.push(error);
      try {
        const steps: string[] = [];
        of(1, 2, 3)
          .pipe(create())
          .subscribe({
            next: () => {
              steps.push('value');
              if (steps.length === 2) throw 'subscriber';
            },
            complete: () => steps.push('end'),
          });
        // RxJS reports an error of a subscriber in a timer of its own.
        await new Promise((resolve) => setTimeout(resolve));
        expect(steps).toEqual(['value', 'value', 'value', 'end']);
        expect(reported).toEqual(['subscriber']);
      } finally {
        config.onUnhandledError = onUnhandledError;
      }
    },
  },
];
