/**
 * A broker whose actors are on several nodes, and the interface of the transports that connect them.
 *
 * @module rx-broker/distributed
 */
export { type Authorize, type IncomingFrame } from './authorize';
export { ClaimRefused } from './claim-refused';
export { type ClusterMetrics } from './cluster-metrics';
export { type Codec, type Encoded } from './codec/codec';
export { jsonOrDevalue } from './codec/json-or-devalue';
export { type PackedFrame, type Packing } from './codec/packing';
export { type MessagePacker, msgpackrCodec } from './codec/msgpackr';
export { structuredCodec } from './codec/structured-clone';
export { DistributedMessageBroker, type DistributedMessageBrokerConstructor } from './distributed-message-broker';
export { type ClusterOptions, type DistributedOptions } from './distributed-options';
export { RemoteError } from './link/remote-error';
export { type Batch, type NodeInfo, type PickTransfer, type Transport, type TransportListener } from './transport';
