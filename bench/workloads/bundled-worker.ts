import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';

/** Makes a function that starts a worker of a program of this folder, with the built package: a program that is one file starts as a user's does. */
export function workerOf(file: string): () => Worker {
  const path = (from: string): string => fileURLToPath(new URL(from, import.meta.url));
  const { outputFiles } = buildSync({
    ...{ entryPoints: [path(`./${file}`)], tsconfig: path('../../.config/tsconfig.bench.json') },
    ...{ bundle: true, write: false, format: 'cjs', platform: 'node', target: 'node20', logLevel: 'error' },
  });
  const code = outputFiles[0]!.text;
  return () => new Worker(code, { eval: true });
}
