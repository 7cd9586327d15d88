import { InMemoryMessageBroker } from 'rx-broker';
import { boundedConcatMap } from 'rx-broker/operators';
import { BrokerTestProbe } from 'rx-broker/testing';

console.log(JSON.stringify('nothing of it is used'));
