import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as esbuild from 'esbuild';
import { createLogger, build as viteBuild } from 'vite';
import webpack from 'webpack';

export interface BundleRequest {
  /** The file that the app starts with. */
  readonly entry: string;
  readonly outFile: string;
  readonly minify: boolean;
  /** Whether rxjs stays an import. */
  readonly withoutRxjs: boolean;
}

/** Writes a bundle for browsers, and answers what the bundler complained of. */
export type Bundler = (request: BundleRequest) => Promise<readonly string[]>;

const useEsbuild: Bundler = async ({ entry, outFile, minify, withoutRxjs }) => {
  const { warnings } = await esbuild.build({
    ...{ entryPoints: [entry], outfile: outFile, bundle: true, minify, logLevel: 'silent' },
    ...{ format: 'esm', platform: 'browser', target: 'es2022', external: withoutRxjs ? ['rxjs'] : [] },
  });
  return warnings.map(({ text }) => text);
};

const useVite: Bundler = async ({ entry, outFile, minify, withoutRxjs }) => {
  const warnings: string[] = [];
  const customLogger = { ...createLogger('silent'), warn: (text: string) => void warnings.push(text), warnOnce: (text: string) => void warnings.push(text) };
  const result = await viteBuild({
    ...{ root: dirname(entry), configFile: false, logLevel: 'silent', envDir: false, publicDir: false, customLogger },
    build: {
      ...{ write: false, minify, target: 'es2022', modulePreload: false },
      rolldownOptions: { input: entry, external: withoutRxjs ? ['rxjs'] : [] },
    },
  });
  const chunks = [result].flat().flatMap((made) => ('output' in made ? made.output : []));
  if (chunks.length !== 1 || chunks[0]?.type !== 'chunk') throw new Error(`Vite made ${chunks.length} files of ${entry}`);
  await writeFile(outFile, chunks[0].code);
  return warnings;
};

const useWebpack: Bundler = async ({ entry, outFile, minify, withoutRxjs }) => {
  const compiler = webpack({
    ...{ mode: 'production', target: ['web', 'es2022'], context: dirname(entry), entry, devtool: false, performance: false },
    ...{ experiments: { outputModule: true }, optimization: { minimize: minify } },
    output: { path: dirname(outFile), filename: outFile.slice(dirname(outFile).length + 1), module: true, library: { type: 'module' } },
    externalsType: 'module',
    externals: withoutRxjs ? ['rxjs'] : [],
  });
  const stats = await new Promise<webpack.Stats>((resolve, reject) => {
    compiler.run((error, made) => {
      if (made === undefined) reject(error ?? new Error('webpack made nothing'));
      else resolve(made);
    });
  });
  await new Promise<void>((resolve) => compiler.close(() => resolve()));
  const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return warnings.map(({ message }) => message);
};

export const BUNDLERS: Readonly<Record<string, Bundler>> = { Vite: useVite, esbuild: useEsbuild, webpack: useWebpack };

/** Where the bundle of an app belongs. */
export const bundleOf = (home: string, bundler: string, name: string): string => join(home, 'bundled', `${name}.${bundler}.mjs`);
