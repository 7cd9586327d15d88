import type { BrokerParts } from '../broker/broker-parts';
import type { Audience, Outward } from '../broker/outward';
import type { Cast } from '../kernel/fan-out';
import type { MailboxCore } from '../kernel/mailbox-core';
import { write } from '../observability/logger';
import { authorizing } from './authorize';
import { Claims } from './claims';
import { type ClusterMetrics, Measuring, type NodeMetrics } from './cluster-metrics';
import { Departure } from './departure';
import { Directory } from './directory';
import type { ClusterSettings } from './distributed-options';
import { type FrameHandlerParts, handleFrame } from './frame-handler';
import { Interest } from './interest';
import { NEWEST_VERSION } from './link/frames';
import { OutgoingCast } from './link/outgoing-cast';
import { Ticks } from './link/ticks';
import { Membership } from './membership';
import { Peer } from './peer';
import { RemoteSystem } from './remote-system';
import { RetainedValues } from './retained-values';
import type { Batch, Transport, TransportListener } from './transport';

/** Milliseconds between two warnings about one link. */
const A_SECOND = 1_000;

/** This node's part of a cluster: the other nodes, and what goes to and comes from them. */
export class Cluster implements Outward, TransportListener {
  readonly membership: Membership;
  readonly directory: Directory;
  readonly remote: RemoteSystem;
  readonly departure: Departure;
  readonly #parts: BrokerParts;
  readonly #settings: ClusterSettings;
  readonly #transport: Transport;
  readonly #ticks: Ticks;
  readonly #peers = new Map<string, Peer>();
  readonly #interest = new Interest();
  readonly #claims: Claims;
  readonly #retained: RetainedValues;
  readonly #handler: FrameHandlerParts;
  readonly #measurings = new Map<number, Measuring>();
  readonly #warnedAt = new Map<string, number>();
  #cast: OutgoingCast | undefined;
  #isConnected = true;
  #badFrames = 0;
  #metCount = 0;
  #isOver = false;
  /** Called when something has happened for which `ready` may wait. */
  #joining: (() => void) | undefined;

