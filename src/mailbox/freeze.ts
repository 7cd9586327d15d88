/**
 * Freezes a message and all it holds, for `freezeMessages`. What cannot be frozen (typed arrays) or looked into (a hostile Proxy) is
 * left as it is; getters are not called.
 */
export function deepFreeze(message: unknown): void {
  const todo: unknown[] = [message];
  while (todo.length > 0) {
    const value = todo.pop();
    try {
      // What is no object counts as frozen, and so does what has been here.
      if (Object.isFrozen(value) || ArrayBuffer.isView(value)) continue;
      Object.freeze(value);
      for (const property of Object.values(Object.getOwnPropertyDescriptors(value))) todo.push(property.value);
    } catch {
      // A Proxy that refuses stays unfrozen: freezing is a help in development, not a gate.
    }
  }
}
