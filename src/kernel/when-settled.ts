import { kindOf } from './reply-kind';

/**
 * Waits for a thenable as `await` does, but without a microtask of its own (rule D5). Of a thenable that settles twice or throws, the first
 * thing counts. A value that is a thenable is waited for in turn, and the first thenable has then settled: what else it says is ignored. A
 * thenable that is fulfilled with itself is rejected.
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
