import type { BrokerOptions } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { type Network, type NetworkOptions, createNetwork } from 'rx-broker/testing';
import type { BrokerTraits, BrokerUnderLaw } from './broker-under-law';
import { virtualTime } from './virtual-time';

/** What a broker of several nodes does not have. */
export const DISTRIBUTED: Partial<BrokerTraits> = { synchronous: false, identity: false, mailboxAnswers: false, oneLedger: false, oneOrder: false, oneRegistry: false };

/** What it does not have for senders on the node of the actors. */
export const NEAR: Partial<BrokerTraits> = { oneOrder: false };

/** Nodes of a distributed broker, and the network between them. */
export interface DistributedNodes extends BrokerUnderLaw {
  elapse(ms: number): Promise<void>;
  readonly nodes: readonly DistributedMessageBroker[];
  readonly network: Network;
}

/** The names of the nodes, on the network too. */
export const NODE_NAMES = ['home', 'caller', 'third'] as const;

/** The milliseconds without a batch after which nothing can be under way: more than the longest time after which one is sent again. */
const QUIET = 2_500;

/** What settling may take, in a law with ten messages that are lost again and again. */
const SLACK = 90_000;

/** The timeout of asks for which a law names none, where settling takes its time. */
const PATIENT = 1_000_000;

/**
 * Makes nodes of a distributed broker in one process and in virtual time: one that has the actors, one that reaches them, and maybe a third. All
 * settles when no batch has been sent for a while. Without faults that is in the same millisecond.
 */
export function distributedNodes(count: 2 | 3, faults: Omit<NetworkOptions, 'scheduler'> = {}) {
  const isFaultless = Object.keys(faults).length === 0;
  return async (options: BrokerOptions = {}): Promise<DistributedNodes> => {
    const slack = isFaultless ? 0 : SLACK;
    let batches = 0;
    const sentAt = (): boolean => {
      const isQuiet = network.counts.sent === batches;
      batches = network.counts.sent;
      return isQuiet;
    };
    const { scheduler, ...time } = virtualTime(isFaultless ? { rounds: 10, ms: 0, slack } : { rounds: QUIET / 100, ms: 100, slack, isQuiet: sentAt });
    const network = createNetwork({ scheduler, ...faults });
    const nodes = NODE_NAMES.slice(0, count).map((name) => new DistributedMessageBroker(network.transport(name), { logDeadLetters: false, scheduler, ...(!isFaultless && { requestTimeout: PATIENT }), ...options }));
    await time.until(Promise.all(nodes.map(({ ready }) => ready)));
    await time.settle();
    const [home, broker] = nodes as [DistributedMessageBroker, DistributedMessageBroker];
    return {
      ...{ ...time, home, broker, nodes, network, slack },
      attach(queue) {
        for (const node of nodes) node.withDeadLetterQueue(queue);
      },
    };
  };
}
