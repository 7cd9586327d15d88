import { Subscription, isObservable } from 'rxjs';
import { hasMethod } from '../failure/check';
import { runUntracked } from './untracked';
import { untrackedStream } from './untracked-stream';

/**
 * An object whose members are those of `object`, and run untracked: every method and every getter, on the way up to `Object.prototype`, so that
 * none can be forgotten. What they return runs untracked, too: streams, subscriptions, registrations and references to actors.
 *
 * `face` is the object that gets the members. If it is `object` itself, its own members are replaced, once. This is done to a mailbox that is
 * registered and to a queue that is attached: their owner goes on to call their methods, and these run handlers.
 */
export function untrackedFace<T extends object>(object: T, face: object = Object.create(object) as object): T {
  const faceOf = (result: unknown): unknown => {
    if (result === object) return face;
    if (isObservable(result)) return untrackedStream(result);
    // RxJS looks into a Subscription that is added to another one, so it needs a real one.
    if (result instanceof Subscription) return new Subscription(() => runUntracked(() => result.unsubscribe()));
    return hasMethod(result, 'unsubscribe') || hasMethod(result, 'trySend') ? untrackedFace(result as object) : result;
  };
  for (let level: object = object; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    for (const key of Reflect.ownKeys(level)) {
      if (key === 'constructor' || Object.hasOwn(face, key)) continue;
      const descriptor = Object.getOwnPropertyDescriptor(level, key) as PropertyDescriptor;
      const method: unknown = descriptor.value;
      const call = (...args: object[]): unknown => {
        const result: unknown = runUntracked(() => Reflect.apply(method as () => unknown, object, args));
        if (key === 'register' || key === 'withDeadLetterQueue') args.forEach((owned) => hasMethod(owned, 'clear') && untrackedFace(owned, owned));
        return faceOf(result);
      };
      // Kept, so that a stream is the same object each time: an `async` pipe leaves a stream for another one.
      let stream: unknown;
      const get = (): unknown => {
        const result = stream ?? faceOf(runUntracked((): unknown => Reflect.get(level, key, object)));
        if (isObservable(result)) stream = result;
        return result;
      };
      Object.defineProperty(face, key, typeof method === 'function' ? { ...descriptor, value: call } : { get, configurable: true, enumerable: descriptor.enumerable });
    }
  }
  return face as T;
}
