export { type BrokerMarbleHelpers, type MarbleExpectation, brokerMarbles } from './broker-marbles';
export { BrokerTestProbe, type MessageMatcher } from './broker-test-probe';
export { type SentEvent } from './probe-notes';
