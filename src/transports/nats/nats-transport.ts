import { type NatsConnection, nuid } from '@nats-io/nats-core';
import type { Transport } from '../../distributed/transport';
import { hasMethod, isObject, refuse } from '../../failure/check';
import { NatsNode } from './nats-node';
import { type NatsTransportOptions, natsSettings } from './nats-options';
import { openBucket } from './open-bucket';

/** How long a connection may take before a missing WebSocket is taken for the cause, in milliseconds. */
const PATIENCE = 5000;

/**
 * Makes the transport of a node over NATS, on a connection of your own: that of `@nats-io/transport-node`, or of `wsconnect` in a browser.
 *
 * The server must be 2.11 or newer and have JetStream. Batches go from inbox to inbox, by subjects of the namespace. The claims of actors and the leases
 * of nodes are kept in a key-value bucket with the name of the namespace. The transport does not close the connection. If the connection is
 * closed, or the lease cannot be renewed in time, the node is fenced: it handles no further batch, and joins again only as a new transport.
 *
 * Connect with `maxReconnectAttempts: -1`, so that the client does not give up; with `reconnectTimeWait` of at most 1,000 ms, since a node whose inbox
 * has had no subscriber for 3 seconds counts as gone; and with `noAsyncTraces: true`, which makes requests twice as fast.
 *
 * Permissions: a client needs to subscribe to `<namespace>.>` (with `inboxPrefix: '<namespace>.reply'`), and to publish to `<namespace>.>`,
 * `$KV.<namespace>.>`, `$JS.API.INFO`, `$JS.API.STREAM.INFO.KV_<namespace>`, `$JS.API.STREAM.MSG.GET.KV_<namespace>` and
 * `$JS.API.DIRECT.GET.KV_<namespace>`. With no more than these it can neither read nor write another namespace. The first node also needs
 * `$JS.API.STREAM.CREATE.KV_<namespace>`, unless the bucket is there; who may create a stream can make it copy other subjects, so let an
 * administrator start once.
 *
 * ```ts
 * import { connect } from '@nats-io/transport-node';
 * import { DistributedMessageBroker } from 'rx-broker/distributed';
 * import { natsTransport } from 'rx-broker/transports/nats';
 *
 * const connection = await connect({ servers: 'nats://localhost', maxReconnectAttempts: -1, reconnectTimeWait: 250, noAsyncTraces: true });
 * const broker = new DistributedMessageBroker(await natsTransport(connection, { namespace: 'shop' }));
 * await broker.ready;
 * ```
 *
 * @param connection A connection, or the promise of one. Give it the promise of `wsconnect`: without a global `WebSocket` (in Node 20) `wsconnect`
 * waits for ever, and `natsTransport` says so.
 * @throws {TypeError} for an unknown option, or what is no connection.
 * @throws {RangeError} for an option that is out of its range.
 * @throws {Error} if the server is too old, has no JetStream, or refuses the bucket. The text says which. (All of them by the promise.)
 */
export async function natsTransport(connection: NatsConnection | PromiseLike<NatsConnection>, options?: NatsTransportOptions): Promise<Transport> {
  const open = await opened(connection);
  if (!hasMethod(open, 'publish') || !hasMethod(open, 'status')) refuse('connection must be a NatsConnection, or the promise of one', open);
  const { info } = open;
  if (info === undefined) throw new Error('the NATS connection is closed, or not connected at the moment');
  const settings = natsSettings(options, info.cluster !== undefined);
  await openBucket(open, settings, options?.replicas);
  return new NatsNode(open, info.max_payload, settings, `${settings.name}-${nuid.next()}`);
}

/** @throws {Error} if the connection does not open, and the runtime has no WebSocket. */
async function opened(connection: NatsConnection | PromiseLike<NatsConnection>): Promise<NatsConnection> {
  if (!isObject(connection) || !hasMethod(connection, 'then') || 'WebSocket' in globalThis) return connection;
  return new Promise((resolve, reject) => {
    const explain = (): void => reject(new Error(`the NATS connection did not open within ${PATIENCE} ms: wsconnect needs a global WebSocket, and this runtime has none (Node has one from 22)`));
    const timer = setTimeout(explain, PATIENCE);
    void Promise.resolve(connection).then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
