import fc from 'fast-check';
import { type Script, describeScript } from './command';
import { isRough } from './nodes/mishap';

/** How many scripts are drawn from one seed. A failure is found again in seconds, even after a long run. */
const BATCH = 10_000;

const AGAIN = 'npx vitest run --project node spec/model/model-spec.ts';

export interface RunOptions {
  readonly seed: number;
  readonly runs: number;
}

/** How many scripts Node plays by default. */
export const USUAL_RUNS = 10_000;
/** The usual run always plays the same scripts, so that only a change can make it fail. The long run draws new ones each time. */
const USUAL_SEED = 20_261_124;

/** The seed and the number of scripts, from `MODEL_SEED` and `MODEL_RUNS`. */
export function runOptions(usualRuns: number): RunOptions {
  // A browser has no process.
  const env = typeof process === 'undefined' ? {} : process.env;
  return { seed: Number(env['MODEL_SEED'] ?? USUAL_SEED), runs: Number(env['MODEL_RUNS'] ?? usualRuns) };
}

/**
 * Plays random scripts, batch after batch. It returns to the event loop in between, since a long run would look dead to its runner.
 *
 * `again`: the command that plays a run again.
 *
 * @throws an `Error` with the smallest failing script, and with how to play it again.
 */
export async function checkScripts<T extends Script>(scripts: fc.Arbitrary<T>, play: (script: T) => void | Promise<void>, { seed, runs }: RunOptions, again = AGAIN): Promise<void> {
  for (let done = 0, batch = seed; done < runs; batch++) {
    const numRuns = Math.min(BATCH, runs - done);
    const { failed, counterexample, errorInstance, numRuns: played } = await fc.check(fc.asyncProperty(scripts, async (script) => play(script)), { seed: batch, numRuns });
    if (failed) throw new Error(failure(counterexample![0], errorInstance, `MODEL_SEED=${batch} MODEL_RUNS=${numRuns} ${again}`, batch, played), { cause: errorInstance });
    done += numRuns;
    if (runs > BATCH) console.log(`model: ${done.toLocaleString('en')} of ${runs.toLocaleString('en')} scripts (${Math.floor((100 * done) / runs)} %)`);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function failure(script: Script, error: unknown, again: string, seed: number, played: number): string {
  return [
    `Script ${played} of seed ${seed} failed. The smallest that does:`,
    describeScript(script),
    ...(isRough(script) ? [`  ${JSON.stringify({ mishaps: script.mishaps, pauses: script.pauses.slice(0, script.commands.length) })}`] : []),
    error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    `Again: ${again}`,
  ].join('\n');
}
