import { median } from '../harness/statistics';
import type { TimedWork } from '../harness/wall-clock';

/** Asks for the number after `n`. */
export type Ask = (n: number, end: (reply: number) => void) => void;

/** Asks so many times, always `atOnce` at once. Fails unless each number is answered by the next one. */
export function asks(name: string, ask: Ask, atOnce: number, count: number): TimedWork {
  return {
    name,
    time: () =>
      new Promise((resolve, reject) => {
        const startedAt = performance.now();
        let sent = 0;
        let done = 0;
        const next = (): void => {
          if (sent === count) return;
          const n = sent++;
          ask(n, (reply) => {
            if (reply !== n + 1) reject(new Error(`${name}: ${reply} is no reply to ${n}`));
            else if (++done === count) resolve(((performance.now() - startedAt) * 1e6) / count);
            else next();
          });
        };
        for (let i = 0; i < atOnce; i++) next();
      }),
  };
}

/** Asks one after the other. The time of an operation is the median. */
export function oneByOne(name: string, ask: Ask, count: number): TimedWork {
  const work = asks(name, ask, 1, 1);
  return {
    name,
    async time() {
      const times: number[] = [];
      for (let i = 0; i < count; i++) times.push(await work.time());
      return median(times);
    },
  };
}
