import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type FileHash, unreadFile } from './hash';

/** Hashes files, one after the other. It stops at the next file when `signal` aborts, and lets the event loop go on between two files. */
export async function hashFiles(paths: readonly string[], signal: AbortSignal): Promise<FileHash[]> {
  const hashes: FileHash[] = [];
  for (const path of paths) {
    if (signal.aborted) break;
    hashes.push(hashFile(path));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return hashes;
}

function hashFile(path: string): FileHash {
  try {
    const content = readFileSync(path);
    return { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  } catch (error) {
    return unreadFile(path, error);
  }
}
