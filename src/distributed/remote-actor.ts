import type { FailureCode } from '../failure/failure-code';
import type { SendError } from '../failure/send-error';
import { MailboxCore } from '../kernel/mailbox-core';
import type { MailboxSettings } from '../kernel/mailbox-settings';
import { settle } from '../kernel/settle';
import type { Stamp } from '../kernel/stamp';
import type { Task } from '../kernel/task';
import type { MailboxMetrics } from '../message/mailbox-metrics';
import type { RemoteSystem } from './remote-system';

/** Carries the messages of remote actors to their node. Its methods are part of a step. */
export interface Carrier {
  readonly nodeId: string;
  /** Why the message that was refused last was refused, if its code does not say everything. */
  readonly refusal: SendError | undefined;
  /** Takes a message. `task` is `null` for a plain one. Returns why it is refused, or `null`. */
  take(actor: RemoteActor, message: unknown, lane: number, stamp: Stamp | null, task: Task | null): FailureCode | null;
  /** Nobody waits for the reply of this ask any more. Returns whether it has gone to its node. */
  forget(task: Task): boolean;
  /** The timeout of this ask is over here. */
  timeUp(task: Task): void;
}

/**
 * An actor of another node, as an entry of this node's registry. Its messages are not queued but carried to its node. For this node a tell is
 * pending until the other node has it, and has succeeded then. An ask is pending until the other node says what has become of it: whether its
 * handler has begun is not known here before.
 *
 * A broker may know 100,000 of these, so they are small: they have no queue, no seats and no consumer.
 */
export class RemoteActor extends MailboxCore {
  readonly carrier: Carrier;
  /** Tells that its node may not have yet, and asks without a reply; not those that wait for a place on the link. */
  pending = 0;
  /** Asks that have the first values of a streamed reply. */
  open = 0;
  /** The most that were pending at once. */
  #mostPending = 0;
  /** Those that were lost or withdrawn while they were pending. */
  #removed = 0;

  constructor(carrier: Carrier, capacity: number, settings: MailboxSettings, system: RemoteSystem) {
    super(capacity, settings, system);
    this.carrier = carrier;
  }

  override get isRemote(): boolean {
    return true;
  }

  override get size(): number {
    return this.pending;
  }

  override get inFlight(): number {
    return this.open;
  }

  get error(): SendError | undefined {
    return this.carrier.refusal;
  }

  override metrics(): MailboxMetrics {
    const metrics = super.metrics();
    return { ...metrics, highWaterMark: this.#mostPending, accepted: metrics.accepted + this.#removed };
  }

  override take(task: Task): FailureCode | null {
    return this.status === 'open' ? this.carrier.take(this, task.message, task.lane, task.stamp, task) : 'ActorStopped';
  }

  override takePlain(message: unknown, lane: number, stamp: Stamp | null): FailureCode | null {
    return this.status === 'open' ? this.carrier.take(this, message, lane, stamp, null) : 'ActorStopped';
  }

  override withdraw(task: Task): void {
    if (task.state === 'waiting') this.system.counts.pending--;
    else this.#removeOne();
    task.state = 'new';
    if (this.carrier.forget(task)) (this.system as RemoteSystem).journal.hasGone(task);
  }

  override freeSeat(task: Task): void {
    this.open--;
    this.carrier.forget(task);
  }

  override timeUp(task: Task): void {
    this.carrier.timeUp(task);
  }

  /** A message is on its way. `isWaiting`: it waits for a place on the link. */
  taken(task: Task | null, isWaiting: boolean): void {
    const { counts, dispatcher, journal } = this.system;
    counts.pending++;
    if (!isWaiting && ++this.pending > this.#mostPending) this.#mostPending = this.pending;
    if (task === null) return;
    task.state = isWaiting ? 'waiting' : 'queued';
    if (task.stamp !== null) task.stamp.at ??= dispatcher.now();
    if (journal.observes(this.id)) journal.queued(task, isWaiting);
  }

  /** A tell has arrived at the actor's node, or an ask has a reply. */
  arrived(task: Task | null): void {
    const { counts, journal } = this.system;
    this.#left();
    if (this.isRegistered) this.delivered++;
    else counts.departed++;
    if (task === null) return;
    if (journal.observes(this.id)) journal.delivered(task);
    if (task.isAsked) {
      task.state = 'open';
      counts.open++;
      this.open++;
    } else {
      task.state = 'new';
      settle(task, { outcome: 'succeeded' });
    }
  }

  /** A plain message was lost on its way. */
  lost(message: unknown, lane: number, stamp: Stamp | null, code: FailureCode): void {
    this.#removeOne();
    this.losePlain(message, lane, code, stamp);
  }

  #removeOne(): void {
    this.#removed++;
    this.#left();
  }

  #left(): void {
    this.pending--;
    this.system.counts.pending--;
  }
}
