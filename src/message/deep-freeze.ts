import { isObject } from '../failure/check';

/**
 * Freezes a message and all objects in it, for `freezeMessages`. Typed arrays cannot be frozen, a Proxy may refuse, and functions and
 * classes are no data: these stay as they are. Getters are not called.
 */
export function deepFreeze(message: unknown): void {
  // `isFrozen` would not do: an object that the sender has frozen may hold objects that are not.
  const seen = new Set<unknown>();
  const unfrozen: unknown[] = [message];
  while (unfrozen.length > 0) {
    const value = unfrozen.pop();
    if (!isObject(value) || seen.has(value) || ArrayBuffer.isView(value)) continue;
    seen.add(value);
    try {
      Object.freeze(value);
      for (const key of Reflect.ownKeys(value)) unfrozen.push(Reflect.getOwnPropertyDescriptor(value, key)?.value);
    } catch {
      // Freezing is a help in development, so a Proxy that refuses it passes.
    }
  }
}
