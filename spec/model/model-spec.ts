import { describe, expect, it } from 'vitest';
import { USUAL_RUNS, checkScripts, runOptions } from './check-scripts';
import { directedScript } from './directed-scripts';
import { recordStory, runScript } from './run-script';
import { anyScript } from './scripts';

const isBrowser = typeof process === 'undefined' || 'document' in globalThis;
const options = runOptions(isBrowser ? 2_000 : USUAL_RUNS);
const { seed, runs } = options;

describe('the model and the broker', () => {
  it(`agree after every command of ${runs} random scripts`, { timeout: 60_000 + runs * 20 }, async () => {
    console.log(`model: ${runs} scripts, MODEL_SEED=${seed}`);
    await expect(checkScripts(anyScript, runScript, options)).resolves.toBeUndefined();
  });

  it('agree in the corners that random scripts seldom reach: floods, fairness, visits, cancellation while waiting', { timeout: 60_000 + runs * 20 }, async () => {
    await expect(checkScripts(directedScript, runScript, { seed, runs: Math.ceil(runs / 5) })).resolves.toBeUndefined();
  });

  it('tell the same story of the same script twice', async () => {
    const twice = { seed, runs: Math.min(runs, 500) };
    let told = 0;
    await checkScripts(
      anyScript,
      (script) => {
        const first = recordStory(script);
        expect(recordStory(script)).toEqual(first);
        told += first.length;
      },
      twice,
    );
    expect(told).toBeGreaterThan(twice.runs);
  });
});
