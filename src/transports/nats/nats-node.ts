import type { NatsConnection } from '@nats-io/nats-core';
import type { Batch, Transport, TransportListener } from '../../distributed/transport';
import { Claims } from './claims';
import { ConnectionWatch } from './connection-watch';
import { Deaths } from './deaths';
import { Inbox } from './inbox';
import { Lease } from './lease';
import { Members } from './members';
import { deniedSubject } from './nats-failure';
import type { NatsSettings } from './nats-options';
import { patiently } from './patiently';
import { Registry } from './registry';
import { SteadyClock } from './steady-clock';
import { Subjects } from './subjects';
import { within } from './within';

/** How often the other nodes are looked for, in milliseconds. (A tenth of the lease, if that is less.) */
const LOOK = 1000;
/** How long the nodes that are there may take to answer before `start` resolves without them, in milliseconds. */
const GREETING = 1000;
/** How long this node may take to hear itself, in milliseconds. */
const ECHO = 5000;
/** How long `close` waits for the server, in milliseconds. */
const FAREWELL = 5000;
/** For how long the server may be silent after a ping: so many slices of so many milliseconds. */
const PONG_SLICES = 8;
const PONG_SLICE = 250;

/** Stands in for the listener until `start` is called. */
const NOBODY: TransportListener = { batch() {}, up() {}, down() {}, connected() {}, fenced() {} };

/** The transport of a node: its inbox, its lease, its claims, and the other nodes. */
export class NatsNode implements Transport {
  readonly nodeId: string;
  readonly maxBatch: number;
  readonly structured = false;
  readonly #connection: NatsConnection;
  readonly #subjects: Subjects;
  readonly #lookEvery: number;
  readonly #watch: ConnectionWatch;
  readonly #inbox: Inbox;
  readonly #lease: Lease;
  readonly #members: Members;
  readonly #claims: Claims;
  #listener: TransportListener = NOBODY;
  #state: 'new' | 'joining' | 'joined' | 'leaving' | 'left' = 'new';
  #look: ReturnType<typeof setTimeout> | undefined;
  /** Ends the waiting of `start`. */
  #heardItself = (): void => {};
  #allAnswered = (): void => {};
  #refuse = (_error: Error): void => {};
  #sweeping: Promise<void> | undefined;

