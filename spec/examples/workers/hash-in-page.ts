import { HashInPage } from './hash';
import { Hasher } from './hasher';

/** Hashes the files that a user has picked, in so many workers of the page. */
export function pageHasher(size: number): Hasher<File> {
  const startWorker = (): Worker => new Worker(new URL('./hash-web-worker.ts', import.meta.url), { type: 'module' });
  return new Hasher({ size, startWorker, messageFor: (files) => HashInPage.files({ files }) });
}
