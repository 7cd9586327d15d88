import { checkActorId, checkFunction } from '../../failure/check';
import type { ActorId } from '../../message/actor-id';
import type { MessageBroker } from '../../message/message-broker';
import { Pool } from './pool';
import { type PoolOptions, resolvePool } from './pool-options';
import type { WorkerLike } from './pool-worker';
import type { WorkerPool } from './worker-pool';

/**
 * Registers an actor whose messages several workers handle. It is one actor to everybody: one id, and one mailbox, whose capacity, overflow and
 * priorities count for the pool; a broadcast has one result of it. A message goes to the worker that has the fewest, `concurrency` at a time;
 * the others wait in the mailbox. In the worker, `serveActor` has the handlers.
 *
 * Replies, streams, errors (as `RemoteError`), headers and cancellation cross. If a worker crashes, hangs or does not start, what it was handling
 * fails with `NodeUnavailable` and `started: 'unknown'`, and another one is started in its place. When no worker is left the pool ends, and its
 * actor with it.
 *
 * ```ts
 * const pool = spawnPool(broker, actorId(Hash), () => new Worker(new URL('./hash.worker.js', import.meta.url)), { size: 4 });
 * broker.send(actorId(Hash), Hash.file({ path })).subscribe(console.log);
 * await pool.close();
 * ```
 *
 * @throws {TypeError | RangeError} for a bad argument or option, and the errors that `start` throws.
 * @throws {BrokerError} `AlreadyRegistered` if the id is taken.
 */
export function spawnPool<Msg>(broker: MessageBroker, id: ActorId<Msg>, start: () => WorkerLike, options: PoolOptions): WorkerPool {
  checkActorId(id);
  checkFunction(start, 'start');
  return new Pool(broker, id, start, resolvePool(options));
}
