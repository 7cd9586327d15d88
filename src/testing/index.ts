/**
 * Marble tests with a broker in virtual time, a probe that records what a broker sends, and a network in one process for distributed brokers.
 * It imports no test runner.
 *
 * @module rx-broker/testing
 */
export { type BrokerMarbleHelpers, brokerMarbles } from './broker-marbles';
export { BrokerTestProbe, type MessageMatcher } from './broker-test-probe';
export { type Batch, type Transport, type TransportListener } from '../distributed/transport';
export { type NetworkCounts } from './network/wire';
export { type NetworkFaults } from './network/network-faults';
export { type Network, type NetworkOptions, createNetwork } from './network/network';
export type { Equality, MarbleExpectation } from './marble-scheduler';
export { type SentEvent } from './probe-notes';
