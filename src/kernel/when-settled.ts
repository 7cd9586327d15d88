import { isPromise } from './reply-kind';

/**
 * Waits for a thenable as `await` does, but without a microtask of its own (rule D5): a value that is a thenable is waited for in turn, a
 * thenable that is fulfilled with itself is rejected, and of one that settles twice or throws, the first thing counts.
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
