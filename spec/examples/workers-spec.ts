import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
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

  it('goes on after a file that cannot be read', async () => {
    const paths = [`${folder}/index.ts`, `${folder}/gone.ts`];
    const [read, gone] = await lastValueFrom(hasher().hash(paths).pipe(toArray()));
    expect([read?.path, read?.error, gone?.path]).toEqual([paths[0], undefined, paths[1]]);
    expect(gone?.error).toMatch(/ENOENT/);
  });

  it('stops its workers when it is left', async () => {
    const made = hasher();
    const files = await filesOf(folder);
    expect(await lastValueFrom(made.hash(files).pipe(take(1), toArray()))).toHaveLength(1);
    expect(made.broker.metrics()).toMatchObject({ openRequests: 0, pending: 0 });
  });
});

describe('npm run example:workers', () => {
  const run = (...args: string[]): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, ['--import', 'tsx', 'spec/examples/workers.ts', ...args], { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8' });

  it('reports both ways', () => {
    const { status, stdout } = run('spec/examples/workers', '--workers', '2');
    expect(stdout).toMatch(/^\d+ files of spec\/examples\/workers, 0.0 MB, on 2 threads: \d+ ms\non one thread: \d+ ms, \d+\.\d\d times as long\n$/);
    expect(status).toBe(0);
  });

  it.each([
    [['--workers', '0'], "--workers must be a whole number from 1 to 256, got '0'"],
    [['spec/examples/nowhere'], "there is no folder 'spec/examples/nowhere'"],
  ])('refuses %j', (args, text) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });
});
