import type { DeadLetter } from 'rx-broker';
import { DistributedMessageBroker, type DistributedOptions } from 'rx-broker/distributed';
import { type Network, type NetworkOptions, createNetwork } from 'rx-broker/testing';
import { VirtualTimeScheduler } from 'rxjs';

/** Nodes of one cluster, in a virtual time of their own. */
export interface Nodes {
  readonly network: Network;
  readonly scheduler: VirtualTimeScheduler;
  /** The brokers by their names. */
  readonly nodes: Readonly<Record<string, DistributedMessageBroker>>;
  /** The dead letters of all nodes. */
  readonly letters: DeadLetter[];
  /** What the nodes have written. */
  readonly warnings: string[];
  /** Lets so much time pass. Without an argument, everything that is due now happens. */
  pass(ms?: number): void;
  /** Makes one more node. */
  join(name: string, options?: DistributedOptions): DistributedMessageBroker;
}

export const quiet = { warn: (): void => undefined, error: (): void => undefined };

/** Makes a cluster of these nodes, which have met. */
export function cluster(names: readonly string[], network: NetworkOptions = {}, options: DistributedOptions = {}): Nodes {
  const scheduler = new VirtualTimeScheduler();
  const net = createNetwork({ seed: 1, ...network, scheduler });
  const nodes: Record<string, DistributedMessageBroker> = {};
  const letters: DeadLetter[] = [];
  const warnings: string[] = [];
  const logger = { ...quiet, warn: (text: string) => void warnings.push(text) };
  const join = (name: string, own: DistributedOptions = {}): DistributedMessageBroker => {
    const node = new DistributedMessageBroker(net.transport(name), { scheduler, name, logDeadLetters: false, logger, ...options, ...own });
    node.deadLetters$.subscribe((letter) => letters.push(letter));
    return (nodes[name] = node);
  };
  const pass = (ms = 0): void => {
    const until = scheduler.frame + ms;
    scheduler.schedule(() => undefined, ms);
    scheduler.maxFrames = until;
    scheduler.flush();
  };
  for (const name of names) join(name);
  pass(network.latency === undefined && network.loss === undefined ? 0 : 1_000);
  return { network: net, scheduler, nodes, letters, warnings, pass, join };
}
