import { mkdir, writeFile } from 'node:fs/promises';
import type { Machine } from '../harness/machine';
import type { PartResult } from '../harness/run-part';

/** What a whole run leaves behind: `bench/results/latest.json`. */
export interface Results {
  readonly date: string;
  readonly machine: Machine;
  readonly parts: readonly PartResult[];
}

const folder = new URL('../results/', import.meta.url);

export async function writeResults(machine: Machine, parts: readonly PartResult[]): Promise<void> {
  const results: Results = { date: new Date().toISOString().slice(0, 10), machine, parts };
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('latest.json', folder), `${JSON.stringify(results, undefined, 2)}\n`);
}
