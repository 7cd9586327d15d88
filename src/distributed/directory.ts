import type { BrokerParts } from '../broker/broker-parts';
import { BrokerError } from '../failure/broker-error';
import { describeValue } from '../failure/check';
import type { MailboxCore } from '../kernel/mailbox-core';
import type { MailboxSettings } from '../kernel/mailbox-settings';
import { resolveMailbox } from '../mailbox/mailbox-options';
import type { Claims } from './claims';
import type { Peer } from './peer';
import { RemoteActor } from './remote-actor';
import type { RemoteSystem } from './remote-system';

/** An actor of another node that cannot be entered yet, since an actor of this node, or of a third one, has its id still. */
interface Contender {
  readonly peer: Peer;
  isClosed: boolean;
  readonly patterns: string[];
}

/** The most characters of the patterns that a `registered` frame names. The others follow one by one. */
const PATTERNS_AT_ONCE = 4_000;

export interface DirectoryParts {
  readonly parts: BrokerParts;
  readonly claims: Claims;
  /** The system of remote actors. */
  readonly remote: RemoteSystem;
  readonly window: number;
  /** Sends a frame to every other node. */
  readonly announce: (head: readonly unknown[]) => void;
}

/**
 * Who owns which id. An actor of this node is here at once, and its id is claimed in the cluster. When the claim is won, the other nodes are told;
 * when it is lost, the actor ends. Actors of other nodes are entries of the broker's registry like those of this node. All methods are part of a
 * step, but for those of claims.
 */
export class Directory {
  readonly #setup: DirectoryParts;
  readonly #settings: MailboxSettings = resolveMailbox(undefined);
  readonly #contenders = new Map<string, readonly Contender[]>();
  /** Ends the promise of a registration whose claim is not decided. */
  readonly #undecided = new Map<MailboxCore, (error?: Error) => void>();

  constructor(setup: DirectoryParts) {
    this.#setup = setup;
  }

  // Actors of this node ------------------------------------------------------------------------------

  registered(core: MailboxCore): void {
    const { id, lives } = core;
    const { claims, parts } = this.#setup;
    const isStill = (): boolean => core.lives === lives;
    claims.claim(id, {
      won: () =>
        parts.dispatcher.step(() => {
          if (!isStill()) return;
          this.#announce(core, this.#setup.announce);
          this.#decide(core);
        }),
      lost: (owner) =>
        parts.dispatcher.step(() => {
          if (!isStill()) return;
          this.#decide(core, new BrokerError('AlreadyRegistered', `${describeValue(id)} is registered on the node ${describeValue(owner)}; choose another id`));
          parts.registrar.end(core, lives);
        }),
      refused: (error) =>
        parts.dispatcher.step(() => {
          if (!isStill()) return;
          this.#decide(core, error);
          parts.registrar.end(core, lives);
        }),
    });
  }

