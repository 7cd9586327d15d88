import { expect } from 'vitest';

/** `expect(actual).toBe(expected)` where it is looked at after every step of a long run: `expect` is only asked when it will complain, as each costs microseconds. */
export function expectSame(actual: unknown, expected: unknown, what?: string): void {
  if (!Object.is(actual, expected)) expect(actual, what).toBe(expected);
}

/** `expect(actual).toBeLessThanOrEqual(most)`, likewise. */
export function expectAtMost(actual: number, most: number, what?: string): void {
  if (!(actual <= most)) expect(actual, what).toBeLessThanOrEqual(most);
}
