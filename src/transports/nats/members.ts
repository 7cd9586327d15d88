import type { Deaths } from './deaths';
import { durationOf, isLive } from './lease';
import type { Entry, Registry } from './registry';
import type { SteadyClock } from './steady-clock';
import { leaseKey } from './subjects';

/** How long nobody may listen to a node's inbox before the node is declared gone, in milliseconds. */
const ABSENCE = 3000;
/** How many unknown senders are looked up at once. */
const MOST_STRANGERS = 64;
/** How often a node whose inbox nobody listens to is looked for again, in milliseconds. */
const LOOK_AGAIN = 500;

/** Another node that has, or had, a lease. */
interface Member {
  readonly node: string;
  /** The lease: its revision, when this node learned of that one, and the milliseconds for which it holds. */
  revision: number;
  renewedAt: number;
  lease: number;
  /** Whether it has answered. */
  isUp: boolean;
  /** Whether a request whether it is gone is open. */
  isInDoubt: boolean;
  /** Since when nobody listens to its inbox, and the revision of its lease at the first look after that. */
  absentSince: number | undefined;
  absentRevision: number | undefined;
  lookAgain: ReturnType<typeof setTimeout> | undefined;
}

/** Told by `Members`, and asked to look for a node. */
export interface MemberEvents {
  up(node: string): void;
  down(node: string): void;
  /** This node's own lease is a tombstone: another one has declared it gone. */
  declaredGone(): void;
  /** Sends a node a message that it answers; if nobody listens to its inbox, the server answers. */
  probe(node: string): void;
}

/**
 * The other nodes of the namespace.
 *
 * A node joins when it has a lease and has answered. It is gone when its lease has ended or was not renewed for as long as the lease, or when
 * nobody has listened to its inbox for three seconds while the connection of this node was up. A node that is gone does not return.
 */
export class Members {
  readonly #registry: Registry;
  readonly #deaths: Deaths;
  readonly #clock: SteadyClock;
  readonly #self: string;
  readonly #events: MemberEvents;
  readonly #members = new Map<string, Member>();
  /** Nodes whose lease is being read since a message of theirs came. */
  readonly #strangers = new Set<string>();
  /** What waits for a node to answer (true), or to be gone (false). */
  readonly #awaiting = new Map<string, Set<(lives: boolean) => void>>();
  #isOver = false;

  constructor(registry: Registry, deaths: Deaths, clock: SteadyClock, self: string, events: MemberEvents) {
    this.#registry = registry;
    this.#deaths = deaths;
    this.#clock = clock;
    this.#self = self;
    this.#events = events;
  }

  isKnown(node: string): boolean {
    return this.#members.has(node);
  }

  isUp(node: string): boolean {
    return this.#members.get(node)?.isUp === true;
  }

