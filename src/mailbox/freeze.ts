/**
 * Freezes a message and all it holds, for `freezeMessages`. What cannot be frozen (typed arrays) or looked into (a hostile Proxy) is
 * left as it is; getters are not called.
 */
export function deepFreeze(message: unknown): void {
  const todo: unknown[] = [message];
  for (let value = todo.pop(); value !== undefined || todo.length > 0; value = todo.pop()) {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) continue;
    try {
      if (Object.isFrozen(value) || ArrayBuffer.isView(value)) continue;
      Object.freeze(value);
      for (const property of Object.values(Object.getOwnPropertyDescriptors(value))) {
        if ('value' in property && property.value !== undefined) todo.push(property.value);
      }
    } catch {
      // A Proxy that refuses stays unfrozen: freezing is a help in development, not a gate.
    }
  }
}
