import type { BrokerMetrics } from 'rx-broker';
import type { DistributedMessageBroker } from 'rx-broker/distributed';
import { NEVER, concat, take } from 'rxjs';
import { describe } from 'vitest';
import { withMembers } from '../broker/in-memory-nodes';
import { CLUSTER_LAWS, type ClusterUnderLaw, type CreateCluster } from '../cluster-laws';
import { clusterNodes } from '../cluster-nodes';
import { type Flaw, lawsFindFlaws } from './flaw';

const create = clusterNodes(2, { latency: 1 });

/** Nodes on a clean network, changed. */
const clusterFlaw = (flaw: string, breaks: readonly string[], change: (under: ClusterUnderLaw) => Partial<ClusterUnderLaw>): Flaw<CreateCluster> => ({
  flaw,
  breaks,
  subject: async () => {
    const under = await create();
    return { ...under, ...change(under) };
  },
});

type NodeMembers = { readonly [Name in keyof DistributedMessageBroker]?: unknown };

/** The same nodes with some of their members replaced. */
const withNodes = (change: (node: DistributedMessageBroker, under: ClusterUnderLaw) => NodeMembers) => (under: ClusterUnderLaw): Partial<ClusterUnderLaw> => ({
  nodes: under.nodes.map((node) => withMembers(node, change(node, under))),
});

const nothing = (): void => undefined;

const FLAWS: readonly Flaw<CreateCluster>[] = [
  clusterFlaw('delivers twice', ['exactly once'], withNodes((node) => ({
    trySend: (...args: Parameters<DistributedMessageBroker['trySend']>) => {
      node.trySend(...args);
      return node.trySend(...args);
    },
  }))),
  clusterFlaw('loses what is told while its connection is severed', ['exactly once'], ({ nodes, sever, heal }) => {
    const severed = new Set<number>();
    return {
      nodes: nodes.map((node, number) =>
        withMembers(node, { trySend: (...args: Parameters<DistributedMessageBroker['trySend']>) => (severed.has(number) ? { ok: true } : node.trySend(...args)) }),
      ),
      sever: (number) => {
        severed.add(number);
        sever(number);
      },
      heal: (number) => {
        severed.delete(number);
        heal(number);
      },
    };
  }),
  clusterFlaw('counts what goes from node to node on both', ['count every message once'], withNodes((_node, { nodes }) => ({
    clusterMetrics: () => {
      const all = nodes.map((one) => one.metrics());
      const sum = (name: keyof BrokerMetrics): number => all.reduce((total, metrics) => total + (metrics[name] as number), 0);
      return Promise.resolve({ ...all[0]!, totalSent: sum('totalSent'), totalDelivered: sum('totalDelivered'), totalSucceeded: sum('totalSucceeded') });
    },
  }))),
  clusterFlaw('drops what it holds when it closes', ['closes loses nothing'], withNodes((node) => ({ close: () => node.close({ drain: false }) }))),
  clusterFlaw('tells the nodes of the beginning', ['nodes$ tells'], withNodes((node) => ({ nodes$: concat(node.nodes$.pipe(take(1)), NEVER) }))),
  clusterFlaw('does not notice that a node is gone', ['a node that is killed', 'asks of a node that is killed'], () => ({ kill: nothing })),
  clusterFlaw('waits for a node for ever', ['a node that is severed'], () => ({ sever: nothing })),
];

describe('the cluster laws', () => lawsFindFlaws(CLUSTER_LAWS, FLAWS));
