import { describe, expect, it } from 'vitest';
import { checkScripts, runOptions } from '../check-scripts';
import { anyScript } from '../scripts';
import { LOSSY } from './lossy';
import { roughScript } from './mishap';
import { oneThread } from './one-thread';
import { runOnNodes } from './run-on-nodes';
import { runRoughly } from './run-roughly';

const { seed, runs: all } = runOptions(2_000);
/** How many scripts each of these plays. */
const runs = Math.ceil(all / 4);
const timeout = 60_000 + runs * 100;
const AGAIN = '(times four) npx vitest run --project node spec/model/nodes/nodes-spec.ts';

describe(`the model and two nodes (${all} scripts, MODEL_SEED=${seed})`, () => {
  it('agree after every command on a clean network', { timeout }, async () => {
    const scripts = anyScript.map((script) => oneThread(script, true));
    await expect(checkScripts(scripts, (script) => runOnNodes(script), { seed, runs }, AGAIN)).resolves.toBeUndefined();
  });

  it('agree after every command on a lossy network', { timeout }, async () => {
    const scripts = anyScript.map((script) => oneThread(script, false));
    await expect(checkScripts(scripts, (script) => runOnNodes(script, { ...LOSSY, seed }), { seed, runs }, AGAIN)).resolves.toBeUndefined();
  });
});

describe(`two nodes that are cut, stopped, killed and closed while scripts play (${all} scripts, MODEL_SEED=${seed})`, () => {
  it.each([
    ['a clean network', { latency: 3 }],
    ['a lossy network', LOSSY],
  ] as const)('keep the laws of messages on %s', { timeout }, async (_what, faults) => {
    await expect(checkScripts(roughScript, (script) => runRoughly(script, { ...faults, seed }), { seed, runs }, AGAIN)).resolves.toBeUndefined();
  });
});
