import { type ConnectionOptions, type NatsConnection, connect } from '@nats-io/transport-node';
import { type NatsTransportOptions, type Transport, type TransportListener, natsTransport } from 'rx-broker/transports/nats';
import { EventLog } from './event-log';

/** What a transport told its listener. */
export type Told =
  | { readonly kind: 'batch'; readonly from: string; readonly batch: unknown }
  | { readonly kind: 'up' | 'down'; readonly node: string }
  | { readonly kind: 'connected'; readonly isUp: boolean }
  | { readonly kind: 'fenced' };

/** Writes down what a transport tells. */
export class Recorder implements TransportListener {
  readonly log: EventLog<Told> = new EventLog();

  batch(from: string, batch: unknown): void {
    this.log.add({ kind: 'batch', from, batch });
  }

  up(node: string): void {
    this.log.add({ kind: 'up', node });
  }

  down(node: string): void {
    this.log.add({ kind: 'down', node });
  }

  connected(isUp: boolean): void {
    this.log.add({ kind: 'connected', isUp });
  }

  fenced(): void {
    this.log.add({ kind: 'fenced' });
  }

  get batches(): readonly unknown[] {
    return this.log.all.flatMap((told) => (told.kind === 'batch' ? [told.batch] : []));
  }

  /** Resolves when it was told that the node is up, or down. */
  whenTold(kind: 'up' | 'down', node: string): Promise<Told> {
    return this.log.first((told) => told.kind === kind && told.node === node);
  }

  whenFenced(): Promise<Told> {
    return this.log.first(({ kind }) => kind === 'fenced');
  }

  whenConnected(isUp: boolean, from = 0): Promise<Told> {
    return this.log.first((told) => told.kind === 'connected' && told.isUp === isUp, from);
  }
}

/** A node in this process. */
export interface TestNode {
  readonly connection: NatsConnection;
  readonly transport: Transport;
  readonly told: Recorder;
  readonly id: string;
}

/** Never gives up, and is back soon. */
export const patient: ConnectionOptions = { maxReconnectAttempts: -1, reconnectTimeWait: 100, reconnectJitter: 0, noAsyncTraces: true, timeout: 2000 };

/** Nodes in this process, which `close` ends. */
export class NatsNodes {
  readonly #connections: NatsConnection[] = [];
  readonly #transports: Transport[] = [];

  async connect(options: ConnectionOptions): Promise<NatsConnection> {
    const connection = await connect({ ...patient, ...options });
    this.#connections.push(connection);
    return connection;
  }

  /** A node that has joined. */
  async join(servers: string | string[], options: NatsTransportOptions = {}, connectionOptions: ConnectionOptions = {}): Promise<TestNode> {
    const connection = await this.connect({ servers, ...connectionOptions });
    const transport = await natsTransport(connection, options);
    const told = new Recorder();
    await transport.start(told);
    this.#transports.push(transport);
    return { connection, transport, told, id: transport.nodeId };
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.splice(0).map((transport) => transport.close()));
    await Promise.all(this.#connections.splice(0).map((connection) => connection.close()));
  }
}
