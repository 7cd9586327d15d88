import { SPAWN } from '../../broker/registrar';
import type { PickTransfer } from '../../distributed/transport';
import { type Checks, checkDuration, checkFunction, checkOptions, checkPositiveInteger, checkTimeout, isObject, refuse, resolveOptions } from '../../failure/check';
import type { SpawnOptions } from '../../message/registration';
import { MESSAGE_PORT, type MessagePortOptions } from './message-port-options';
import type { PoolWorkerInfo } from './pool-worker-info';

/** How often the workers of a pool are started again. */
export interface RestartOptions {
  /** The most restarts of the pool within that time. Default 3. */
  readonly max?: number;
  /** Milliseconds. Default 10,000. */
  readonly within?: number;
}

/** Options of `spawnPool`: those of `spawn`, and how many workers there are. */
export interface PoolOptions extends SpawnOptions {
  /** How many workers there are. */
  readonly size: number;
  /** The most messages that one worker handles at once. Default 1. */
  readonly concurrency?: number;
  /**
   * How often a worker that has ended is started again. If there were as many restarts already, a worker that ends is not replaced, and the
   * pool ends with its last worker. Default `{ max: 3, within: 10_000 }`; `false` for never.
   */
  readonly restart?: RestartOptions | false;
  /**
   * Milliseconds. A worker whose thread is busy for three times as long counts as hung, and is terminated. `Infinity` for never. Default 2,000.
   */
  readonly heartbeat?: number;
  /**
   * Milliseconds: a worker that does not serve within this time of its start is terminated, and counts as one that has ended. `Infinity` for no
   * limit. Default 30,000.
   */
  readonly startTimeout?: number;
  /**
   * Is told why a worker has ended that the pool did not end: it crashed, exited, hung, or did not start. The failures of what it was handling
   * have this error as their `cause`. Default: a warning on the console.
   */
  readonly onWorkerLost?: (error: Error, worker: PoolWorkerInfo) => void;
  /** Picks the objects of a message that move to the worker instead of being copied. */
  readonly transfer?: PickTransfer;
}

/** The options of a pool with every default filled in, and those of its mailbox and its registration. */
export interface PoolSettings {
  readonly size: number;
  readonly concurrency: number;
  readonly restart: Required<RestartOptions> | false;
  readonly startTimeout: number;
  readonly onWorkerLost: ((error: Error, worker: PoolWorkerInfo) => void) | undefined;
  readonly port: MessagePortOptions;
  readonly spawn: SpawnOptions;
}

const RESTART: Checks<RestartOptions> = { max: checkPositiveInteger, within: checkDuration };

const POOL: Checks<PoolOptions> = {
  size: checkPositiveInteger,
  ...SPAWN,
  ...MESSAGE_PORT,
  concurrency: checkPositiveInteger,
  restart: (value, name) => {
    if (value !== false && !isObject(value)) refuse(`${name} must be { max, within } or false`, value);
  },
  startTimeout: checkTimeout,
  onWorkerLost: checkFunction,
};

/** @throws {TypeError | RangeError} for a bad option. */
export function resolvePool(options: PoolOptions): PoolSettings {
  if (!isObject(options)) refuse('options must be an object with a size', options);
  checkOptions(options, POOL);
  const { size, concurrency = 1, restart = {}, startTimeout = 30_000, onWorkerLost, heartbeat, transfer, ...spawn } = options;
  checkPositiveInteger(size, 'size');
  return {
    size,
    concurrency,
    restart: restart === false ? false : resolveOptions<Required<RestartOptions>>(restart, RESTART, { max: 3, within: 10_000 }, 'restart.'),
    startTimeout,
    onWorkerLost,
    port: { ...(heartbeat !== undefined && { heartbeat }), ...(transfer !== undefined && { transfer }) },
    spawn,
  };
}
