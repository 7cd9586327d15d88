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

/**
 * Asks one after the other. The time of an operation is the median. Before the first, many are asked at once: so few as are asked one by one
 * are half over before V8 has compiled what they need on both sides.
 */
export function oneByOne(name: string, ask: Ask, count: number): TimedWork {
  const work = asks(name, ask, 1, 1);
  let isWarm = false;
  return {
    name,
    async time() {
      if (!isWarm) await asks(name, ask, 64, 20_000).time();
      isWarm = true;
      const times: number[] = [];
      for (let i = 0; i < count; i++) times.push(await work.time());
      return median(times);
    },
  };
}

/** Sends without a reply, and waits until the other end has counted all of them, and no more. */
export function tells(name: string, counted: () => Promise<number>, send: (n: number) => boolean, count: number): TimedWork {
  return {
    name,
    async time() {
      const before = await counted();
      const startedAt = performance.now();
      for (let n = 0; n < count; n++) if (!send(n)) throw new Error(`${name}: message ${n} was refused`);
      let arrived = 0;
      while (arrived < count) arrived = (await counted()) - before;
      if (arrived > count) throw new Error(`${name}: ${count} messages were sent, and ${arrived} have come`);
      return ((performance.now() - startedAt) * 1e6) / count;
    },
  };
}
