import type { NetworkOptions } from 'rx-broker/testing';
import { NODE_NAMES, distributedNodes } from './broker/distributed-nodes';
import type { CreateCluster } from './cluster-laws';

/** Milliseconds: more than all settling takes while a node is severed. */
const LEASE = 60_000;

/** Nodes on a network of tests, which a law can sever and kill. */
export function clusterNodes(count: 2 | 3, faults: NetworkOptions): CreateCluster {
  const create = distributedNodes(count, { lease: LEASE, ...faults });
  return async () => {
    const { network, ...under } = await create();
    return {
      ...under,
      lease: LEASE,
      sever: (node) => network.cut(NODE_NAMES[node]!),
      heal: (node) => network.heal(NODE_NAMES[node]!),
      kill: (node) => network.kill(NODE_NAMES[node]!),
    };
  };
}
