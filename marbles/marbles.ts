import { configure } from 'rxjs-marbles';
import { expect } from 'vitest';

/** rxjs-marbles in run mode, with vitest's deep equality. */
export const { marbles } = configure({
  run: true,
  frameworkMatcher: true,
  assertDeepEqual: (actual, expected) => {
    expect(actual).toStrictEqual(expected);
  },
});
