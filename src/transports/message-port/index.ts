/**
 * Transports over message ports: workers, `worker_threads`, iframes, message channels.
 *
 * @module rx-broker/transports/message-port
 */
export { type Batch, type PickTransfer, type Transport, type TransportListener } from '../../distributed/transport';
export { type HubTransport, hubTransport } from './hub-transport';
export { type MessagePortLike } from './message-port-like';
export { type MessagePortOptions } from './message-port-options';
export { messagePortTransport } from './message-port-transport';
export { type PoolOptions, type RestartOptions } from './pool-options';
export { type WorkerLike } from './pool-worker';
export { type PoolWorkerInfo } from './pool-worker-info';
export { type ServeOptions, serveActor } from './serve-actor';
export { spawnPool } from './spawn-pool';
export { type WorkerPool } from './worker-pool';
