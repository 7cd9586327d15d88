import { expect } from 'vitest';

/** `expect(actual).toBe(expected)` for long runs. It calls `expect` only if that will throw, since each call takes microseconds. */
export function expectSame(actual: unknown, expected: unknown, what?: string): void {
  if (!Object.is(actual, expected)) expect(actual, what).toBe(expected);
}

/** `expect(actual).toBeLessThanOrEqual(most)` for long runs. */
export function expectAtMost(actual: number, most: number, what?: string): void {
  if (!(actual <= most)) expect(actual, what).toBeLessThanOrEqual(most);
}
