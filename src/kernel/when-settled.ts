import { isPromise } from './reply-kind';

/**
 * Waits for a thenable as `await` does, but without a microtask of its own (rule D5). If its value is a thenable, it waits for that. If a
 * thenable is fulfilled with itself, it counts as rejected. If it settles twice, or settles and throws, the first of these counts.
 */
export function whenSettled(thenable: PromiseLike<unknown>, fulfilled: (value: unknown) => void, rejected: (error: unknown) => void): void {
  let isSettled = false;
  const once = (work: () => void): void => {
    if (isSettled) return;
    isSettled = true;
    work();
  };
  const wait = (promise: PromiseLike<unknown>): void => {
    try {
      promise.then(
        (value) => {
          if (!isPromise(value)) once(() => fulfilled(value));
          else if (value === promise || value === thenable) once(() => rejected(new TypeError('a promise cannot be fulfilled with itself')));
          else wait(value);
        },
        (error: unknown) => once(() => rejected(error)),
      );
    } catch (error) {
      once(() => rejected(error));
    }
  };
  wait(thenable);
}
