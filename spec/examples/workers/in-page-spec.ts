import { lastValueFrom, take, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { pageHasher } from './hash-in-page';

type PageHasher = ReturnType<typeof pageHasher>;

const hashers: PageHasher[] = [];
const hasher = (): PageHasher => {
  const made = pageHasher(2);
  hashers.push(made);
  return made;
};

/** Files of many sizes, with numbers in them. */
const files = Array.from({ length: 300 }, (_, n) => new File([`${n} `.repeat(n * 7)], `file-${n}.txt`));

afterEach(async () => {
  for (const made of hashers.splice(0)) await made.close();
});

describe('the example of workers, in a page', () => {
  it('hashes the files that were picked', async () => {
    const hashes = await lastValueFrom(hasher().hash(files).pipe(toArray()));
    expect(hashes.map(({ path, bytes }) => [path, bytes]).sort()).toEqual(files.map(({ name, size }) => [name, size]).sort());
    // The hashes of an empty text, and of '1 1 1 1 1 1 1 '.
    const hashOf = (name: string): string | undefined => hashes.find(({ path }) => path === name)?.sha256;
    expect(hashOf('file-0.txt')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hashOf('file-1.txt')).toBe('7e0009313352703156ff0cbf312cd2da1945a4608ed3e6a24bf31fae67b43128');
    expect(new Set(hashes.map(({ sha256 }) => sha256)).size).toBe(files.length);
  });

  it('stops its workers when it is left', async () => {
    const made = hasher();
    expect(await lastValueFrom(made.hash(files).pipe(take(1), toArray()))).toHaveLength(1);
    expect(made.broker.metrics()).toMatchObject({ openRequests: 0, pending: 0 });
  });
});
