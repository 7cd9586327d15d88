import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Difference } from '../difference';
import { directedScript } from '../directed-scripts';
import { runScript } from '../run-script';
import { anyScript } from '../scripts';
import { BROKER_FAULTS } from './broker-faults';
import { QUEUE_FAULTS } from './queue-faults';
import { SENDING_FAULTS } from './sending-faults';
import { WATCHING_FAULTS } from './watching-faults';

/** Enough scripts to show the rarest fault. */
const SCRIPTS = 1_000;
const scripts = fc.sample(fc.oneof(anyScript, directedScript), { seed: 4, numRuns: SCRIPTS });

/** The first script that shows a difference, and the run and channel that noticed it. */
function firstDifference(count = SCRIPTS): { readonly after: number; readonly noticedBy: string } | undefined {
  for (const [index, script] of scripts.slice(0, count).entries()) {
    try {
      runScript(script);
    } catch (error) {
      if (!(error instanceof Difference)) throw error;
      return { after: index + 1, noticedBy: error.noticedBy };
    }
  }
  return undefined;
}

describe('playing scripts finds', () => {
  /** The index of the last script that was needed to notice a fault. */
  let last = 0;

  it.each([...QUEUE_FAULTS, ...BROKER_FAULTS, ...SENDING_FAULTS, ...WATCHING_FAULTS])('$name', ({ name, breakIt }) => {
    const undo = breakIt();
    try {
      const found = firstDifference();
      expect(found).toBeDefined();
      last = Math.max(last, found!.after);
      console.log(`${name}: noticed by ${found!.noticedBy}, script ${found!.after}`);
    } finally {
      undo();
    }
  });

  it('nothing in the same scripts once all faults are taken back', () => expect(firstDifference(last === 0 ? SCRIPTS : last)).toBeUndefined());
});
