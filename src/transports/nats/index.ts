export type { Batch, Transport, TransportListener } from '../../distributed/transport';
export type { NatsTransportOptions } from './nats-options';
export { natsTransport } from './nats-transport';
