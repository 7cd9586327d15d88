import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type RollupOptions, rollup } from 'rollup';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const esm = { bundle: true, format: 'esm', target: 'es2022', write: false } as const;

/** The bytes of a bundle for production, minified and gzipped, without rxjs and Angular. Their imports are merged, as an application's bundler does. */
async function sizeOf(contents: string): Promise<number> {
  const bundle = await build({ ...esm, stdin: { contents, resolveDir: root, loader: 'ts' }, packages: 'external' });
  const text: RollupOptions = {
    input: 'bundle',
    external: (id) => id !== 'bundle',
    plugins: [{ name: 'text', resolveId: (id) => (id === 'bundle' ? id : null), load: (id) => (id === 'bundle' ? bundle.outputFiles[0]!.text : null) }],
  };
  const { output } = await (await rollup(text)).generate({ format: 'esm' });
  const minified = await build({ ...esm, stdin: { contents: output[0].code }, minify: true, external: ['*'], define: { ngDevMode: 'false' }, legalComments: 'none' });
  return gzipSync(minified.outputFiles[0]!.text, { level: 9 }).length;
}

const CORE = "export * from './src/index.ts';";

describe('rx-broker/angular', () => {
  it('adds less than 2.5 kB to the core, gzipped, with all that it has', async () => {
    const added = (await sizeOf(`${CORE} export * from './src/angular/index.ts';`)) - (await sizeOf(CORE));
    expect(added).toBeGreaterThan(1_000);
    expect(added).toBeLessThan(2_500);
  });

  it('adds only what is imported', async () => {
    const added = (await sizeOf(`${CORE} export { provideMessageBroker, injectState } from './src/angular/index.ts';`)) - (await sizeOf(CORE));
    expect(added).toBeLessThan(1_200);
  });
});
