import { boundedConcatMap } from 'rx-broker/operators';
import { type Observable, type OperatorFunction, Subject, concatMap, of } from 'rxjs';
import { describe, expect, it } from 'vitest';

// How deep a stack may be is the engine's affair: of concatMap's inner streams it holds 700 to 2,500, by the version of Node.
const COUNT = 5_000;

/** Sends 1 to `COUNT` through, all of them buffered behind a gate that is opened last. */
function buffered(flatten: (project: (n: number) => Observable<number>) => OperatorFunction<number, number>) {
  const source = new Subject<number>();
  const gate = new Subject<never>();
  const seen = { arrived: 0, error: undefined as unknown, completed: false };
  source.pipe(flatten((n) => (n === 0 ? gate : of(n)))).subscribe({
    next: (n) => {
      if (n === seen.arrived + 1) seen.arrived = n;
    },
    error: (error: unknown) => (seen.error = error),
    complete: () => (seen.completed = true),
  });
  for (let n = 0; n <= COUNT; n++) source.next(n);
  source.complete();
  gate.complete();
  return seen;
}

describe('5,000 buffered synchronous inner streams', () => {
  it('overflow the stack of RxJS’s concatMap (M7)', () => {
    const { arrived, error, completed } = buffered((project) => concatMap(project));
    expect(arrived).toBeLessThan(COUNT);
    expect(completed).toBe(false);
    // Whether its subscriber is told of it depends on where the stack ends.
    expect(error === undefined || error instanceof RangeError).toBe(true);
  });

  it('all come through boundedConcatMap, and it completes (M7)', () => {
    const seen = buffered((project) => boundedConcatMap(project, { capacity: COUNT }));
    expect(seen).toEqual({ arrived: COUNT, error: undefined, completed: true });
  });
});
