import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build, type BuildResult } from 'esbuild';
import * as operators from 'rx-broker/operators';
import type { Measure } from '../harness/measure';
import type { Part } from '../harness/part';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Bundles a source text, minified, without rxjs. */
function bundleOf(contents: string): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['rxjs', 'rxjs/*'],
    // The repository's own tsconfig names the sources of this package; the built files are measured.
    tsconfigRaw: '{}',
  });
}

const gzipped = (code: Uint8Array): number => gzipSync(code, { level: 9 }).length;

/** A method of the public surface: no minifier changes its name, and only the broker has it. */
const onlyInBroker = 'tryBroadcast';

/** The bytes of a bundle of a source text that uses the built package. */
async function row(work: string, contents: string, budget?: string): Promise<Measure> {
  const { outputFiles } = await bundleOf(contents);
  const { contents: code, text } = outputFiles[0]!;
  if (budget?.includes('alone') && text.includes(onlyInBroker)) throw new Error(`${work} brings the broker.`);
  return { work, subject: 'rx-broker', value: gzipped(code), unit: 'bytes', budget };
}

const importOf = (name: string, entry: string, budget: string): Promise<Measure> =>
  row(`import { ${name} }`, `export { ${name} } from '${entry}';`, budget);

/** The share of each folder in the minified sources of a broker, as that share of the gzipped bytes. */
async function folders(): Promise<Measure[]> {
  const { outputFiles, metafile } = await bundleOf(`export { InMemoryMessageBroker } from './src/index.ts';`);
  const [output] = Object.values(metafile.outputs);
  const bytes = new Map<string, number>();
  let all = 0;
  for (const [file, { bytesInOutput }] of Object.entries(output!.inputs)) {
    const [, folder = ''] = /^src\/(\w+)\//.exec(file) ?? [];
    bytes.set(folder, (bytes.get(folder) ?? 0) + bytesInOutput);
    all += bytesInOutput;
  }
  const size = gzipped(outputFiles[0]!.contents);
  return [...bytes]
    .filter(([folder, part]) => folder !== '' && part > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([folder, part]) => ({ work: `  of it: ${folder}`, subject: 'rx-broker', value: Math.round((size * part) / all), unit: 'bytes' }));
}

/** Each operator is imported alone. Classes, such as errors, are no operators. */
const operatorNames = Object.keys(operators).filter((name) => /^[a-z]/.test(name));

export const bundle: Part = {
  title: 'Bundle',
  about: 'Minified by esbuild and gzipped (level 9; 1 kB is 1,000 bytes) without rxjs, from the built package.',
  cases: {
    entries: async () => [
      await importOf('InMemoryMessageBroker', 'rx-broker', 'broker, bytes'),
      ...(await folders()),
      await importOf('Mailbox', 'rx-broker', 'Mailbox alone, bytes'),
      ...(await Promise.all(operatorNames.map((name) => importOf(name, 'rx-broker/operators', 'one operator alone, bytes')))),
      await row('all of rx-broker', `export * from 'rx-broker';`),
      await row('all of rx-broker/operators', `export * from 'rx-broker/operators';`),
      await row('all of rx-broker/testing', `export * from 'rx-broker/testing';`),
    ],
  },
};
