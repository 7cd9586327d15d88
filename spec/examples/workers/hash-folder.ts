import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Hash } from './hash';
import { Hasher } from './hasher';
import { workerOf } from './start-worker';

/** The paths of all files of a folder. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Hashes files on so many threads. */
export function threadHasher(size: number): Hasher<string> {
  return new Hasher({ size, startWorker: workerOf('hash-worker.ts'), messageFor: (paths) => Hash.paths({ paths }) });
}
