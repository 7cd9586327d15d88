import type { Effort } from './effort';
import type { Measure } from './measure';
import { parts } from '../parts';

/** A message of the process of a case to the process that started it. */
export type CaseReport = { readonly progress: string } | { readonly measures: readonly Measure[] } | { readonly error: string };

const [partName = '', caseName = '', effort = 'full'] = process.argv.slice(2);

function report(message: CaseReport): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

try {
  const resolved = import.meta.resolve('rx-broker');
  if (!resolved.endsWith('/dist/index.js')) throw new Error(`The built package is measured, not ${resolved}.`);
  const part = await parts[partName]?.();
  const run = part?.cases[caseName];
  if (run === undefined) throw new Error(`There is no case ${caseName} in ${partName}.`);
  const measures = await run({ effort: effort as Effort, progress: (progress) => void report({ progress }) });
  await report({ measures });
} catch (error) {
  await report({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
// A case that failed may leave timers that would keep the process alive.
process.exit();
