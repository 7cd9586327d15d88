import { SendError } from '../failure/send-error';
import type { BrokerMetrics, FailureCount } from '../message/broker-metrics';
import { metricsOf, noFailures } from '../observability/count-metrics';

/**
 * The metrics of all nodes together. Every message counts once, where its actor is; a message that never got there counts where it was sent. A
 * message whose receipt is on its way counts in `pending` as well.
 */
export interface ClusterMetrics extends BrokerMetrics {
  /** How many nodes these are the sums of. */
  readonly nodeCount: number;
  /** Batches and frames that came from other nodes and could not be read. */
  readonly badFrames: number;
}

/** The numbers of one node, without its messages that are counted on other nodes. */
export interface NodeMetrics {
  readonly metrics: BrokerMetrics;
  readonly badFrames: number;
}

/** Adds the metrics of nodes up. Those of other nodes may be anything that is an object. */
export function sumOf(nodes: readonly NodeMetrics[]): ClusterMetrics {
  const sum = (name: keyof BrokerMetrics): number => nodes.reduce((total, { metrics }) => total + numberOf(metrics[name]), 0);
  const failedBy = noFailures();
  for (const { metrics } of nodes) for (const code of Object.keys(failedBy) as FailureCount[]) failedBy[code] += numberOf(metrics.failedBy?.[code]);
  const latencies = nodes.map(({ metrics }) => numberOf(metrics.avgRoutingLatencyNs)).filter((ns) => ns > 0);
  return {
    ...metricsOf({
      registeredActors: sum('registeredActors'),
      avgRoutingLatencyNs: Math.round(latencies.reduce((total, ns) => total + ns, 0) / (latencies.length || 1)),
      pending: sum('pending'),
      inFlight: sum('inFlight'),
      totalSucceeded: sum('totalSucceeded'),
      totalErrored: sum('totalErrored'),
      totalAborted: sum('totalAborted'),
      openRequests: sum('openRequests'),
      totalDeadLettered: sum('totalDeadLettered'),
      failedBy,
    }),
    nodeCount: nodes.length,
    badFrames: nodes.reduce((total, { badFrames }) => total + badFrames, 0),
  };
}

/** A question to all nodes for their metrics. */
export class Measuring {
  readonly answer: Promise<ClusterMetrics>;
  readonly #asked: Set<string>;
  readonly #answers: NodeMetrics[];
  #resolve!: (metrics: ClusterMetrics) => void;
  #reject!: (error: unknown) => void;

  constructor(own: NodeMetrics, asked: readonly string[]) {
    this.#asked = new Set(asked);
    this.#answers = [own];
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#endIfComplete();
  }

  /** A node has answered, or has gone (`undefined`). */
  answered(nodeId: string, metrics: NodeMetrics | undefined): void {
    if (!this.#asked.delete(nodeId)) return;
    if (metrics !== undefined) this.#answers.push(metrics);
    this.#endIfComplete();
  }

  /** The time is over (`Timeout`), or this node leaves (`BrokerClosed`). */
  fail(code: 'Timeout' | 'BrokerClosed'): void {
    this.#reject(new SendError(code, { started: 'unknown', detail: `no metrics from ${[...this.#asked].join(', ')}` }));
  }

  #endIfComplete(): void {
    if (this.#asked.size === 0) this.#resolve(sumOf(this.#answers));
  }
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
