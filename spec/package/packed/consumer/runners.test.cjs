// Run by Jest, by Mocha and by Node's own runner: rx-broker/testing must need none of them.
const assert = require('node:assert');
const { InMemoryMessageBroker, actorId } = require('rx-broker');
const { BrokerTestProbe, brokerMarbles } = require('rx-broker/testing');

const { describe, it } = globalThis.it === undefined ? require('node:test') : globalThis;
const id = actorId('actor');
const marbles = brokerMarbles(assert.deepStrictEqual);

describe('rx-broker/testing', () => {
  it('probes', () => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    const probe = new BrokerTestProbe(broker);
    broker.trySend(id, 1);
    assert.ok(probe.assertSent(id, 1));
  });

  it(
    'draws marbles',
    marbles(({ broker, cold, expectDeliveries }) => {
      broker.spawn(id, () => {});
      cold('-a-b|').subscribe((message) => broker.trySend(id, message));
      expectDeliveries(id).toBe('-a-b');
    }),
  );
});
