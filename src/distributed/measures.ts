import type { BrokerParts } from '../broker/broker-parts';
import { SendError } from '../failure/send-error';
import { LONGEST_DELAY } from '../kernel/timers';
import type { FailureCount } from '../message/broker-metrics';
import { type ClusterMetrics, Measuring, type NodeMetrics } from './cluster-metrics';
import type { Peers } from './peers';

/** Asks the other nodes for their metrics, and answers when they ask. */
export class Measures {
  readonly #parts: BrokerParts;
  readonly #peers: Peers;
  readonly #elsewhere: Readonly<Record<FailureCount, number>>;
  readonly #open = new Map<number, Measuring>();
  #lastRef = 0;

  /** `elsewhere`: the failures of this node that other nodes count, too. */
  constructor(parts: BrokerParts, peers: Peers, elsewhere: Readonly<Record<FailureCount, number>>) {
    this.#parts = parts;
    this.#peers = peers;
    this.#elsewhere = elsewhere;
  }

  /** The numbers of this node, but for its messages that are counted on other nodes. */
  ofSelf(): NodeMetrics {
    const { actors, dispatcher, system } = this.#parts;
    dispatcher.unfold();
    const own = new Map([...actors].filter(([, { isRemote }]) => !isRemote));
    const metrics = system.journal.metrics(system.counts, own);
    const failedBy = { ...metrics.failedBy };
    for (const code of Object.keys(failedBy) as FailureCount[]) failedBy[code] -= this.#elsewhere[code];
    return { metrics: { ...metrics, failedBy }, badFrames: this.#peers.badFrames };
  }

  /** The numbers of all nodes. */
  ofAll(timeout: number): Promise<ClusterMetrics> {
    if (this.#parts.system.phase === 'ended') return Promise.reject(new SendError('BrokerClosed'));
    const asked = this.#peers.met;
    const measuring = new Measuring(this.ofSelf(), asked.map(({ nodeId }) => nodeId));
    const ref = ++this.#lastRef;
    this.#open.set(ref, measuring);
    const timer = timeout === Infinity ? undefined : this.#parts.settings.scheduler.schedule(() => measuring.fail('Timeout'), Math.min(timeout, LONGEST_DELAY));
    const ended = (): void => {
      timer?.unsubscribe();
      this.#open.delete(ref);
    };
    measuring.answer.then(ended, ended);
    for (const { link } of asked) link.post(['measure', ref]);
    return measuring.answer;
  }

  answered(nodeId: string, ref: number, metrics: NodeMetrics): void {
    this.#open.get(ref)?.answered(nodeId, metrics);
  }

  /** A node has gone. */
  lost(nodeId: string): void {
    for (const measuring of this.#open.values()) measuring.answered(nodeId, undefined);
  }

  /** This node leaves. */
  close(): void {
    for (const measuring of this.#open.values()) measuring.fail('BrokerClosed');
  }
}
