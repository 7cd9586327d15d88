/**
 * Marble tests with a broker in virtual time, and a probe that records what a broker sends. It imports no test runner.
 *
 * @module rx-broker/testing
 */
export { type BrokerMarbleHelpers, brokerMarbles } from './broker-marbles';
export { BrokerTestProbe, type MessageMatcher } from './broker-test-probe';
export type { Equality, MarbleExpectation } from './marble-scheduler';
export { type SentEvent } from './probe-notes';
