import type { BrokerParts } from '../broker/broker-parts';
import type { Audience, Outward } from '../broker/outward';
import type { Cast } from '../kernel/fan-out';
import type { MailboxCore } from '../kernel/mailbox-core';
import { write } from '../observability/logger';
import { authorizing } from './authorize';
import { Casts } from './casts';
import { Claims } from './claims';
import { Departure } from './departure';
import { Directory } from './directory';
import type { ClusterSettings } from './distributed-options';
import { type FrameHandlerParts, handleFrame } from './frame-handler';
import { Interest } from './interest';
import { Joining } from './joining';
import { NEWEST_VERSION } from './link/frames';
import { LONGEST_TEXT } from './link/read-frame';
import { Ticks } from './link/ticks';
import { Measures } from './measures';
import { Membership } from './membership';
import { Peer } from './peer';
import { Peers } from './peers';
import { RemoteSystem } from './remote-system';
import { RetainedValues } from './retained-values';
import type { Batch, Transport, TransportListener } from './transport';

/** This node's part of a cluster: the other nodes, and what goes to and comes from them. */
export class Cluster implements Outward, TransportListener {
  readonly membership: Membership;
  readonly directory: Directory;
  readonly remote: RemoteSystem;
  readonly departure: Departure;
  readonly measures: Measures;
  readonly joining: Joining;
  readonly #parts: BrokerParts;
  readonly #settings: ClusterSettings;
  readonly #transport: Transport;
  readonly #ticks: Ticks;
  readonly #peers: Peers;
  readonly #interest = new Interest();
  readonly #claims: Claims;
  readonly #retained: RetainedValues;
  readonly #handler: FrameHandlerParts;
  readonly #casts: Casts;
  #isConnected = true;
  #isOver = false;

