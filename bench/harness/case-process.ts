import type { Effort } from './effort';
import type { Measure } from './measure';
import { parts } from '../parts';

/** What the process of a case says to the one that started it. */
export type CaseReport = { readonly progress: string } | { readonly measures: readonly Measure[] } | { readonly error: string };

const [partName = '', caseName = '', effort = 'full'] = process.argv.slice(2);
const report = (message: CaseReport): void => void process.send?.(message);

try {
  const resolved = import.meta.resolve('rx-broker');
  if (!resolved.endsWith('/dist/index.js')) throw new Error(`The built package is measured, not ${resolved}.`);
  const part = await parts[partName]?.();
  const run = part?.cases[caseName];
  if (run === undefined) throw new Error(`There is no case ${caseName} in ${partName}.`);
  const measures = await run({ effort: effort as Effort, progress: (progress) => report({ progress }) });
  report({ measures });
} catch (error) {
  report({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
process.disconnect?.();
