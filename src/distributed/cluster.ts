import type { BrokerParts } from '../broker/broker-parts';
import type { Outward } from '../broker/outward';
import { write } from '../observability/logger';
import { authorizing } from './authorize';
import { Casts } from './casts';
import { Claims } from './claims';
import { Departure } from './departure';
import { Directory } from './directory';
import { LocalNews } from './local-news';
import type { ClusterSettings } from './distributed-options';
import { type FrameHandlerParts, handleFrame } from './frame-handler';
import { Interest } from './interest';
import { Joining } from './joining';
import { NEWEST_VERSION } from './link/frames';
import { Ticks } from './link/ticks';
import { Measures } from './measures';
import { Membership } from './membership';
import type { Peer } from './peer';
import { peerFactory } from './peer-factory';
import { Peers } from './peers';
import { RemoteSystem } from './remote-system';
import { RetainedValues } from './retained-values';
import type { Transport, TransportListener } from './transport';

/** This node's part of a cluster: the other nodes, and what goes to and comes from them. */
export class Cluster implements TransportListener {
  readonly membership: Membership;
  readonly directory: Directory;
  readonly remote: RemoteSystem;
  readonly departure: Departure;
  readonly measures: Measures;
  readonly joining: Joining;
  /** Tells the other nodes what the broker of this node does. */
  readonly outward: Outward;
  readonly #parts: BrokerParts;
  readonly #settings: ClusterSettings;
  readonly #transport: Transport;
  readonly #peers: Peers;
  readonly #interest = new Interest();
  readonly #claims: Claims;
  readonly #retained: RetainedValues;
  readonly #makePeer: (nodeId: string) => Peer;
  #isConnected = true;
  #isOver = false;

  constructor(parts: BrokerParts, transport: Transport, settings: ClusterSettings) {
    const { dispatcher, system } = parts;
    const { nodeId } = transport;
    const { codec, maxFrame, namespace, window } = settings;
    const { logger, name, scheduler } = parts.settings;
    const ticks = new Ticks(scheduler);
    this.#parts = parts;
    this.#settings = settings;
    this.#transport = transport;
    const peers = new Peers(scheduler, logger);
    this.#peers = peers;
    const announce = (frame: readonly unknown[]): void => peers.announce(frame);
    this.remote = new RemoteSystem(system);
    this.membership = new Membership(dispatcher, { nodeId, name, version: NEWEST_VERSION, joinedAt: scheduler.now() });
    this.#claims = new Claims(transport, scheduler, namespace, (what, error) => system.journal.callbackFailed(what, error));
    this.directory = new Directory({ parts, claims: this.#claims, remote: this.remote, window, announce });
    const isThere = (id: string): boolean => peers.get(id)?.isMet === true;
    this.#retained = new RetainedValues({ parts, nodeId, codec, maxFrame, isThere, announce, met: () => peers.met });
    const casts = new Casts({ parts: { codec, maxFrame }, peers, interest: this.#interest, retained: this.#retained });
    this.outward = new LocalNews({ directory: this.directory, interest: this.#interest, retained: this.#retained, casts, peers });
    this.measures = new Measures(parts, peers, this.remote.journal.elsewhere);
    this.joining = new Joining(peers);
    this.departure = new Departure({ dispatcher, transport, counts: this.remote.counts, peers, drop: () => this.#drop(), stop: () => this.#stop() });
    const authorize = authorizing(settings.authorize, (error) => system.journal.callbackFailed('authorize', error));
    const handler: FrameHandlerParts = {
      ...{ parts, authorize, codec, directory: this.directory, interest: this.#interest, retained: this.#retained },
      greeted: (peer, newest, oldest, peerName, space) => this.#greeted(peer, newest, oldest, peerName, space),
      synced: (peer) => {
        peer.isSynced = true;
        this.joining.look();
      },
      measure: () => this.measures.ofSelf(),
      measured: (peer, ref, metrics) => this.measures.answered(peer.nodeId, ref, metrics),
    };
    this.#makePeer = peerFactory({
      ...{ parts, authorize, settings, transport, ticks, retained: this.#retained },
      isConnected: () => this.#isConnected,
      handle: (peer, frame) => handleFrame(handler, peer, frame),
      bad: (peer) => peers.bad(peer),
      silent: (peer) => this.#giveUp(peer),
    });
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
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
    if (this.#isOver) return;
    if (peer === undefined) {
      this.#peers.noteStray(from);
      return;
    }
    peer.link.receive(batch);
    if (peer.owed.size > 0 && peer.sender.hasCredit) this.#retained.payTo(peer);
    this.departure.look();
  }

  up(nodeId: string): void {
    if (this.#isOver || nodeId === this.#transport.nodeId || this.#peers.get(nodeId) !== undefined || this.#peers.isGivenUp(nodeId)) return;
    const peer = this.#makePeer(nodeId);
    this.#peers.add(peer);
    peer.hello(this.#parts.settings.name, this.#settings.namespace);
  }

  down(nodeId: string): void {
    const peer = this.#peers.get(nodeId);
    if (peer === undefined) {
      this.#peers.forget(nodeId);
      return;
    }
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

  // --------------------------------------------------------------------------------------------------

  #greeted(peer: Peer, newest: number, oldest: number, name: string, namespace: string): boolean {
    if (peer.state !== 'unknown') return false;
    const problem = peer.meet(newest, oldest, name, namespace === this.#settings.namespace);
    if (problem !== undefined) this.#peers.warn(peer, `is not met: ${problem}`);
    if (peer.isMet) this.#parts.dispatcher.step(() => this.#meet(peer));
    this.joining.look();
    // What came to the other node before it knew this one was dropped there.
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

  /** A node goes on asking, but gives no receipts. For this node it has gone. */
  #giveUp(peer: Peer): void {
    this.#peers.giveUp(peer);
    this.down(peer.nodeId);
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
    this.#retained.originLost(peer.nodeId);
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
