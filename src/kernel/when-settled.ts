import { kindOf } from './reply-kind';

/**
 * Waits for a thenable as `await` does, but without a microtask of its own (rule D5). If its value is a thenable, this waits for that one. If a
 * thenable is fulfilled with itself, it counts as rejected. If it settles twice, or settles and throws, the first of these counts.
 */
export function whenSettled(thenable: PromiseLike<unknown>, fulfilled: (value: unknown) => void, rejected: (error: unknown) => void): void {
  const wait = (promise: PromiseLike<unknown>): void => {
    let isSettled = false;
    const resolve = (value: unknown): void => {
      if (isSettled) return;
      isSettled = true;
      let isThenable: boolean;
      try {
        isThenable = kindOf(value) === 'promise';
      } catch (error) {
        rejected(error);
        return;
      }
      if (!isThenable) fulfilled(value);
      else if (value === promise || value === thenable) rejected(new TypeError('a promise cannot be fulfilled with itself'));
      else wait(value as PromiseLike<unknown>);
    };
    const reject = (error: unknown): void => {
      if (isSettled) return;
      isSettled = true;
      rejected(error);
    };
    try {
      promise.then(resolve, reject);
    } catch (error) {
      reject(error);
    }
  };
  wait(thenable);
}