  /**
   * Resolves when the id of an actor is claimed, and rejects if another node owns it, or the broker closes before that is known. An actor that is
   * unregistered before has nothing left to wait for.
   */
  claimed(core: MailboxCore): Promise<void> {
    if (this.#setup.claims.isHeld(core.id) || !core.isRegistered) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#undecided.set(core, (error) => {
        if (error === undefined) resolve();
        else reject(error);
      });
    });
  }

  /** An actor has left the registry. */
  ended(core: MailboxCore): void {
    const { announce, claims } = this.#setup;
    const { id } = core;
    if (!core.isRemote) {
      const wasHeld = claims.isHeld(id);
      // Another node may claim the id as soon as it hears that the actor has ended.
      claims.release(id);
      if (wasHeld) announce(['gone', id]);
      const isClosing = this.#setup.parts.system.phase !== 'open';
      this.#decide(core, isClosing ? new BrokerError('BrokerClosed', `the broker has closed before ${describeValue(id)} was claimed in the cluster`) : undefined);
    }
    this.#enterContender(id);
  }

  closed(id: string): void {
    if (this.#setup.claims.isHeld(id)) this.#setup.announce(['closed', id]);
  }

  bound(kind: 'bind' | 'unbind', pattern: string, core: MailboxCore): void {
    if (!core.isRemote && this.#setup.claims.isHeld(core.id)) this.#setup.announce([kind, pattern, core.id]);
  }

  /** Tells a node that was met about all actors of this one. */
  tellAll(post: (head: readonly unknown[]) => void): void {
    const { claims, parts } = this.#setup;
    for (const core of parts.actors.values()) if (!core.isRemote && claims.isHeld(core.id)) this.#announce(core, post);
  }

  // Actors of other nodes ----------------------------------------------------------------------------

  /** The node of an actor of another node. */
  nodeOf(core: MailboxCore): string | undefined {
    return core instanceof RemoteActor ? core.carrier.nodeId : undefined;
  }

  told(peer: Peer, id: string, isClosed: boolean, patterns: readonly string[]): void {
    const { parts } = this.#setup;
    const core = parts.actors.get(id);
    if (isOf(core, peer)) parts.registrar.endRemote(core);
    const contender = { peer, isClosed, patterns: [...patterns] };
    if (parts.actors.has(id)) this.#contenders.set(id, [...this.#contendersBut(peer, id), contender]);
    else this.#enter(id, contender);
  }

  gone(peer: Peer, id: string): void {
    const core = this.#setup.parts.actors.get(id);
    if (isOf(core, peer)) this.#setup.parts.registrar.endRemote(core);
    else this.#dropContender(peer, id);
  }

  remoteClosed(peer: Peer, id: string): void {
    const core = this.#setup.parts.actors.get(id);
    if (isOf(core, peer)) this.#close(core);
    else for (const contender of this.#contendersOf(peer, id)) contender.isClosed = true;
  }

  /** @throws {BrokerError} for a malformed pattern. */
  remoteBound(peer: Peer, kind: 'bind' | 'unbind', pattern: string, id: string): void {
    const { topics } = this.#setup.parts;
    const core = this.#setup.parts.actors.get(id);
    if (isOf(core, peer)) {
      if (kind === 'bind') topics.bind(pattern, core);
      else topics.unbind(pattern, core);
    } else {
      for (const { patterns } of this.#contendersOf(peer, id)) {
        if (kind === 'bind') patterns.push(pattern);
        else if (patterns.includes(pattern)) patterns.splice(patterns.indexOf(pattern), 1);
      }
    }
  }

  /** A node takes no more messages. */
  leaving(peer: Peer): void {
    for (const core of this.#setup.parts.actors.values()) if (isOf(core, peer)) this.#close(core);
  }

  /** A node has gone, and its actors with it. */
  lost(peer: Peer): void {
    for (const id of [...this.#contenders.keys()]) this.#dropContender(peer, id);
    for (const core of [...this.#setup.parts.actors.values()]) if (isOf(core, peer)) this.#setup.parts.registrar.endRemote(core);
  }

  // --------------------------------------------------------------------------------------------------

  #announce(core: MailboxCore, post: (head: readonly unknown[]) => void): void {
    const patterns = this.#setup.parts.topics.patternsOf(core);
    let left = PATTERNS_AT_ONCE;
    const first = patterns.findIndex((pattern) => (left -= pattern.length) < 0);
    const count = first < 0 ? patterns.length : first;
    post(['registered', core.id, core.status !== 'open', patterns.slice(0, count)]);
    for (const pattern of patterns.slice(count)) post(['bind', pattern, core.id]);
  }

  #decide(core: MailboxCore, error?: Error): void {
    this.#undecided.get(core)?.(error);
    this.#undecided.delete(core);
  }

  #enter(id: string, { peer, isClosed, patterns }: Contender): void {
    const { parts, remote, window } = this.#setup;
    // A broker that has ended may still wait for receipts. It has no actors any more.
    if (parts.system.phase === 'ended') return;
    const core = new RemoteActor(peer.sender, window, this.#settings, remote);
    parts.registrar.addRemote(id, core);
    if (isClosed) this.#close(core);
    for (const pattern of patterns) parts.topics.bind(pattern, core);
  }

  /** The id is free now: enters the actor of the node that has announced it first. */
  #enterContender(id: string): void {
    const [first, ...others] = this.#contenders.get(id) ?? [];
    if (first === undefined) return;
    if (others.length === 0) this.#contenders.delete(id);
    else this.#contenders.set(id, others);
    this.#enter(id, first);
  }

  #dropContender(peer: Peer, id: string): void {
    const left = this.#contendersBut(peer, id);
    if (left.length === 0) this.#contenders.delete(id);
    else this.#contenders.set(id, left);
  }

  /** The contenders for an id, without that of one node: a node has one at most. */
  #contendersBut(peer: Peer, id: string): readonly Contender[] {
    return (this.#contenders.get(id) ?? []).filter((contender) => contender.peer !== peer);
  }

  #contendersOf(peer: Peer, id: string): readonly Contender[] {
    return (this.#contenders.get(id) ?? []).filter((contender) => contender.peer === peer);
  }

  #close(core: MailboxCore): void {
    core.status = 'closed';
    this.#setup.parts.system.counts.closings++;
  }
}

function isOf(core: MailboxCore | undefined, peer: Peer): core is RemoteActor {
  return core instanceof RemoteActor && core.carrier === peer.sender;
}
