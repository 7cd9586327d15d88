import type { InMemoryMessageBroker } from 'rx-broker';
import { asapScheduler, asyncScheduler } from 'rxjs';
import { describe } from 'vitest';
import { FAR, fromAfar } from './broker/far-nodes';
import { inMemory } from './broker/in-memory-nodes';
import { messageBrokerLaws } from './message-broker-laws';

function observed(broker: InMemoryMessageBroker): InMemoryMessageBroker {
  broker.events$.subscribe();
  return broker;
}

describe('a broker', () => {
  messageBrokerLaws('in memory', inMemory());
  messageBrokerLaws('observed', inMemory({}, observed));
  messageBrokerLaws('in real time', inMemory({ scheduler: asyncScheduler }), { virtualTime: false });
  messageBrokerLaws('with a dispatcher', inMemory({ dispatcher: asapScheduler }), { synchronous: false });
  // A broker that is made by a promise, and whose actors are reached over a wire.
  messageBrokerLaws('from afar', async (options) => Promise.resolve(fromAfar(options)), FAR);
});
