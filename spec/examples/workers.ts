/**
 * Hashes every file of a folder on all cores, and then on one thread, and says how much faster that was.
 *
 *     npm run example:workers                     this project's node_modules
 *     npm run example:workers -- some/folder      any folder
 *     npm run example:workers -- --workers 4      so many threads (default: one for each core)
 *
 * Ctrl-C stops the workers at their next file; what was hashed by then is reported. Exit codes: 0 done, 2 bad arguments, 130 stopped.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { filter, firstValueFrom, fromEvent, lastValueFrom, takeUntil, tap, toArray } from 'rxjs';
import { filesOf, threadHasher } from './workers/hash-folder';
import type { FileHash } from './workers/hash';
import { hashFiles } from './workers/hash-files';

interface Given {
  readonly folder: string;
  readonly workers: number;
}

/** @throws {Error} for bad arguments. */
function argumentsOf(args: string[]): Given {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { workers: { type: 'string' } } });
  const workers = values.workers === undefined ? availableParallelism() : Number(values.workers);
  if (!Number.isInteger(workers) || workers < 1) throw new Error(`--workers must be an integer of at least 1, got ${values.workers ?? ''}`);
  if (positionals.length > 1) throw new Error(`one folder at a time, got ${positionals.length}`);
  return { folder: positionals[0] ?? 'node_modules', workers };
}

/** Runs some work, and tells how long it took in milliseconds. */
async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startedAt };
}

const bytesOf = (hashes: readonly FileHash[]): number => hashes.reduce((sum, { bytes }) => sum + bytes, 0);

async function main(): Promise<number> {
  let given: Given;
  let files: string[];
  try {
    given = argumentsOf(process.argv.slice(2));
    files = await filesOf(given.folder);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  const { folder, workers } = given;
  process.stderr.write(`reading ${files.length} files once, so that both ways find them in memory …\n`);
  for (const file of files) await readFile(file);
  const hasher = threadHasher(workers);
  const everyWorker = hasher.pool.workers$.pipe(filter((all) => all.length > 0 && all.every(({ state }) => state === 'ready')));
  // The start of a thread takes as long as a few hundred small files.
  await firstValueFrom(everyWorker);

  let stopped = false;
  const stop = fromEvent(process, 'SIGINT').pipe(tap(() => (stopped = true)));
  const hashes = hasher.hash(files).pipe(takeUntil(stop));
  const showProgress = tap<FileHash>({
    next: (() => {
      let count = 0;
      return () => {
        if (++count % 1_000 === 0) process.stderr.write(`\r${count} of ${files.length}`);
      };
    })(),
    complete: () => process.stderr.write('\r'),
  });
  const { result, ms } = await timed(() => lastValueFrom(hashes.pipe(showProgress, toArray())));
  console.log(`${result.length} files of ${folder}, ${(bytesOf(result) / 1e6).toFixed(1)} MB, on ${workers} ${workers === 1 ? 'thread' : 'threads'}: ${ms.toFixed(0)} ms`);
  await hasher.close();
  if (stopped) return 130;

  const alone = await timed(() => hashFiles(files, new AbortController().signal));
  console.log(`on one thread: ${alone.ms.toFixed(0)} ms, ${(alone.ms / ms).toFixed(2)} times as long`);
  return 0;
}

process.exitCode = await main();
