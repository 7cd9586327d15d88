import { isObject } from '../failure/check';
import { Task } from '../kernel/task';

/**
 * Wraps a handler, an actor or the handlers of a protocol so that `show` gets the context of each call before the call. They are called as
 * before, on their own object. Anything else is returned unchanged, and the broker refuses it.
 */
export function contextShown<T>(consumer: T, show: (context: Task) => void): T {
  if (typeof consumer === 'function') return shownCall(consumer as Call, undefined, show) as T;
  if (!isObject(consumer)) return consumer;
  // A proxy of a copy, since a proxy of a frozen object must return its frozen properties.
  const copy = Object.assign(Object.create(Object.getPrototypeOf(consumer)) as object, consumer);
  return new Proxy(copy, {
    get(_copy, key) {
      const member: unknown = Reflect.get(consumer, key);
      const isInherited = member === (Object.prototype as unknown as Record<PropertyKey, unknown>)[key];
      return typeof member === 'function' && !isInherited ? shownCall(member as Call, consumer, show) : member;
    },
  });
}

type Call = (...args: unknown[]) => unknown;

function shownCall(called: Call, owner: unknown, show: (context: Task) => void): Call {
  return (...args) => {
    const context = args.at(-1);
    if (context instanceof Task) show(context);
    return Reflect.apply(called, owner, args);
  };
}
