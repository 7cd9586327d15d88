import { describe, expect, it } from 'vitest';
import { checkScripts, runOptions } from '../check-scripts';
import { anyScript } from '../scripts';
import { oneThread } from './one-thread';
import { roughScript } from './mishap';
import { runRoughly } from './run-roughly';
import { runOnNodes } from './run-on-nodes';

const { seed, runs } = runOptions(2_000);
const LOSSY = { loss: 0.3, doubles: 0.1, swaps: 0.1, latency: [0, 20] } as const;

describe('the model and two nodes', () => {
  it(`agree after every command of ${runs} scripts on a clean network`, { timeout: 60_000 + runs * 40 }, async () => {
    await expect(checkScripts(anyScript.map((script) => oneThread(script, true)), (script) => runOnNodes(script, {}), { seed, runs: runs / 2 })).resolves.toBeUndefined();
  });

  it('rough', { timeout: 60_000 + runs * 40 }, async () => {
    await expect(checkScripts(roughScript, (script) => runRoughly(script, LOSSY), { seed, runs: runs / 2 })).resolves.toBeUndefined();
  });

  it(`agree after every command of ${runs} scripts on a lossy network`, { timeout: 60_000 + runs * 40 }, async () => {
    await expect(checkScripts(anyScript.map((script) => oneThread(script, false)), (script) => runOnNodes(script, { ...LOSSY, seed }), { seed: seed + 1, runs: runs / 2 })).resolves.toBeUndefined();
  });
});
