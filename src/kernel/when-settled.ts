import { kindOf } from './reply-kind';

/**
 * Waits for a thenable as `await` does, but without a microtask of its own (rule D5). If its value is a thenable, this waits for that one. If
 * a thenable is fulfilled with itself, or with one that led to it, it counts as rejected. If it settles twice, or settles and throws, the first
 * of these counts.
 */
export function whenSettled(thenable: PromiseLike<unknown>, fulfilled: (value: unknown) => void, rejected: (error: unknown) => void): void {
  /** The thenable to wait for next. */
  let next: PromiseLike<unknown> | undefined = thenable;
  let isInLoop = false;
  /** The thenables of the chain so far; made for the second one, since most chains have one. */
  let chain: Set<unknown> | undefined;
  const waitFor = (promise: PromiseLike<unknown>): void => {
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
      if (!isThenable) {
        fulfilled(value);
        return;
      }
      chain ??= new Set([thenable]);
      if (chain.has(value)) rejected(new TypeError('a promise cannot be fulfilled with itself'));
      else {
        chain.add(value);
        next = value as PromiseLike<unknown>;
        goOn();
      }
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
  // A loop, since a chain of thenables that settle at once may be longer than the stack is deep.
  const goOn = (): void => {
    if (isInLoop) return;
    isInLoop = true;
    for (let promise = next; promise !== undefined; promise = next) {
      next = undefined;
      waitFor(promise);
    }
    isInLoop = false;
  };
  goOn();
}
