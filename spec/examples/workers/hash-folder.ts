import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InMemoryMessageBroker, actorId } from 'rx-broker';
import { type WorkerPool, spawnPool } from 'rx-broker/transports/message-port';
import { type Observable, bufferCount, concatAll, from, mergeMap } from 'rxjs';
import { type FileHash, Hash } from './hash';
import { workerOf } from './start-worker';

/** Files for one message: a message for each file would cost more than a small file. */
const FILES_AT_ONCE = 64;

export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Hashes files on several threads. */
export class Hasher {
  readonly broker: InMemoryMessageBroker = new InMemoryMessageBroker();
  readonly pool: WorkerPool;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
    this.pool = spawnPool(this.broker, actorId(Hash), workerOf('hash-worker.ts'), { size });
  }

  /** The hashes, as they come. Unsubscribing stops the workers at their next file. */
  hash(paths: readonly string[]): Observable<FileHash> {
    // As many messages as there are workers, and one more each, so that none waits for the next one.
    const ask = (some: readonly string[]): Observable<readonly FileHash[]> => this.broker.send(actorId(Hash), Hash.files({ paths: some }), { timeout: Infinity });
    return from(paths).pipe(bufferCount(FILES_AT_ONCE), mergeMap(ask, 2 * this.#size), concatAll());
  }

  async close(): Promise<void> {
    await this.broker.close({ drain: false });
  }
}
