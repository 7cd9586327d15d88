import type { Observable, Unsubscribable } from 'rxjs';
import { BROKER } from '../broker/broker-options';
import { LocalBroker } from '../broker/local-broker';
import type { LocalRegistration } from '../broker/registration';
import { withDisposal } from '../broker/disposal';
import { checkActorId } from '../failure/check';
import type { BrokerMetrics } from '../message/broker-metrics';
import type { AnyMailbox, MessageBroker } from '../message/message-broker';
import { isProtocol } from '../message/protocol';
import type { RegisterOptions, Registration, SpawnOptions } from '../message/registration';
import type { RoutingKey } from '../message/routing-key';
import type { PublishOptions } from '../message/send-options';
import type { Publication, TopicOptions } from '../message/topic';
import type { DeadLetterQueue } from '../observability/dead-letter-queue';
import { Cluster } from './cluster';
import type { ClusterMetrics } from './cluster-metrics';
import { type DistributedOptions, brokerOptionsOf, checkTransport, resolveCluster } from './distributed-options';
import { checkLength } from './link/read-frame';
import type { NodeInfo, Transport } from './transport';

/**
 * A broker whose actors are on several nodes: threads, tabs, processes or machines that a `Transport` connects. Everything that a `MessageBroker`
 * does works from every node to every actor; an actor of another node is an entry of this node's registry like any other.
 *
 * Messages to an actor of this node never leave it, and cost what they cost in one process. A message to another node is delivered exactly once
 * while both nodes live, over a transport that loses, doubles or reorders batches, and restarts. When a node dies, what was on its way to it fails
 * with `NodeUnavailable` and `started: 'unknown'`. An ask keeps its `timeout` where its actor runs, so that `started` is exact.
 *
 * `register` and `spawn` claim the id in the cluster. The actor works here at once; `ready` resolves when this node owns the id, and rejects with
 * `BrokerError('AlreadyRegistered')` when another one does, or with `ClaimRefused` when this node may not have it; then the actor has ended. While the
 * transport cannot decide, `ready` waits; if the broker closes meanwhile, it rejects with `BrokerClosed`. `isRegistered`, `actorIds` and `registeredCount` tell what this node knows:
 * news of other nodes take a moment. Only the node of an actor can `unregister` and `bind` it.
 *
 * A node counts what it sends to others. A tell is pending until the other node's receipt, and then counts as succeeded; an ask is pending until the
 * first of its reply, and then counts by what became of it. The other node counts it as well, as it does any message to its actors;
 * `clusterMetrics` counts every message once. `mailboxMetrics` of an actor of another node tells of the messages that are on their way to it; its
 * `capacity` is the window. A dead letter is made where the message was lost.
 *
 * If this node is fenced, since the others count it as gone, its broker closes without draining. A node that returns is a new broker on a new
 * transport.
 *
 * ```ts
 * const network = createNetwork();
 * const shop = new DistributedMessageBroker(network.transport('shop'));
 * const desk = new DistributedMessageBroker(network.transport('desk'));
 * const greeter = actorId<string>('greeter');
 * await shop.spawn(greeter, (name) => `hello ${name}`).ready;
 * desk.send(greeter, 'world').subscribe(console.log);
 * ```
 */
export interface DistributedMessageBroker extends MessageBroker {
  /**
   * Resolves when this node has joined, and knows the actors of all nodes that were there. Rejects if the transport cannot start. This is never an
   * unhandled rejection.
   */
  readonly ready: Promise<void>;
  /** The id of this node. */
  readonly nodeId: string;
  /** The nodes: those of now first, then those after each change; this node is the first of them. Completes when the broker closes. */
  readonly nodes$: Observable<readonly NodeInfo[]>;
  /** The id of the node that has an actor, as far as is known here. @throws {TypeError} for a bad id. */
  nodeOf(id: string): string | undefined;
  /**
   * The metrics of all nodes together: every message counts once. Rejects with a `SendError`: `Timeout` if a node does not answer within
   * `requestTimeout`, and `BrokerClosed` if this broker has closed.
   */
  clusterMetrics(): Promise<ClusterMetrics>;
  /**
   * Gives every dead letter of this node to `queue`, which can send it again.
   *
   * @throws {TypeError} for anything but a `DeadLetterQueue`.
   */
  withDeadLetterQueue(queue: DeadLetterQueue): this;
}

