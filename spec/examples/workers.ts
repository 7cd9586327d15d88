/**
 * Hashes every file of a folder on all cores, and then on one thread, and says how much faster that was.
 *
 *     npm run example:workers                     this project's node_modules
 *     npm run example:workers -- some/folder      any folder
 *     npm run example:workers -- --workers 4      so many threads (default: one for each core)
 *
 * Ctrl-C stops the workers at their next file; what was hashed by then is reported.
 */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type MonoTypeOperatorFunction, filter, firstValueFrom, fromEvent, lastValueFrom, takeUntil, tap, toArray } from 'rxjs';
import { runProgram } from './terminal/program';
import { filesOf, threadHasher } from './workers/hash-folder';
import type { FileHash } from './workers/hash';
import { hashFiles } from './workers/hash-files';
import type { Hasher } from './workers/hasher';

const USAGE = `usage: npm run example:workers -- [folder] [--workers N]

Hashes every file of a folder (default: node_modules) on several threads, and then on one, and says how much faster that was.

  --workers N   how many threads, 1 to 256 (default: one for each core)
  --help        this text

exit codes: 0 done, 1 something broke, 2 bad arguments or no such folder, 130 stopped by Ctrl-C (what was hashed by then is reported)`;

interface Given {
  readonly folder: string;
  readonly workers: number;
  readonly isHelp: boolean;
}

/** @throws {Error} that says which argument is wrong. */
function readCommandLine(args: string[]): Given {
  const options = { workers: { type: 'string', default: String(availableParallelism()) }, help: { type: 'boolean', short: 'h', default: false } } as const;
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const workers = values.workers.trim() === '' ? NaN : Number(values.workers);
  const [folder = 'node_modules', ...more] = positionals;
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= 256)) throw new Error(`--workers must be a whole number from 1 to 256, got '${values.workers}'`);
  if (more.length > 0) throw new Error(`one folder at a time, got ${positionals.length}: ${positionals.join(', ')}`);
  if (!values.help && statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw new Error(`there is no folder '${folder}'`);
  return { folder, workers, isHelp: values.help };
}

/** Runs some work, and tells how long it took in milliseconds. */
async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startedAt };
}

/** Resolves when every worker serves: the start of a thread takes as long as a few hundred small files. */
async function areReady({ pool }: Hasher<string>): Promise<void> {
  const everyWorker = pool.workers$.pipe(filter((all) => all.length > 0 && all.every(({ state }) => state === 'ready')));
  if ((await firstValueFrom(everyWorker, { defaultValue: undefined })) === undefined) throw new Error('the workers could not be started');
}

function showProgress(total: number): MonoTypeOperatorFunction<FileHash> {
  let count = 0;
  return tap({
    next: () => {
      if (++count % 1_000 === 0) process.stderr.write(`\r${count} of ${total}`);
    },
    complete: () => process.stderr.write('\r'),
  });
}

function report(hashes: readonly FileHash[], { folder, workers }: Given, ms: number): void {
  const bytes = hashes.reduce((sum, hash) => sum + hash.bytes, 0);
  console.log(`${hashes.length} files of ${folder}, ${(bytes / 1e6).toFixed(1)} MB, on ${workers} ${workers === 1 ? 'thread' : 'threads'}: ${ms.toFixed(0)} ms`);
  const unread = hashes.filter(({ error }) => error !== undefined);
  if (unread.length > 0) console.log(`${unread.length} of them could not be read, first ${unread[0]?.path}: ${unread[0]?.error}`);
}

async function main(given: Given): Promise<number> {
  const { folder, workers } = given;
  const files = await filesOf(folder, (path, why) => process.stderr.write(`the folder ${path} is passed over: ${why}\n`));
  if (files.length === 0) {
    console.log(`there are no files in ${folder}`);
    return 0;
  }
  process.stderr.write(`reading ${files.length} files once, so that both ways find them in memory …\n`);
  for (const file of files) await readFile(file).catch(() => undefined);

  const hasher = threadHasher(workers);
  let isStopped = false;
  const stop$ = fromEvent(process, 'SIGINT').pipe(tap(() => (isStopped = true)));
  let ms: number;
  try {
    await areReady(hasher);
    const hashes$ = hasher.hash(files).pipe(takeUntil(stop$));
    const hashed = await timed(() => lastValueFrom(hashes$.pipe(showProgress(files.length), toArray())));
    ({ ms } = hashed);
    report(hashed.result, given, ms);
  } finally {
    await hasher.close();
  }
  if (isStopped) return 130;

  const alone = await timed(() => hashFiles(files, new AbortController().signal));
  console.log(`on one thread: ${alone.ms.toFixed(0)} ms, ${(alone.ms / ms).toFixed(2)} times as long`);
  return 0;
}

await runProgram({ name: 'workers', usage: USAGE, read: readCommandLine, main });
