/**
 * Marble tests with a broker in virtual time, and a probe of what was sent. Imports no test runner.
 *
 * @module rx-broker/testing
 */
export { type BrokerMarbleHelpers, type MarbleExpectation, brokerMarbles } from './broker-marbles';
export { BrokerTestProbe, type MessageMatcher, type SentEvent } from './broker-test-probe';
