export { type BrokerMarbleHelpers, type MarbleExpectation, brokerMarbles } from './broker-marbles';
export { BrokerTestProbe, type MessageMatcher, type SentEvent } from './broker-test-probe';
