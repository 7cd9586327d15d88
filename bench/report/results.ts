import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Machine } from '../harness/machine';
import type { PartResult } from '../harness/run-part';

/** A whole run. `bench/results/latest.json` holds the last one. */
export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly parts: readonly PartResult[];
}

const folder = new URL('../results/', import.meta.url);
const latest = new URL('latest.json', folder);

export const resultsOf = (machine: Machine, parts: readonly PartResult[]): Results => ({
  date: new Date().toISOString().slice(0, 10),
  machine,
  parts,
});

/** Writes a whole run and its chart. */
export async function writeResults(results: Results, chart: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(latest, `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(new URL('chart.svg', folder), chart);
}

/** Reads the last whole run. @throws an Error, if there is none. */
export async function readResults(): Promise<Results> {
  return JSON.parse(await readFile(latest, 'utf8')) as Results;
}
