import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { betweenMarkers } from './between-markers';
import { chartOf } from './chart';
import { costNumbers, peerNumbers } from './main-numbers';
import { readResults } from './results';

/**
 * Writes the numbers in the README and the page beside it, and the chart, from the last whole run, `bench/results/latest.json`.
 * With `--check` it writes nothing, and fails if one of them differs from the results.
 */
const isCheck = process.argv.includes('--check');

async function bring(name: string, update: (text: string) => string): Promise<void> {
  const file = new URL(`../../${name}`, import.meta.url);
  const text = await readFile(file, 'utf8').catch(() => '');
  const updated = update(text);
  if (updated === text) return;
  if (isCheck) throw new Error(`${name} is not what bench/results/latest.json says. Write it: npm run bench:readme`);
  await writeFile(file, updated);
  console.log(`wrote ${fileURLToPath(file)}`);
}

try {
  const results = await readResults();
  await bring('README.md', (text) => betweenMarkers(text, 'bench:table', costNumbers(results)));
  await bring('spec/examples/measured.md', (text) => betweenMarkers(text, 'bench:peers', peerNumbers(results)));
  await bring('bench/results/chart.svg', () => chartOf(results));
} catch (error) {
  console.error(pc.red(error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
}
