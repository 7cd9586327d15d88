import { boundedConcatMap } from 'rx-broker/operators';
import { type Observable, type OperatorFunction, Subject, concatMap, of } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** Sends 1 to `count` through, all of them buffered behind a gate that is opened last. */
function buffered(count: number, flatten: (project: (n: number) => Observable<number>) => OperatorFunction<number, number>) {
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
  for (let n = 0; n <= count; n++) source.next(n);
  source.complete();
  gate.complete();
  return seen;
}

// How deep a stack may be is the engine's affair: Node's default holds less than 1,000 of concatMap's inner streams.
describe('1,000 buffered synchronous inner streams', () => {
  it('overflow the stack of RxJS’s concatMap (M7)', () => {
    const { arrived, error, completed } = buffered(1_000, (project) => concatMap(project));
    expect(error).toBeInstanceOf(RangeError);
    expect(arrived).toBeLessThan(1_000);
    expect(completed).toBe(false);
  });

  it('all come through boundedConcatMap, and it completes (M7)', () => {
    const seen = buffered(1_000, (project) => boundedConcatMap(project, { capacity: 1_000 }));
    expect(seen).toEqual({ arrived: 1_000, error: undefined, completed: true });
  });
});
