import { describe, expect, it } from 'vitest';
import { checkScripts, runOptions } from '../check-scripts';
import { anyScript } from '../scripts';
import { oneThread } from './one-thread';
import { runOnNodes } from './run-on-nodes';

const { seed, runs } = runOptions(2_000);

describe('the model and two nodes', () => {
  it(`agree after every command of ${runs} scripts`, { timeout: 60_000 + runs * 40 }, async () => {
    await expect(checkScripts(anyScript.map((script) => oneThread(script, true)), (script) => runOnNodes(script, {}), { seed, runs })).resolves.toBeUndefined();
  });
});