  /** The nodes that have a lease and have not answered yet. */
  get silentCount(): number {
    return [...this.#members.values()].filter(({ isUp }) => !isUp).length;
  }

  get count(): number {
    return this.#members.size;
  }

  stop(): void {
    this.#isOver = true;
    this.#members.clear();
    for (const node of [...this.#awaiting.keys()]) this.#settle(node, true);
  }

  /**
   * Resolves with whether a node lives that has a lease: at once if it has answered, else when it answers or is gone. A process that was killed
   * and starts again finds the lease of its former life.
   */
  async lives(node: string): Promise<boolean> {
    if (this.#members.get(node) === undefined) this.#see(node, (await this.#registry.read(leaseKey(node))) ?? NO_ENTRY);
    const member = this.#members.get(node);
    if (member === undefined) return this.#isOver;
    if (member.isUp && member.absentSince === undefined) return true;
    return new Promise((resolve) => {
      const awaiting = this.#awaiting.get(node) ?? new Set();
      this.#awaiting.set(node, awaiting.add(resolve));
      this.#events.probe(node);
    });
  }

  #settle(node: string, lives: boolean): void {
    const awaiting = this.#awaiting.get(node) ?? [];
    this.#awaiting.delete(node);
    for (const resolve of awaiting) resolve(lives);
  }

  /** Reads all leases, and looks for every node. */
  async look(): Promise<void> {
    const leases = await this.#registry.list('nodes');
    if (this.#isOver) return;
    const own = leases.get(this.#self);
    if (own !== undefined && !isLive(own.value)) this.#events.declaredGone();
    for (const [node, entry] of leases) if (node !== this.#self) this.#see(node, entry);
    for (const member of this.#members.values()) {
      if (!isLive(leases.get(member.node)?.value)) this.#doubt(member);
      else if (this.#clock.now() - member.renewedAt > member.lease) this.#doubt(member, member.revision);
      this.#events.probe(member.node);
    }
  }

  /** A message came from a node. The result is whether the node is up. */
  heard(node: string): boolean {
    const member = this.#members.get(node);
    if (member === undefined) void this.#meet(node);
    else {
      member.absentSince = member.absentRevision = undefined;
      this.#join(member);
      this.#settle(node, true);
    }
    return this.isUp(node);
  }

  /** The server says that nobody listens to a node's inbox. */
  absent(node: string): void {
    const member = this.#members.get(node);
    if (member === undefined) return;
    member.absentSince ??= this.#clock.now();
    const isLong = this.#clock.now() - member.absentSince >= ABSENCE;
    if (isLong && member.absentRevision !== undefined) this.#doubt(member, member.absentRevision);
    member.lookAgain ??= setTimeout(() => this.#lookAgain(member), LOOK_AGAIN);
  }

  /** The connection of this node was lost: a node that seems absent may only be out of this node's reach. */
  disconnected(): void {
    for (const member of this.#members.values()) member.absentSince = member.absentRevision = undefined;
  }

  #lookAgain(member: Member): void {
    member.lookAgain = undefined;
    if (member.absentSince !== undefined && this.#members.get(member.node) === member) this.#events.probe(member.node);
  }

  /** A lease was read: its node renewed it before now. */
  #see(node: string, entry: Entry): void {
    const member = this.#members.get(node);
    if (member === undefined) {
      if (isLive(entry.value)) this.#members.set(node, memberOf(node, entry, this.#clock.now()));
      return;
    }
    if (entry.revision > member.revision) {
      member.revision = entry.revision;
      member.renewedAt = this.#clock.now();
    }
    if (member.absentSince !== undefined) member.absentRevision ??= member.revision;
  }

  /** A message came from a node that is not known: it has just joined, or it is gone. */
  async #meet(node: string): Promise<void> {
    if (this.#strangers.has(node) || this.#strangers.size >= MOST_STRANGERS || this.#isOver) return;
    this.#strangers.add(node);
    const entry = await this.#registry.read(leaseKey(node)).catch(() => undefined);
    this.#strangers.delete(node);
    if (entry === undefined || this.#isOver) return;
    this.#see(node, entry);
    const member = this.#members.get(node);
    if (member !== undefined) this.#join(member);
  }

  #join(member: Member): void {
    if (member.isUp) return;
    member.isUp = true;
    this.#events.up(member.node);
    // The probe shows the other node that this one is up.
    this.#events.probe(member.node);
  }

  #doubt(member: Member, revision?: number): void {
    if (member.isInDoubt) return;
    member.isInDoubt = true;
    const isGone = this.#deaths.declare(member.node, revision);
    void isGone.then(
      (gone) => this.#decided(member, gone),
      // The server did not answer: the next look asks again.
      () => void (member.isInDoubt = false),
    );
  }

  #decided(member: Member, isGone: boolean): void {
    member.isInDoubt = false;
    // It has renewed its lease, so it lives.
    member.absentSince = member.absentRevision = undefined;
    if (!isGone || this.#isOver) return;
    this.#members.delete(member.node);
    this.#settle(member.node, false);
    if (member.isUp) this.#events.down(member.node);
  }
}

/** A lease that is not there. */
const NO_ENTRY: Entry = { revision: 0, value: '' };

function memberOf(node: string, { revision, value }: Entry, renewedAt: number): Member {
  const lease = durationOf(value);
  return { node, revision, renewedAt, lease, isUp: false, isInDoubt: false, absentSince: undefined, absentRevision: undefined, lookAgain: undefined };
}