  constructor(connection: NatsConnection, maxPayload: number, settings: NatsSettings, nodeId: string) {
    const { lease, namespace } = settings;
    this.nodeId = nodeId;
    this.maxBatch = maxPayload;
    this.#connection = connection;
    this.#subjects = new Subjects(namespace);
    this.#lookEvery = Math.min(LOOK, lease / 10);
    this.#watch = new ConnectionWatch(connection, {
      connected: (isUp) => this.#connected(isUp),
      closed: () => this.#lease.lose(),
      refused: (error) => this.#refused(error),
    });
    const clock = new SteadyClock();
    const registry = new Registry(connection, this.#watch, `KV_${namespace}`, this.#subjects, nodeId);
    const deaths = new Deaths(registry, lease, () => void this.#sweep());
    this.#lease = new Lease(registry, clock, nodeId, lease, () => this.#fenced());
    this.#claims = new Claims(registry, this.#watch, deaths, nodeId, (node) => this.#members.lives(node));
    this.#inbox = new Inbox(connection, this.#subjects, nodeId, {
      isHeard: (from) => !this.#lease.hasEnded() && (from === nodeId || this.#members.heard(from)),
      batch: (from, batch) => this.#listener.batch(from, batch),
      answered: (node) => this.#answered(node),
      absent: (node) => this.#members.absent(node),
    });
    this.#members = new Members(registry, deaths, clock, nodeId, {
      up: (node) => this.#listener.up(node),
      down: (node) => this.#listener.down(node),
      declaredGone: () => this.#lease.lose(),
      probe: (node) => void this.#inbox.send(node, ''),
    });
  }

  async start(listener: TransportListener): Promise<void> {
    if (this.#state !== 'new') throw new Error('a transport can be started once');
    this.#listener = listener;
    this.#state = 'joining';
    const refused = new Promise<never>((_resolve, reject) => void (this.#refuse = reject));
    try {
      await Promise.race([this.#join(), refused]);
    } catch (error) {
      this.#leave();
      throw error;
    }
    this.#state = 'joined';
    this.#lookLater();
    if (this.#members.count === 0) void this.#sweep();
    if (!this.#watch.isUp) listener.connected(false);
  }

  send(to: string, batch: Batch): boolean {
    const isReady = this.#watch.isUp && this.#members.isUp(to);
    return isReady && this.#inbox.send(to, batch as string | Uint8Array);
  }

  claim(id: string): Promise<string> {
    return this.#claims.claim(id);
  }

  release(id: string): void {
    // It rejects when this node leaves; its claims are free then.
    this.#claims.release(id).catch(() => {});
  }

  async close(): Promise<void> {
    if (this.#state !== 'joined') return;
    this.#state = 'leaving';
    clearTimeout(this.#look);
    await within(FAREWELL, this.#claims.releaseAll()).catch(() => {});
    if (this.#isOver) return;
    // Without an answer, the lease ends by itself.
    await within(FAREWELL, this.#lease.leave()).catch(() => {});
    this.#leave();
    await within(FAREWELL, this.#connection.flush()).catch(() => {});
  }

  async #join(): Promise<void> {
    const isHeard = new Promise<void>((resolve) => void (this.#heardItself = resolve));
    this.#inbox.open();
    // Right after its start, a server may not be able to answer yet.
    await patiently(() => this.#lease.take());
    this.#inbox.send(this.nodeId, '');
    await within(ECHO, isHeard);
    await patiently(() => this.#members.look());
    const areAllUp = new Promise<void>((resolve) => void (this.#allAnswered = resolve));
    if (this.#members.silentCount > 0) await within(GREETING, areAllUp).catch(() => {});
    if (this.#lease.hasEnded()) throw this.#lostWhileJoining();
  }

  #lostWhileJoining(): Error {
    return new Error(`the node '${this.nodeId}' could not renew its lease while it joined`);
  }

  #answered(node: string): void {
    if (node === this.nodeId) this.#heardItself();
    else this.#members.heard(node);
    if (this.#members.silentCount === 0) this.#allAnswered();
  }

  #lookLater(): void {
    this.#look = setTimeout(() => void this.#lookAround(), this.#lookEvery);
  }

  async #lookAround(): Promise<void> {
    if (this.#watch.isUp) await this.#members.look().catch(() => this.#checkConnection());
    if (this.#state === 'joined') this.#lookLater();
  }

  /** The server did not answer. The client would notice a dead connection only after minutes. */
  async #checkConnection(): Promise<void> {
    if (this.#watch.isUp && (await this.#isSilent())) await this.#connection.reconnect().catch(() => {});
  }

  /** Whether the server does not answer a ping. The time is cut in slices, so that a busy event loop reads the answer between them. */
  async #isSilent(): Promise<boolean> {
    let isAnswered = false;
    const answered = (): void => void (isAnswered = true);
    this.#connection.flush().then(answered, answered);
    for (let slice = 0; slice < PONG_SLICES; slice++) {
      await new Promise((resolve) => setTimeout(resolve, PONG_SLICE));
      if (isAnswered) return false;
    }
    return true;
  }

  #connected(isUp: boolean): void {
    if (!isUp) this.#members.disconnected();
    if (this.#state === 'joined') this.#listener.connected(isUp);
  }

  /** The server refused something on the user's connection. A node that may not use its namespace's subjects cannot take part. */
  #refused(error: Error): void {
    const subject = deniedSubject(error);
    if (subject === undefined || !this.#subjects.has(subject)) return;
    this.#refuse(new Error(`the NATS server does not let this client use '${subject}', which its namespace needs`, { cause: error }));
    this.#lease.lose();
  }

  #fenced(): void {
    const wasJoined = this.#state === 'joined' || this.#state === 'leaving';
    this.#leave();
    if (wasJoined) this.#listener.fenced();
    else this.#refuse(this.#lostWhileJoining());
  }

  get #isOver(): boolean {
    return this.#state === 'left';
  }

  #leave(): void {
    this.#state = 'left';
    clearTimeout(this.#look);
    this.#inbox.close();
    this.#claims.stop();
    this.#members.stop();
    this.#watch.stop();
  }

  /** Erases what nodes that are gone have claimed; again, if another one was declared gone meanwhile. */
  async #sweep(): Promise<void> {
    const before = this.#sweeping ?? Promise.resolve();
    this.#sweeping = before.then(() => this.#claims.sweep((node) => node === this.nodeId || this.#members.isKnown(node))).catch(() => {});
    await this.#sweeping;
  }
}
