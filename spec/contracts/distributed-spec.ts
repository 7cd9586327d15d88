import type { NetworkOptions } from 'rx-broker/testing';
import { describe } from 'vitest';
import type { CreateBroker } from './broker/broker-under-law';
import { DISTRIBUTED, NEAR, distributedNodes } from './broker/distributed-nodes';
import { CLUSTER_LAWS } from './cluster-laws';
import { clusterNodes } from './cluster-nodes';
import { registerLaws } from './law';
import { messageBrokerLaws } from './message-broker-laws';

/** The seed of the usual run. `LAWS_SEED` plays another one. */
const USUAL_SEED = 20_261_130;
const seed = Number((typeof process === 'undefined' ? {} : process.env)['LAWS_SEED'] ?? USUAL_SEED);
const LOSSY = { seed, loss: 0.3, doubles: 0.1, swaps: 0.1, latency: [1, 20] } as const satisfies NetworkOptions;

/** Sends from the node of the actors. */
const near = (create: CreateBroker): CreateBroker => async (options) => {
  const under = await create(options);
  return { ...under, broker: under.home };
};

describe.each([2, 3] as const)('a distributed broker of %i nodes', (count) => {
  describe('on a clean network', () => {
    messageBrokerLaws(`of ${count} nodes`, distributedNodes(count), DISTRIBUTED);
    // Senders on the node of the actors notice nothing of the others.
    messageBrokerLaws(`of ${count} nodes, on the actors' own`, near(distributedNodes(count)), NEAR);
    registerLaws('a cluster', CLUSTER_LAWS, clusterNodes(count, { latency: 1 }));
  });

  describe(`on a network that loses, doubles and swaps batches (LAWS_SEED=${seed})`, () => {
    messageBrokerLaws(`of ${count} nodes on a lossy network`, distributedNodes(count, LOSSY), DISTRIBUTED);
    registerLaws('a cluster', CLUSTER_LAWS, clusterNodes(count, LOSSY));
  });
});
