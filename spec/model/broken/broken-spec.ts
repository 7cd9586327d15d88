import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Difference } from '../difference';
import { runScript } from '../run-script';
import { directedScript } from '../directed-scripts';
import { anyScript } from '../scripts';
import { BROKER_FAULTS } from './broker-faults';
import { QUEUE_FAULTS } from './queue-faults';

/** Enough for the rarest of them. */
const SCRIPTS = 3_000;
const scripts = fc.sample(fc.oneof(anyScript, directedScript), { seed: 4, numRuns: SCRIPTS });
const faults = [...QUEUE_FAULTS, ...BROKER_FAULTS];

/** What noticed a difference first, and after how many of the first `count` scripts. */
function firstDifference(count = SCRIPTS): { readonly after: number; readonly noticedBy: string } | undefined {
  for (const [index, script] of scripts.slice(0, count).entries()) {
    try {
      runScript(script);
    } catch (error) {
      return { after: index + 1, noticedBy: error instanceof Difference ? error.noticedBy : String(error) };
    }
  }
  return undefined;
}

describe('the model catches', () => {
  /** The last script that noticed something. */
  let last = 0;

  it('at least 15 kinds of broken brokers', () => expect(new Set(faults.map(({ name }) => name)).size).toBeGreaterThanOrEqual(15));

  it.each(faults)('$name', ({ name, breakIt }) => {
    const undo = breakIt();
    try {
      const caught = firstDifference();
      expect(caught).toBeDefined();
      last = Math.max(last, caught!.after);
      console.log(`${name}: noticed by ${caught!.noticedBy}, script ${caught!.after}`);
    } finally {
      undo();
    }
  });

  it('nothing in those same scripts once all of them are mended', () => expect(firstDifference(last === 0 ? SCRIPTS : last)).toBeUndefined());
});
