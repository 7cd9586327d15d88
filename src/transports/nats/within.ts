/** Passes on the result of `work`. Rejects with a `TimeoutError` if it takes longer than `ms`. */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(Object.assign(new Error(`no answer within ${ms} ms`), { name: 'TimeoutError' })), ms);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
