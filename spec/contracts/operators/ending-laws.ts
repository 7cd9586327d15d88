import { EMPTY, NEVER, Observable, ignoreElements, of, throwError } from 'rxjs';
import { expect } from 'vitest';
import type { Law } from '../law';
import { type OperatorUnderLaw, Tapped, VALUES, inMarbles, told } from './operator-under-law';

/** The laws of the end of a result. */
export const ENDING_LAWS: readonly Law<OperatorUnderLaw>[] = [
  {
    name: 'completes once, with its source',
    check({ create }) {
      inMarbles(({ hot, expectObservable, expectSubscriptions }) => {
        const e1 = hot('       --a--b--|', VALUES);
        const e1subs = '       ^-------!';
        const ends = '         --------|';
        expectObservable(e1.pipe(create(), ignoreElements())).toBe(ends);
        expectSubscriptions(e1.subscriptions).toBe(e1subs);
      });
      expect(told(of(1, 2, 3).pipe(create())).words).toEqual(['value', 'value', 'value', 'end']);
    },
  },
  {
    name: 'errors once, with its source’s very error',
    check({ create }) {
      inMarbles(({ hot, expectObservable, expectSubscriptions }) => {
        const e1 = hot('       --a--#', VALUES, 'broken');
        const e1subs = '       ^----!';
        const ends = '         -----#';
        expectObservable(e1.pipe(create(), ignoreElements())).toBe(ends, undefined, 'broken');
        expectSubscriptions(e1.subscriptions).toBe(e1subs);
      });
      const error = new Error('broken');
      let seen: unknown;
      throwError(() => error).pipe(create()).subscribe({ error: (given: unknown) => (seen = given) });
      expect(seen).toBe(error);
    },
  },
  {
    name: 'adds nothing to an empty source, and no end to one without',
    check({ create }) {
      expect(told(EMPTY.pipe(create())).words).toEqual(['end']);
      expect(told(NEVER.pipe(create())).words).toEqual([]);
    },
  },
  {
    name: 'tells nothing after its end, whatever its source does',
    check({ create }) {
      const source = new Tapped();
      const done = told(source.stream.pipe(create()));
      source.next(1);
      source.complete();
       
      source.next(2);
      expect(done.words).toEqual(['value', 'end']);
      const rude = new Observable<number>((subscriber) => {
        subscriber.next(1);
        subscriber.error('broken');
        // eslint-disable-next-line rxjs-x/no-redundant-notify -- the law is that this has no effect
        subscriber.next(2);
         
        subscriber.complete();
      });
      expect(told(rude.pipe(create())).words).toEqual(['value', 'error broken']);
    },
  },
  {
    name: 'leaves its source once, however it ends',
    check({ create }) {
      const ends: ((source: Tapped, leave: () => void) => void)[] = [
        (source) => source.complete(),
        (source) => source.error('broken'),
        (_source, leave) => leave(),
        (source, leave) => {
          source.complete();
          leave();
        },
      ];
      for (const end of ends) {
        const source = new Tapped();
        const { leave } = told(source.stream.pipe(create()));
        source.next(1);
        end(source, leave);
        expect(source).toMatchObject({ subscribed: 1, left: 1 });
      }
    },
  },
];
