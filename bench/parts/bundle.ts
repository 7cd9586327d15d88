import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type BuildResult } from 'esbuild';
import type { Measure } from '../harness/measure';
import type { Part } from '../harness/part';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Of what is built from this text, minified, without rxjs. */
function bundleOf(contents: string, options: BuildOptions = {}): Promise<BuildResult<{ write: false; metafile: true }>> {
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
    // The repository's own names this package's sources, and it is the built ones that are measured.
    tsconfigRaw: '{}',
    ...options,
  });
}

const gzipped = (code: Uint8Array): number => gzipSync(code, { level: 9 }).length;

/** A name that no minifier changes and only the broker has: it is a method of the public surface. */
const onlyInBroker = 'tryBroadcast';

/** Bytes of what a bundler makes of a source text that uses the built package: minified and gzipped, without rxjs. */
async function row(work: string, contents: string, budget?: string): Promise<Measure> {
  const { outputFiles } = await bundleOf(contents);
  const { contents: code, text } = outputFiles[0]!;
  if (budget?.includes('alone') && text.includes(onlyInBroker)) throw new Error(`${work} brings the broker.`);
  return { work, subject: 'rx-broker', value: gzipped(code), unit: 'bytes', budget };
}

/** How much of `rx-broker` each folder is: its part of the minified sources, as that part of the gzipped ones. */
async function folders(): Promise<Measure[]> {
  const { outputFiles, metafile } = await bundleOf(`export * from './src/index.ts';`);
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
    .filter(([folder]) => folder !== '')
    .sort(([, a], [, b]) => b - a)
    .map(([folder, part]) => ({ work: `of rx-broker: ${folder}`, subject: 'rx-broker', value: Math.round((size * part) / all), unit: 'bytes' }));
}

export const bundle: Part = {
  title: 'Bundle',
  about: 'Minified and gzipped without rxjs, as esbuild makes it of the built package.',
  cases: {
    entries: async () => [
      await row('rx-broker', `export * from 'rx-broker';`, 'core, bytes'),
      ...(await folders()),
      await row('rx-broker/operators', `export * from 'rx-broker/operators';`),
      await row('rx-broker/testing', `export * from 'rx-broker/testing';`),
      await row('import { Mailbox }', `export { Mailbox } from 'rx-broker';`, 'Mailbox alone, bytes'),
      await row('import { boundedBuffer }', `export { boundedBuffer } from 'rx-broker/operators';`, 'one operator alone, bytes'),
      await row('import { boundedConcatMap }', `export { boundedConcatMap } from 'rx-broker/operators';`, 'one operator alone, bytes'),
      await row('import { requestFrom }', `export { requestFrom } from 'rx-broker/operators';`, 'one operator alone, bytes'),
    ],
  },
};
