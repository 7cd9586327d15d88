import { Subscription, isObservable } from 'rxjs';
import { hasMethod } from '../failure/check';
import { runUntracked } from './untracked';
import { untrackedStream } from './untracked-stream';

/** Functions that are called with the arguments of a method when the method has returned. */
type Adoptions = Readonly<Record<PropertyKey, (...args: any[]) => void>>;

const NONE: Adoptions = {};

/**
 * An object whose members are those of `object`, and run untracked: every method and every getter, on the way up to `Object.prototype`, so that
 * none can be forgotten. What they return runs untracked, too: streams, subscriptions, registrations and references to actors.
 *
 * `face` is the object that gets the members. Given `object` itself, it changes that in place, once.
 */
export function untrackedFace<T extends object>(object: T, face: object = Object.create(object) as object, adoptions: Adoptions = NONE): T {
  const faceOf = (result: unknown): unknown => {
    if (result === object) return face;
    if (isObservable(result)) return untrackedStream(result);
    // RxJS looks into a Subscription that is added to another one, so it needs a real one.
    if (result instanceof Subscription) return new Subscription(() => runUntracked(() => result.unsubscribe()));
    return hasMethod(result, 'unsubscribe') || hasMethod(result, 'trySend') ? untrackedFace(result as object) : result;
  };
  for (const level of levelsOf(object)) {
    for (const key of Reflect.ownKeys(level)) {
      if (key === 'constructor' || Object.hasOwn(face, key)) continue;
      const descriptor = Object.getOwnPropertyDescriptor(level, key) as PropertyDescriptor;
      const method: unknown = descriptor.value;
      const call = (...args: unknown[]): unknown => {
        const result: unknown = runUntracked(() => Reflect.apply(method as () => unknown, object, args));
        adoptions[key]?.(...args);
        return faceOf(result);
      };
      const read = (): unknown => faceOf(runUntracked((): unknown => Reflect.get(level, key, object)));
      const { enumerable = false } = descriptor;
      Object.defineProperty(face, key, typeof method === 'function' ? { ...descriptor, value: call } : { get: read, configurable: true, enumerable });
    }
  }
  return face as T;
}

/** An object and its prototypes, without that of all objects. */
function levelsOf(object: object | null): object[] {
  return object === null || object === Object.prototype ? [] : [object, ...levelsOf(Object.getPrototypeOf(object) as object | null)];
}
