import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, take, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { filesOf, threadHasher } from './workers/hash-folder';
import type { Hasher } from './workers/hasher';

const folder = fileURLToPath(new URL('../../src', import.meta.url));
const hashers: Hasher<string>[] = [];
const hasher = (): Hasher<string> => {
  const made = threadHasher(2);
  hashers.push(made);
  return made;
};

afterEach(async () => {
  for (const made of hashers.splice(0)) await made.close();
});

describe('the example of workers', () => {
  it('hashes every file of a folder', async () => {
    const files = await filesOf(folder);
    const hashes = await lastValueFrom(hasher().hash(files).pipe(toArray()));
    const expected = files.map((path) => ({ path, bytes: readFileSync(path).length, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') }));
    expect(hashes.sort((a, b) => a.path.localeCompare(b.path))).toEqual(expected.sort((a, b) => a.path.localeCompare(b.path)));
  });

  it('stops its workers when it is left', async () => {
    const made = hasher();
    const files = await filesOf(folder);
    expect(await lastValueFrom(made.hash(files).pipe(take(1), toArray()))).toHaveLength(1);
    expect(made.broker.metrics()).toMatchObject({ openRequests: 0, pending: 0 });
  });
});
