import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';

const bundled = new Map<string, string>();

/** Starts a worker thread of a TypeScript file of this folder. Node 20 runs no TypeScript, so the file is bundled first. */
export function startWorkerThread(name: string): Worker {
  const code = bundled.get(name) ?? bundleOf(name);
  bundled.set(name, code);
  return startCode(code);
}

export function startCode(code: string): Worker {
  return new Worker(code, { eval: true, stderr: true });
}

function bundleOf(name: string): string {
  const entry = fileURLToPath(new URL(name, import.meta.url));
  const { outputFiles } = buildSync({ entryPoints: [entry], bundle: true, write: false, format: 'cjs', platform: 'node', target: 'node20', logLevel: 'error' });
  return outputFiles[0]!.text;
}
