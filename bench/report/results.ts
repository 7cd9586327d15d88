import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Machine } from '../harness/machine';
import type { PartResult } from '../harness/run-part';
import { chartOf } from './chart';

/** What a whole run leaves behind: `bench/results/latest.json`, and the same as a picture, `bench/results/chart.svg`. */
export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly parts: readonly PartResult[];
}

const folder = new URL('../results/', import.meta.url);
const latest = new URL('latest.json', folder);

export async function writeResults(machine: Machine, parts: readonly PartResult[]): Promise<void> {
  const results: Results = { date: new Date().toISOString().slice(0, 10), machine, parts };
  await mkdir(folder, { recursive: true });
  await writeFile(latest, `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(new URL('chart.svg', folder), chartOf(results));
}

/** @throws an Error, if there are none. */
export async function readResults(): Promise<Results> {
  return JSON.parse(await readFile(latest, 'utf8')) as Results;
}
