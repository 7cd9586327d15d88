import type { Observable } from 'rxjs';
import type { CloseOptions } from '../../message/closeable';
import type { PoolWorkerInfo } from './pool-worker-info';

/** A pool of workers behind one actor. */
export interface WorkerPool {
  /** How many workers there should be. */
  readonly size: number;
  /** The workers: those of now first, then those after each change. Completes when the pool has ended. */
  readonly workers$: Observable<readonly PoolWorkerInfo[]>;
  /**
   * Changes how many workers there are. New ones are started; those that are too many end when they have handled what they are handling.
   * After the pool has ended it does nothing.
   *
   * @throws {RangeError} unless `size` is an integer of at least 1, and the errors that `start` throws: `size` is then what the pool has.
   */
  resize(size: number): void;
  /**
   * Ends the pool and its workers. With `drain` (the default) newcomers are refused, and what is queued is handled first, for at most `timeout`
   * milliseconds (5,000). Resolves when all workers have been terminated.
   */
  close(options?: CloseOptions): Promise<void>;
}
