import { describe, expect, it } from 'vitest';
import { Nesting } from '../../../src/mailbox/dispatch/nesting';

/** What runs, in order; each but the last runs the next one inside. `inside` is how many are on the stack. */
function nest(nesting: Nesting, count: number): { readonly order: number[]; readonly deepest: number } {
  const order: number[] = [];
  let inside = 0;
  let deepest = 0;
  const go = (n: number): void => {
    nesting.run(() => {
      deepest = Math.max(deepest, ++inside);
      order.push(n);
      if (n + 1 < count) go(n + 1);
      inside--;
    });
  };
  go(0);
  return { order, deepest };
}

describe('Nesting', () => {
  it('goes 50 deep, and no deeper, in order (M7)', () => {
    const nesting = new Nesting();
    expect(nest(nesting, 50)).toEqual({ order: Array.from({ length: 50 }, (_, n) => n), deepest: 50 });
    expect(nest(nesting, 200)).toEqual({ order: Array.from({ length: 200 }, (_, n) => n), deepest: 50 });
    expect(nest(nesting, 3).deepest).toBe(3);
  });

  it('runs what is too deep when the stack has returned (M7)', () => {
    const nesting = new Nesting();
    const order: string[] = [];
    const go = (n: number): void => {
      nesting.run(() => {
        if (n < 50) go(n + 1);
        order.push(n < 50 ? 'returns' : 'too deep');
      });
    };
    go(0);
    expect(order).toEqual([...Array.from({ length: 50 }, () => 'returns'), 'too deep']);
  });

  it('lets none go before those that line up (M7)', () => {
    const nesting = new Nesting();
    const order: string[] = [];
    const go = (depth: number): void => {
      nesting.run(() => {
        if (depth < 50) go(depth + 1);
        else order.push('deep');
        if (depth === 0) nesting.run(() => order.push('later'));
      });
    };
    go(0);
    expect(order).toEqual(['deep', 'later']);
  });

  it('goes on with the others after one that throws', () => {
    const nesting = new Nesting();
    const order: number[] = [];
    const go = (depth: number): void => {
      nesting.run(() => {
        if (depth < 49) {
          go(depth + 1);
          return;
        }
        for (const n of [1, 2, 3]) {
          nesting.run(() => {
            order.push(n);
            if (n === 1) throw new Error('one');
          });
        }
      });
    };
    expect(() => go(0)).toThrow('one');
    expect(order).toEqual([1, 2, 3]);
    expect(nest(nesting, 60)).toMatchObject({ deepest: 50 });
  });
});
