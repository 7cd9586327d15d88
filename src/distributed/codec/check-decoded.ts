import { MAX_DEPTH } from './snapshot';

/**
 * Checks data that came from another node, so that its reader can merge, copy and walk it without harm: no property is named `__proto__`,
 * and nothing is nested deeper than a payload can be that was encoded. It has no errors: a port puts one in the place of what it cannot clone.
 *
 * @throws {TypeError} for data that no codec made.
 */
export function checkDecoded(value: unknown, depth = 0, seen: Set<object> = new Set()): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  if (depth > MAX_DEPTH) throw new TypeError(`data is nested deeper than ${MAX_DEPTH} levels`);
  seen.add(value);
  if (Array.isArray(value)) for (const inner of value) checkDecoded(inner, depth + 1, seen);
  else if (value instanceof Map) {
    for (const [key, inner] of value) {
      checkDecoded(key, depth + 1, seen);
      checkDecoded(inner, depth + 1, seen);
    }
  } else if (value instanceof Set) for (const inner of value) checkDecoded(inner, depth + 1, seen);
  else if (value instanceof Error) throw new TypeError(value.message);
  else if (!ArrayBuffer.isView(value)) {
    for (const key of Object.keys(value)) {
      if (key === '__proto__') throw new TypeError('data has a property named __proto__');
      checkDecoded((value as Record<string, unknown>)[key], depth + 1, seen);
    }
  }
}

/** `checkDecoded` for what `JSON.parse` made: nothing occurs in it twice, so nothing has to be remembered. */
export function checkParsed(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw new TypeError(`data is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) for (const inner of value) checkParsed(inner, depth + 1);
  else {
    for (const key of Object.keys(value)) {
      if (key === '__proto__') throw new TypeError('data has a property named __proto__');
      checkParsed((value as Record<string, unknown>)[key], depth + 1);
    }
  }
}
