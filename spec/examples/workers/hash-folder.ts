import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Hash } from './hash';
import { Hasher } from './hasher';
import { workerOf } from './start-worker';

/** The paths of all files of a folder. Links are not followed: they lead in circles. `unread` is told of each folder that cannot be read. */
export async function filesOf(folder: string, unread: (folder: string, why: string) => void = () => {}): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    unread(folder, String(error));
    return [];
  });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
  for (const entry of entries) if (entry.isDirectory()) files.push(...(await filesOf(join(folder, entry.name), unread)));
  return files;
}

/** Hashes files on so many threads. */
export function threadHasher(size: number): Hasher<string> {
  return new Hasher({ size, startWorker: workerOf('hash-worker.ts'), messageFor: (paths) => Hash.paths({ paths }) });
}
