import { isObject } from '../failure/check';

/**
 * Freezes a message and all it holds, for `freezeMessages`. What cannot be frozen (typed arrays) or looked into (a hostile Proxy) is
 * left as it is, and so are functions, classes among them: no data. Getters are not called.
 */
export function deepFreeze(message: unknown): void {
  // Not by `isFrozen`: what its sender froze may hold what he did not.
  const seen = new Set<unknown>();
  const todo: unknown[] = [message];
  while (todo.length > 0) {
    const value = todo.pop();
    if (!isObject(value) || seen.has(value) || ArrayBuffer.isView(value)) continue;
    seen.add(value);
    try {
      Object.freeze(value);
      for (const key of Reflect.ownKeys(value)) todo.push(Reflect.getOwnPropertyDescriptor(value, key)?.value);
    } catch {
      // A Proxy that refuses stays unfrozen: freezing is a help in development, not a gate.
    }
  }
}
