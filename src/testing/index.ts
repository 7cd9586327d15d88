export { type BrokerMarbleHelpers, brokerMarbles } from './broker-marbles';
export { BrokerTestProbe, type MessageMatcher, type SentEvent } from './broker-test-probe';
export type { MarbleExpectation } from './marble-scheduler';
