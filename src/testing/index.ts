export { type BrokerMarbleHelpers, brokerMarbles } from './broker-marbles';
export { BrokerTestProbe, type MessageMatcher } from './broker-test-probe';
export type { MarbleExpectation } from './marble-scheduler';
export { type SentEvent } from './probe-notes';
