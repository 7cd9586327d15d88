/** A machine that is busy with other things takes longer than the bound says. What is missed by this factor is no noise. */
const BUSY = 6;

/**
 * Passes on the result of `work`. Rejects if it takes much longer than `bound` milliseconds, which is promised for a machine that has nothing else
 * to do.
 */
export async function inBound<T>(bound: number, work: PromiseLike<T>): Promise<T> {
  const startedAt = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it is bound to ${bound} ms, and has taken ${Math.round(performance.now() - startedAt)} ms`)), BUSY * bound);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
