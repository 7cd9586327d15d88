import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';

/** Makes a function that starts a worker of a TypeScript file of this folder. (A built program writes `new Worker(new URL('./hash-worker.js', import.meta.url))`.) */
export function workerOf(file: string): () => Worker {
  const entry = fileURLToPath(new URL(file, import.meta.url));
  const { outputFiles } = buildSync({ entryPoints: [entry], bundle: true, write: false, format: 'cjs', platform: 'node', target: 'node20' });
  const code = outputFiles[0]?.text ?? '';
  return () => new Worker(code, { eval: true });
}
