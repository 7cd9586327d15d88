import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneThread } from '../nodes/one-thread';
import { LOSSY } from '../nodes/lossy';
import { runOnNodes } from '../nodes/run-on-nodes';
import { anyScript } from '../scripts';
import { LINK_FAULTS } from './link-faults';

/** Enough scripts to show the rarest fault. */
const SCRIPTS = 100;
const scripts = fc.sample(anyScript.map((script) => oneThread(script, false)), { seed: 4, numRuns: SCRIPTS });

/** The first script that shows a difference, and what it says. */
async function firstDifference(count = SCRIPTS): Promise<{ readonly after: number; readonly text: string } | undefined> {
  for (const [index, script] of scripts.slice(0, count).entries()) {
    try {
      await runOnNodes(script, { ...LOSSY, seed: index });
    } catch (error) {
      return { after: index + 1, text: String(error) };
    }
  }
  return undefined;
}

describe('playing scripts on two nodes finds', () => {
  let last = 0;

  it.each(LINK_FAULTS)('$name', async ({ name, breakIt }) => {
    const undo = breakIt();
    try {
      const found = await firstDifference();
      expect(found).toBeDefined();
      last = Math.max(last, found!.after);
      console.log(`${name}: ${found!.text.split('\n', 1)[0]!}, script ${found!.after}`);
    } finally {
      undo();
    }
  });

  it('nothing in the same scripts once all faults are taken back', async () => expect(await firstDifference(last)).toBeUndefined());
});
