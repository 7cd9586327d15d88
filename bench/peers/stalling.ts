import { heapUsed } from '../harness/retained';
import type { Work } from '../harness/work';
import type { Stalled } from './peer';

export const stalledCount = 100_000;

type Make = () => Stalled | Promise<Stalled>;

/** A work that stalls a consumer, sends to it, and lets it go on. */
export function stalling(name: string, make: Make): Work {
  let handled = 0;
  return {
    name,
    operations: stalledCount,
    async run() {
      const stalled = await make();
      await stalled.fill(stalledCount);
      await stalled.release();
      handled += stalled.handled();
    },
    arrived: () => handled,
  };
}

/** Bytes that are kept for each message. A whole round comes first: compiled code and its feedback are not counted. */
export async function bytesStalled(name: string, make: Make): Promise<number> {
  await stalling(name, make).run();
  const stalled = await make();
  const before = heapUsed();
  await stalled.fill(stalledCount);
  const bytes = heapUsed() - before;
  await stalled.release();
  if (stalled.handled() !== stalledCount) throw new Error(`${name}: of ${stalledCount} kept, ${stalled.handled()} were handled.`);
  return bytes / stalledCount;
}
