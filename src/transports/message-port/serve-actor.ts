import { DistributedMessageBroker } from '../../distributed/distributed-message-broker';
import type { PickTransfer } from '../../distributed/transport';
import { type Checks, check, checkFunction, checkOptions } from '../../failure/check';
import { consumerOf } from '../../mailbox/consumer';
import { actorId } from '../../message/actor-id';
import type { HandlersOf } from '../../message/message-broker';
import { type AnyProtocol, isProtocol } from '../../message/protocol';
import type { LevelLogger } from '../../observability/logger';
import { type MessagePortLike, checkPort, listenTo, ownersPort } from './message-port-like';
import { messagePortTransport } from './message-port-transport';
import { readServeMessage } from './serve-message';

/** Options of `serveActor`. */
export interface ServeOptions {
  /** The port to the owner of this worker. Default: `parentPort` of Node from 20.16 on, or the global object of a worker of a browser. */
  readonly port?: MessagePortLike;
  /** Picks the objects of a reply that move to the owner instead of being copied. */
  readonly transfer?: PickTransfer;
}

/** Writes the errors of handlers only. It drops warnings, such as that the pool has ended this worker. */
const QUIET: LevelLogger = {
  warn: () => undefined,
  error: (text, ...details) => console.error(text, ...details),
};

/** The ports that have an actor to serve. A second one on a port would be given messages of the first. */
const served = new WeakSet<MessagePortLike>();

const CHECKS: Checks<ServeOptions> = { port: checkPort, transfer: checkFunction };

/**
 * Serves a pool from inside of a worker: it handles the messages that `spawnPool` gives to this worker, one typed handler for each message of the
 * protocol. Handlers answer, stream and fail as those of `spawn` do; `context.signal` aborts when the caller has left. A message that has a schema
 * is checked here.
 *
 * It takes its port from the first message, which the pool sends. Other messages to the worker are not touched. A worker serves one protocol, so
 * call it once.
 *
 * ```ts
 * // hash.worker.ts
 * serveActor(Hash, { file: async ({ path }) => createHash('sha256').update(await readFile(path)).digest('hex') });
 * ```
 *
 * @throws {TypeError} for a bad protocol or handler, or outside of a worker.
 * @throws {Error} if it was called in this worker before.
 */
export function serveActor<P extends AnyProtocol<P> & object>(protocol: P, handlers: HandlersOf<P>, options: ServeOptions = {}): void {
  checkOptions(options, CHECKS);
  check(isProtocol(protocol), 'a protocol must be made by protocol()', protocol);
  const { handler } = consumerOf(protocol, handlers ?? null);
  const { port = ownersPort(), transfer } = options;
  check(port !== undefined, 'serveActor must be called in a worker, or be given its port', port);
  if (served.has(port)) throw new Error('serveActor was called in this worker already: a worker serves one protocol, which has all its messages');
  served.add(port);
  const stop = listenTo(port, {
    message: (given) => {
      const order = readServeMessage(given);
      if (order === undefined) return;
      stop();
      // The pool watches whether this worker lives. The worker need not watch the pool, since it ends with its owner.
      const transport = messagePortTransport(order.port, { heartbeat: Infinity, ...(transfer !== undefined && { transfer }) });
      const broker = new DistributedMessageBroker(transport, { logDeadLetters: false, logger: QUIET });
      broker.spawn(actorId(order.id), handler, { capacity: Infinity, concurrency: order.concurrency });
    },
    unreadable: () => undefined,
    closed: () => undefined,
  });
}