  constructor(parts: BrokerParts, transport: Transport, settings: ClusterSettings) {
    const { dispatcher, system } = parts;
    const { nodeId } = transport;
    const { authorize, codec, maxFrame, namespace, window } = settings;
    const { scheduler, name } = parts.settings;
    this.#parts = parts;
    this.#settings = settings;
    this.#transport = transport;
    this.#ticks = new Ticks(scheduler);
    const announce = (frame: readonly unknown[]): void => this.#each((peer) => peer.link.post(frame));
    this.remote = new RemoteSystem(system);
    this.membership = new Membership(dispatcher, { nodeId, name, version: NEWEST_VERSION, joinedAt: scheduler.now() });
    this.#claims = new Claims(transport, scheduler, namespace);
    this.directory = new Directory({ parts, claims: this.#claims, remote: this.remote, window, announce });
    const isThere = (id: string): boolean => this.#peers.get(id)?.isMet === true;
    this.#retained = new RetainedValues({ parts, nodeId, codec, maxFrame, isThere, announce });
    const peers = (): Iterable<Peer> => this.#peers.values();
    this.departure = new Departure({ dispatcher, transport, counts: this.remote.counts, peers, drop: () => this.#drop(), stop: () => this.#stop() });
    this.#handler = {
      ...{ parts, codec, directory: this.directory, interest: this.#interest, retained: this.#retained },
      authorize: authorizing(authorize, (error) => system.journal.callbackFailed('authorize', error)),
      greeted: (peer, newest, oldest, peerName, space) => this.#greeted(peer, newest, oldest, peerName, space),
      synced: (peer) => {
        peer.isSynced = true;
        this.#joining?.();
      },
      measure: () => this.measureSelf(),
      measured: (peer, ref, metrics) => this.#measurings.get(ref)?.answered(peer.nodeId, metrics),
    };
  }

  /** Joins. Resolves when all nodes that were there have told what they know. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const joined = (): void => {
        this.#claims.start();
        const waitedFor = [...this.#peers.values()];
        this.#joining = () => {
          if (!this.#isOver && waitedFor.some((peer) => this.#peers.has(peer.nodeId) && peer.state !== 'foreign' && !peer.isSynced)) return;
          this.#joining = undefined;
          resolve();
        };
        this.#joining();
      };
      try {
        this.#transport.start(this).then(joined, reject);
      } catch (error) {
        reject(error as Error);
      }
    });
  }

  nodeOf(id: string): string | undefined {
    const core = this.#parts.actors.get(id);
    if (core === undefined) return undefined;
    return this.directory.nodeOf(core) ?? this.#transport.nodeId;
  }

  /** The numbers of this node, but for its messages that are counted on other nodes. */
  measureSelf(): NodeMetrics {
    const { actors, dispatcher, system } = this.#parts;
    dispatcher.unfold();
    const own = new Map([...actors].filter(([, { isRemote }]) => !isRemote));
    return { metrics: system.journal.metrics(system.counts, own), badFrames: this.#badFrames };
  }

  measureAll(timeout: number): Promise<ClusterMetrics> {
    const asked = [...this.#peers.values()].filter(({ isMet }) => isMet);
    const measuring = new Measuring(this.measureSelf(), asked.map(({ nodeId }) => nodeId));
    const ref = Math.max(0, ...this.#measurings.keys()) + 1;
    this.#measurings.set(ref, measuring);
    const timer = timeout === Infinity ? undefined : this.#ticks.scheduler.schedule(() => measuring.fail(), timeout);
    const ended = (): void => {
      timer?.unsubscribe();
      this.#measurings.delete(ref);
    };
    measuring.answer.then(ended, ended);
    for (const peer of asked) peer.link.post(['measure', ref]);
    return measuring.answer;
  }

  // The transport ------------------------------------------------------------------------------------

  batch(from: string, batch: unknown): void {
    const peer = this.#peers.get(from);
    if (peer === undefined || this.#isOver) return;
    peer.link.receive(batch);
    if (peer.owed.size > 0 && peer.sender.hasCredit) this.#retained.payTo(peer);
    this.departure.look();
  }

  up(nodeId: string): void {
    if (this.#isOver || nodeId === this.#transport.nodeId || this.#peers.has(nodeId)) return;
    const peer = this.#makePeer(nodeId);
    this.#peers.set(nodeId, peer);
    peer.hello(this.#parts.settings.name, this.#settings.namespace);
  }

  down(nodeId: string): void {
    const peer = this.#peers.get(nodeId);
    if (peer === undefined) return;
    this.#parts.dispatcher.step(() => this.#lose(peer));
    this.#joining?.();
    this.departure.look();
  }

  connected(isUp: boolean): void {
    this.#isConnected = isUp;
    if (isUp) for (const { link } of this.#peers.values()) link.outbox.sendAllAgain();
  }

  fenced(): void {
    if (this.#isOver) return;
    write(this.#parts.settings.logger, 'warn', `the node ${this.#transport.nodeId} was fenced: the others count it as gone, so its broker closes`);
    this.#parts.dispatcher.step(() => {
      for (const peer of this.#peers.values()) peer.sender.lose(peer.link.close(), 'ConnectionLost');
    });
    void this.#parts.system.host.broker.close({ drain: false });
  }

  // What the broker does -----------------------------------------------------------------------------

  get hasPeers(): boolean {
    return this.#metCount > 0;
  }

  registered(core: MailboxCore): void {
    this.directory.registered(core);
  }

  ended(core: MailboxCore): void {
    this.directory.ended(core);
  }

  closed(id: string): void {
    this.directory.closed(id);
  }

  bound(pattern: string, core: MailboxCore): void {
    this.directory.bound('bind', pattern, core);
  }

  unbound(pattern: string, core: MailboxCore): void {
    this.directory.bound('unbind', pattern, core);
  }

  observed(pattern: string, change: 1 | -1): void {
    const isThere = this.#interest.observed(pattern, change);
    if (isThere !== undefined) this.#each((peer) => peer.link.post(['interest', pattern, isThere]));
  }

  retained(topic: string): void {
    this.#retained.set(topic);
  }

  cleared(topic: string): void {
    this.#retained.clear(topic);
  }

  castBegins(cast: Cast, audience: Audience): void {
    const { codec, maxFrame } = this.#settings;
    const topic = audience === 'broadcast' ? undefined : { topic: audience.topic, revision: audience.isRetained ? this.#retained.revisionOf(audience.topic) : 0 };
    const outgoing = new OutgoingCast(cast, { codec, maxFrame }, topic as never);
    this.#cast = outgoing;
    this.#each(({ sender }) => sender.castBegins(outgoing));
  }

  castEnds(audience: Audience): void {
    const cast = this.#cast as OutgoingCast;
    this.#cast = undefined;
    // A topic with a retained message is state, which later observers join at any time, and interest takes a moment.
    const isForAll = audience === 'broadcast' || this.#retained.revisionOf(audience.topic) !== 0;
    const interested = isForAll ? undefined : new Set(this.#interest.in(audience.topic));
    this.#each((peer) => {
      const isReached = peer.sender.castEnds(cast, !peer.isLeaving && (interested === undefined || interested.has(peer)));
      if (isReached) return;
      if (audience !== 'broadcast' && audience.isRetained) peer.owed.add(audience.topic);
      else this.#warn(peer, cast.refusal === undefined ? 'takes no more messages, so its observers have missed one' : 'cannot be sent a message, which its observers have missed');
    });
  }

  // --------------------------------------------------------------------------------------------------

  #each(work: (peer: Peer) => void): void {
    for (const peer of this.#peers.values()) if (peer.isMet) work(peer);
  }

  #makePeer(nodeId: string): Peer {
    const { parts, authorize } = this.#handler;
    const { dispatcher, system, topics, broadcasts } = parts;
    const { codec, maxFrame, window } = this.#settings;
    const ticks = this.#ticks;
    const { maxBatch } = this.#transport;
    const now = (): number => ticks.scheduler.now();
    const peer: Peer = new Peer(
      nodeId,
      now(),
      {
        ...{ system, topics, broadcasts, codec, maxFrame, window, authorize, now },
        isConnected: () => this.#isConnected,
        retain: (topic, message, revision) => this.#retained.take(topic, message, revision),
      },
      {
        ...{ dispatcher, maxBatch, ticks, packing: codec.packing },
        send: (batch, transfer) => this.#send(nodeId, batch, transfer),
        handle: (frame) => handleFrame(this.#handler, peer, frame),
        bad: () => this.#bad(peer),
      },
    );
    return peer;
  }

  #send(nodeId: string, batch: Batch, transfer: readonly unknown[] | undefined): boolean {
    try {
      return this.#transport.send(nodeId, batch, transfer);
    } catch (error) {
      this.#parts.system.journal.callbackFailed('send of the transport', error);
      return false;
    }
  }

  #greeted(peer: Peer, newest: number, oldest: number, name: string, namespace: string): boolean {
    if (peer.state !== 'unknown') return false;
    const problem = peer.meet(newest, oldest, name, namespace === this.#settings.namespace);
    if (problem !== undefined) this.#warn(peer, `is not met: ${problem}`);
    if (peer.isMet) this.#parts.dispatcher.step(() => this.#meet(peer));
    this.#joining?.();
    // What was sent before the other node knew this one was lost.
    peer.link.outbox.sendAllAgain();
    return true;
  }

  #meet(peer: Peer): void {
    this.#metCount++;
    this.membership.met(peer.info);
    this.directory.tellAll((frame) => peer.link.post(frame));
    for (const pattern of this.#interest.patterns) peer.link.post(['interest', pattern, true]);
    this.#retained.tellAll(peer);
    peer.link.post(['synced']);
    if (this.departure.hasBegun) this.departure.sayLeaving(peer);
  }

  /** A node has gone. Part of a step. */
  #lose(peer: Peer): void {
    this.#peers.delete(peer.nodeId);
    if (peer.isMet) this.#metCount--;
    const parcels = peer.link.close();
    this.membership.left(peer.nodeId);
    peer.sender.lose(parcels, 'NodeUnavailable');
    peer.receiver.cancelAll();
    this.#interest.forget(peer);
    this.#warnedAt.delete(peer.nodeId);
    this.directory.lost(peer);
    for (const measuring of this.#measurings.values()) measuring.answered(peer.nodeId, undefined);
  }

  /** This node leaves: what is on its way is lost, as far as is known here. Part of a step. */
  #drop(): void {
    for (const { link, sender } of this.#peers.values()) sender.lose(link.outbox.parcels, 'BrokerClosed');
    this.membership.end();
  }

  #stop(): void {
    this.#isOver = true;
    this.#claims.close();
    for (const { link } of this.#peers.values()) link.close();
    for (const measuring of this.#measurings.values()) measuring.fail();
    this.#joining?.();
  }

  #bad(peer: Peer): void {
    this.#badFrames++;
    this.#warn(peer, 'has sent something that cannot be read; it is passed over');
  }

  #warn({ nodeId }: Peer, text: string): void {
    const now = this.#ticks.scheduler.now();
    if (now - (this.#warnedAt.get(nodeId) ?? -Infinity) < A_SECOND) return;
    this.#warnedAt.set(nodeId, now);
    write(this.#parts.settings.logger, 'warn', `the node ${nodeId} ${text}`);
  }
}
