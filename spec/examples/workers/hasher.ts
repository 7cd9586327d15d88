import { InMemoryMessageBroker, type MessageOf } from 'rx-broker';
import { type WorkerLike, type WorkerPool, spawnPool } from 'rx-broker/transports/message-port';
import { type Observable, bufferCount, concatAll, from, mergeMap } from 'rxjs';
import { type FileHash, type Hash, type HashInPage, hash } from './hash';

/** Files for one message: a message costs as much as a small file. (58,000 files of 10 kB on two threads: 1,270 ms with 64, 890 with 256.) */
const FILES_AT_ONCE = 256;
/** Messages that a worker has at once: while it hashes the files of one, it has the next one already. */
const MESSAGES_AT_ONCE = 2;

export interface HasherOptions<Source> {
  readonly size: number;
  readonly startWorker: () => WorkerLike;
  /** Makes the message for some files. */
  readonly messageFor: (some: readonly Source[]) => MessageOf<typeof Hash> | MessageOf<typeof HashInPage>;
}

/** Hashes files in a pool of workers: threads of Node, or workers of a page. */
export class Hasher<Source> {
  readonly broker: InMemoryMessageBroker = new InMemoryMessageBroker();
  readonly pool: WorkerPool;
  readonly #options: HasherOptions<Source>;

  constructor(options: HasherOptions<Source>) {
    this.#options = options;
    this.pool = spawnPool(this.broker, hash, options.startWorker, { size: options.size, concurrency: MESSAGES_AT_ONCE });
  }

  /** The hashes, as they come. Unsubscribing stops the workers at their next file. */
  hash(files: readonly Source[]): Observable<FileHash> {
    const { messageFor, size } = this.#options;
    const ask = (some: readonly Source[]): Observable<readonly FileHash[]> => this.broker.send(hash, messageFor(some), { timeout: Infinity });
    // One more than the workers have, so that none waits for the next one.
    return from(files).pipe(bufferCount(FILES_AT_ONCE), mergeMap(ask, size * MESSAGES_AT_ONCE + 1), concatAll());
  }

  async close(): Promise<void> {
    await this.broker.close({ drain: false });
  }
}
