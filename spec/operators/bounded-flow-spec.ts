import { boundedBuffer, boundedConcatMap, boundedMergeMap } from 'rx-broker/operators';
import { Observable, type OperatorFunction, Subject, type Subscriber, UnsubscriptionError, concatMap, finalize, map, of, pipe } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';

/** A stream whose teardown throws, and what it is ended by. */
function badlyLeft<T>(): { readonly stream: Observable<T>; subscriber: Subscriber<T> } {
  const made = {
    subscriber: undefined as unknown as Subscriber<T>,
    stream: new Observable<T>((subscriber) => {
      made.subscriber = subscriber;
      return () => {
        throw new Error('of the teardown');
      };
    }),
  };
  return made;
}

const OPERATORS: Record<string, () => OperatorFunction<number, number>> = {
  boundedBuffer: () => pipe(boundedBuffer<number>(1), map((held) => (held.release(), held.value))),
  boundedMergeMap: () => boundedMergeMap((n) => of(n), { capacity: 1, concurrency: 2 }),
  boundedConcatMap: () => boundedConcatMap((n) => of(n), { capacity: 1 }),
};

const CONCAT_MAP = (): OperatorFunction<number, number> => concatMap((n) => of(n));

describe.each(Object.entries({ ...OPERATORS, concatMap: CONCAT_MAP }))('%s over a source with a teardown', (_, create) => {
  it.each(['complete', 'error'] as const)('tells the end before it tears its source down: %s', (end) => {
    const source = new Subject<number>();
    const steps: string[] = [];
    const note = (step: string) => () => void steps.push(step);
    source.pipe(finalize(note('torn down')), create()).subscribe({ error: note('error'), complete: note('complete') });
    source.next(1);
    source[end]('broken');
    expect(steps).toEqual([end, 'torn down']);
  });
});

describe.each(Object.entries(OPERATORS))('%s over a source whose teardown throws', (_, create) => {
  it('passes its error on', () => {
    const source = badlyLeft<number>();
    const seen = watchFor(source.stream.pipe(create()));
    expect(() => source.subscriber.error('broken')).toThrow(UnsubscriptionError);
    expect(seen).toMatchObject({ values: [], error: 'broken' });
  });

  it('completes with it', () => {
    const source = badlyLeft<number>();
    const seen = watchFor(source.stream.pipe(create()));
    source.subscriber.next(1);
    expect(() => source.subscriber.complete()).toThrow(UnsubscriptionError);
    expect(seen).toMatchObject({ values: [1], completed: true });
  });
});