  constructor(parts: BrokerParts, transport: Transport, settings: ClusterSettings) {
    const { dispatcher, system } = parts;
    const { nodeId } = transport;
    const { authorize, codec, maxFrame, namespace, window } = settings;
    const { logger, name, scheduler } = parts.settings;
    this.#parts = parts;
    this.#settings = settings;
    this.#transport = transport;
    this.#ticks = new Ticks(scheduler);
    const peers = new Peers(scheduler, logger);
    this.#peers = peers;
    const announce = (frame: readonly unknown[]): void => peers.announce(frame);
    this.remote = new RemoteSystem(system);
    this.membership = new Membership(dispatcher, { nodeId, name, version: NEWEST_VERSION, joinedAt: scheduler.now() });
    this.#claims = new Claims(transport, scheduler, namespace);
    this.directory = new Directory({ parts, claims: this.#claims, remote: this.remote, window, announce });
    const isThere = (id: string): boolean => peers.get(id)?.isMet === true;
    this.#retained = new RetainedValues({ parts, nodeId, codec, maxFrame, isThere, announce });
    this.#casts = new Casts({ parts: { codec, maxFrame }, peers, interest: this.#interest, retained: this.#retained });
    this.measures = new Measures(parts, peers, this.remote.journal.elsewhere);
    this.joining = new Joining(peers);
    this.departure = new Departure({ dispatcher, transport, counts: this.remote.counts, peers, drop: () => this.#drop(), stop: () => this.#stop() });
    this.#handler = {
      ...{ parts, codec, directory: this.directory, interest: this.#interest, retained: this.#retained },
      authorize: authorizing(authorize, (error) => system.journal.callbackFailed('authorize', error)),
      greeted: (peer, newest, oldest, peerName, space) => this.#greeted(peer, newest, oldest, peerName, space),
      synced: (peer) => {
        peer.isSynced = true;
        this.joining.look();
      },
      measure: () => this.measures.ofSelf(),
      measured: (peer, ref, metrics) => this.measures.answered(peer.nodeId, ref, metrics),
    };
  }

  /** Joins the other nodes: see `joining`. */
  start(): void {
    const joined = (): void => {
      this.#claims.start();
      this.joining.joined();
    };
    try {
      this.#transport.start(this).then(joined, (error: unknown) => this.joining.fail(error));
    } catch (error) {
      this.joining.fail(error);
    }
  }

  nodeOf(id: string): string | undefined {
    const core = this.#parts.actors.get(id);
    if (core === undefined) return undefined;
    return this.directory.nodeOf(core) ?? this.#transport.nodeId;
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
    if (this.#isOver || nodeId === this.#transport.nodeId || this.#peers.get(nodeId) !== undefined) return;
    const peer = this.#makePeer(nodeId);
    this.#peers.add(peer);
    peer.hello(this.#parts.settings.name, this.#settings.namespace);
  }

  down(nodeId: string): void {
    const peer = this.#peers.get(nodeId);
    if (peer === undefined) return;
    this.#parts.dispatcher.step(() => this.#lose(peer));
    this.joining.look();
    this.departure.look();
  }

  connected(isUp: boolean): void {
    this.#isConnected = isUp;
    if (isUp) for (const { link } of this.#peers.all) link.outbox.sendAllAgain();
  }

  fenced(): void {
    if (this.#isOver) return;
    write(this.#parts.settings.logger, 'warn', `the node ${this.#transport.nodeId} was fenced: the others count it as gone, so its broker closes`);
    this.#parts.dispatcher.step(() => {
      for (const peer of this.#peers.all) peer.sender.lose(peer.link.close(), 'ConnectionLost');
    });
    void this.#parts.system.host.broker.close({ drain: false });
  }

  // What the broker does -----------------------------------------------------------------------------

  get hasPeers(): boolean {
    return this.#peers.hasMet;
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
    if (isThere !== undefined) this.#peers.announce(['interest', pattern, isThere]);
  }

  retained(topic: string): void {
    this.#retained.set(topic);
  }

  cleared(topic: string): void {
    this.#retained.clear(topic);
  }

  castBegins(cast: Cast, audience: Audience): void {
    this.#casts.begin(cast, audience);
  }

  castEnds(audience: Audience): void {
    this.#casts.end(audience);
  }

  // --------------------------------------------------------------------------------------------------

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
        ...{ system, topics, broadcasts, codec, maxFrame, window, authorize, now, maxText: Math.min(LONGEST_TEXT, Math.floor(maxBatch / 8)) },
        isConnected: () => this.#isConnected,
        retain: (topic, message, revision) => this.#retained.take(topic, message, revision),
      },
      {
        ...{ dispatcher, maxBatch, ticks, packing: codec.packing },
        send: (batch, transfer) => this.#send(nodeId, batch, transfer),
        handle: (frame) => handleFrame(this.#handler, peer, frame),
        bad: () => this.#peers.bad(peer),
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
    if (problem !== undefined) this.#peers.warn(peer, `is not met: ${problem}`);
    if (peer.isMet) this.#parts.dispatcher.step(() => this.#meet(peer));
    this.joining.look();
    // What was sent before the other node knew this one was lost.
    peer.link.outbox.sendAllAgain();
    return true;
  }

  #meet(peer: Peer): void {
    this.#peers.noteMet();
    this.membership.met(peer.info);
    this.directory.tellAll((frame) => peer.link.post(frame));
    for (const pattern of this.#interest.patterns) peer.link.post(['interest', pattern, true]);
    this.#retained.tellAll(peer);
    // The actors of this node whose claims are under way are told first.
    this.#claims.whenDecided(() => peer.link.post(['synced']));
    if (this.departure.hasBegun) this.departure.sayLeaving(peer);
  }

  /** A node has gone. Part of a step. */
  #lose(peer: Peer): void {
    this.#peers.remove(peer);
    const parcels = peer.link.close();
    this.membership.left(peer.nodeId);
    peer.sender.lose(parcels, 'NodeUnavailable');
    peer.receiver.cancelAll();
    this.#interest.forget(peer);
    this.directory.lost(peer);
    this.measures.lost(peer.nodeId);
  }

  /** This node leaves: what is on its way is lost, as far as is known here. Part of a step. */
  #drop(): void {
    for (const { link, sender } of this.#peers.all) sender.lose(link.outbox.parcels, 'BrokerClosed');
    this.membership.end();
  }

  #stop(): void {
    this.#isOver = true;
    this.#claims.close();
    for (const { link } of this.#peers.all) link.close();
    this.measures.close();
    this.joining.close();
  }
}
