import { Observable, type OperatorFunction, Subject, of, take } from 'rxjs';
import { expect } from 'vitest';
import type { Law } from '../law';
import { Tapped, inMarbles, told } from './operator-under-law';

/** Makes an operator that subscribes to a stream for each value: to `inner`, two at once. */
export type Flatten = (inner: Observable<unknown>) => OperatorFunction<number, unknown>;

/** Subscribes with two values at work, each in an inner stream of its own. */
function flowing(flatten: Flatten) {
  const source = new Tapped();
  const inner = new Tapped<string>();
  const result = told(source.stream.pipe(flatten(inner.stream)));
  source.next(1);
  source.next(2);
  expect(inner.open).toBe(2);
  return { source, inner, result };
}

/** The laws of an operator towards its inner streams, and towards its subscriber for them. */
export const FLATTENING_LAWS: readonly Law<Flatten>[] = [
  {
    name: 'leaves its inner streams when it is left',
    check(flatten) {
      const { source, inner, result } = flowing(flatten);
      result.leave();
      expect({ inner: inner.open, source: source.open, words: result.words }).toEqual({ inner: 0, source: 0, words: [] });
    },
  },
  {
    name: 'leaves its inner streams when downstream has enough',
    check(flatten) {
      const source = new Tapped();
      const inner = new Tapped<string>();
      const { words } = told(source.stream.pipe(flatten(inner.stream), take(1)));
      source.next(1);
      source.next(2);
      inner.next('x');
      expect({ inner: inner.open, source: source.open, words }).toEqual({ inner: 0, source: 0, words: ['value', 'end'] });
    },
  },
  {
    name: 'leaves its inner streams when its source errors',
    check(flatten) {
      const { source, inner, result } = flowing(flatten);
      source.error('broken');
      expect({ inner: inner.open, words: result.words }).toEqual({ inner: 0, words: ['error broken'] });
    },
  },
  {
    name: 'errors once with an inner stream, and leaves the others and its source',
    check(flatten) {
      const { source, inner, result } = flowing(flatten);
      inner.error('inner');
      source.next(3);
      expect({ inner: inner.open, source: source.open, words: result.words }).toEqual({ inner: 0, source: 0, words: ['error inner'] });
    },
  },
  {
    name: 'completes when its source and its last inner stream have',
    check(flatten) {
      const gates = [new Subject<string>(), new Subject<string>()];
      let next = 0;
      const inner = new Observable<string>((subscriber) => gates[next++]!.subscribe(subscriber));
      const source = new Tapped();
      const { words } = told(source.stream.pipe(flatten(inner)));
      source.next(1);
      source.next(2);
      gates[1]!.next('second');
      gates[1]!.complete();
      source.complete();
      expect(words).toEqual(['value']);
      gates[0]!.next('first');
      gates[0]!.complete();
      expect(words).toEqual(['value', 'value', 'end']);
    },
  },
  {
    name: 'takes no more inner streams at once than it is told, and the next when one ends',
    check(flatten) {
      const gates: Subject<string>[] = [];
      const inner = new Observable<string>((subscriber) => {
        const gate = new Subject<string>();
        gates.push(gate);
        return gate.subscribe(subscriber);
      });
      const source = new Tapped();
      told(source.stream.pipe(flatten(inner)));
      for (const value of [1, 2, 3, 1]) source.next(value);
      expect(gates).toHaveLength(2);
      gates[0]!.complete();
      expect(gates).toHaveLength(3);
    },
  },
  {
    name: 'takes inner streams that end at once, flat however many wait',
    check(flatten) {
      // In virtual time, which stands still, so that a broker never gives way here.
      inMarbles(() => {
        const first = new Subject<string>();
        let made = 0;
        const inner = new Observable<string>((subscriber) => (made++ < 2 ? first : of('at once')).subscribe(subscriber));
        const source = new Tapped();
        const { words } = told(source.stream.pipe(flatten(inner)));
        for (let i = 0; i < 5_000; i++) source.next(1);
        source.complete();
        first.complete();
        expect(words).toHaveLength(4_999);
        expect(words.at(-1)).toBe('end');
      });
    },
  },
];