/** The constructor of `DistributedMessageBroker`. */
export interface DistributedMessageBrokerConstructor {
  /**
   * Starts the transport.
   *
   * @throws {TypeError | RangeError} for a bad transport or option.
   */
  new (transport: Transport, options?: DistributedOptions): DistributedMessageBroker;
}

/** A broker in one process, with a side that faces other nodes. */
class DistributedBroker extends LocalBroker {
  readonly nodeId: string;
  readonly ready: Promise<void>;
  protected readonly cluster: Cluster;

  constructor(transport: Transport, options?: DistributedOptions) {
    checkTransport(transport);
    super(brokerOptionsOf(options, BROKER));
    const { parts } = this;
    this.nodeId = transport.nodeId;
    this.cluster = new Cluster(parts, transport, resolveCluster(options ?? {}, transport));
    parts.system.outward = this.cluster.outward;
    parts.leaving = this.cluster.departure;
    this.ready = this.cluster.joining.done;
    this.cluster.start();
    this.ready.catch(() => undefined);
  }

  override register(id: string, mailbox: AnyMailbox, options?: RegisterOptions): Registration {
    checkLength(id, 'an actor id');
    checkTopics(options);
    return this.claiming(super.register(id, mailbox, options) as LocalRegistration);
  }

  override spawn(id: string, first: unknown, second?: unknown, third?: SpawnOptions): Registration {
    checkLength(id, 'an actor id');
    checkTopics(isProtocol(first) ? third : second);
    return this.claiming(super.spawn(id, first, second, third) as LocalRegistration);
  }

  override bind(topic: string, id: string): Unsubscribable {
    checkLength(topic, 'a topic');
    return super.bind(topic, id);
  }

  override publish(key: string | RoutingKey, message: unknown, options?: PublishOptions): number {
    checkLength((key as RoutingKey | null)?.topic ?? key, 'a topic');
    return super.publish(key, message, options);
  }

  override topic$(pattern: string, options?: TopicOptions): Observable<any> {
    checkLength(pattern, 'a topic');
    return super.topic$(pattern, options);
  }

  override publications$(pattern: string): Observable<Publication> {
    checkLength(pattern, 'a topic');
    return super.publications$(pattern);
  }

  get nodes$(): Observable<readonly NodeInfo[]> {
    return this.cluster.membership.nodes$;
  }

  nodeOf(id: string): string | undefined {
    return this.cluster.nodeOf(checkActorId(id));
  }

  override metrics(): BrokerMetrics {
    const { actors, dispatcher, system } = this.parts;
    dispatcher.unfold();
    return system.journal.metrics(this.cluster.remote.counts.plus(system.counts), actors);
  }

  clusterMetrics(): Promise<ClusterMetrics> {
    return this.cluster.measures.ofAll(this.parts.system.requestTimeout);
  }

  /** Makes `ready` wait for the claim, too. */
  protected claiming(registration: LocalRegistration): LocalRegistration {
    const core = this.parts.actors.get(registration.id);
    if (core === undefined || registration.closed) return registration;
    registration.waitFor(Promise.all([registration.ready, this.cluster.directory.claimed(core)]).then(() => undefined));
    return registration;
  }
}

/** @throws {RangeError} for a topic that is too long. Other checks of the options are for others. */
function checkTopics(options: unknown): void {
  const topics = (options as RegisterOptions | null | undefined)?.topics as unknown;
  if (Array.isArray(topics)) for (const topic of topics as unknown[]) checkLength(topic, 'a topic');
}

/** A broker on several nodes: `new DistributedMessageBroker(transport, options?)`. */
export const DistributedMessageBroker: DistributedMessageBrokerConstructor = /* @__PURE__ */ withDisposal(DistributedBroker);
