import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Measure } from '../harness/measure';
import type { Part } from '../harness/part';

/** Bytes of what a bundler makes of a source text that uses the built package: minified and gzipped, without rxjs. */
async function sizeOf(contents: string): Promise<{ bytes: number; code: string }> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('..', import.meta.url)), loader: 'js' },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['rxjs', 'rxjs/*'],
    // The repository's own names this package's sources, and it is the built ones that are measured.
    tsconfigRaw: '{}',
  });
  const { contents: code, text } = outputFiles[0]!;
  return { bytes: gzipSync(code, { level: 9 }).length, code: text };
}

/** A name that no minifier changes and only the broker has: it is a method of the public surface. */
const onlyInBroker = 'tryBroadcast';

async function row(work: string, contents: string, budget?: string): Promise<Measure> {
  const { bytes, code } = await sizeOf(contents);
  const brings = code.includes(onlyInBroker);
  if (budget?.includes('alone') && brings) throw new Error(`${work} brings the broker.`);
  return { work, subject: 'rx-broker', value: bytes, unit: 'bytes', budget };
}

export const bundle: Part = {
  title: 'Bundle',
  about: 'Minified and gzipped without rxjs, as esbuild makes it of the built package.',
  cases: {
    entries: async () => [
      await row('rx-broker', `export * from 'rx-broker';`, 'core, bytes'),
      await row('rx-broker/operators', `export * from 'rx-broker/operators';`),
      await row('rx-broker/testing', `export * from 'rx-broker/testing';`),
      await row('import { Mailbox }', `export { Mailbox } from 'rx-broker';`, 'Mailbox alone, bytes'),
      await row('import { boundedBuffer }', `export { boundedBuffer } from 'rx-broker/operators';`, 'one operator alone, bytes'),
      await row('import { boundedConcatMap }', `export { boundedConcatMap } from 'rx-broker/operators';`, 'one operator alone, bytes'),
      await row('import { requestFrom }', `export { requestFrom } from 'rx-broker/operators';`, 'one operator alone, bytes'),
    ],
  },
};
