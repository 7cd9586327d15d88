import type { FailureCode } from '../../failure/failure-code';
import { settle } from '../../kernel/settle';
import type { Stamp } from '../../kernel/stamp';
import type { Task } from '../../kernel/task';
import type { PackedFrame } from '../codec/packing';
import type { RemoteActor } from '../remote-actor';
import type { Parcel } from './outbox';

/** The sender of a parcel. */
export interface ParcelOwner {
  /** The other node has the parcel. Part of a step. */
  received(parcel: MessageParcel): void;
  /** The parcel of an ask goes out for the first time. */
  refresh(parcel: MessageParcel): void;
}

/** A message for one actor. `task` is `null` for a plain one. */
export interface Posted {
  readonly actor: RemoteActor;
  readonly task: Task | null;
}

/** The frame of a message, or of one to many. There is one for each message, so it has no closures. */
export class MessageParcel implements Parcel {
  frame: PackedFrame;
  isSent = false;
  isWithdrawn = false;
  /** Whether the timeout of its ask is over here, and the other node is given some time more to say so. */
  isInGrace = false;
  /** The bytes that it takes of the credit. */
  readonly size: number;
  readonly owner: ParcelOwner;
  readonly posted: readonly Posted[];
  /** The parts of the frame of an ask with a timeout, of which less may be left when it goes out. */
  readonly parts: readonly unknown[] | null;
  readonly takenAt: number;
  // The letter of a plain message that is lost needs these.
  readonly message: unknown;
  readonly lane: number;
  readonly stamp: Stamp | null;
  #isOver = false;

  constructor(owner: ParcelOwner, frame: PackedFrame, posted: readonly Posted[], message: unknown, lane: number, stamp: Stamp | null, parts: readonly unknown[] | null, takenAt: number) {
    this.owner = owner;
    this.frame = frame;
    this.size = frame.size;
    this.posted = posted;
    this.message = message;
    this.lane = lane;
    this.stamp = stamp;
    this.parts = parts;
    this.takenAt = takenAt;
  }

  refresh(): void {
    if (this.parts !== null) this.owner.refresh(this);
  }

  received(): void {
    this.owner.received(this);
  }

  /** Its messages have arrived. An ask is pending until the other node says what has become of it. Part of a step. */
  arrived(): void {
    if (this.#isOver) return;
    for (const { actor, task } of this.posted) if (task === null || (task.state === 'queued' && !task.isAsked)) actor.arrived(task);
  }

  /** Its messages are lost, as far as is known here, but for asks. Part of a step. */
  lost(code: FailureCode): void {
    this.#isOver = true;
    this.isWithdrawn = true;
    for (const { actor, task } of this.posted) {
      if (task === null) actor.lost(this.message, this.lane, this.stamp, code);
      else if (task.state === 'queued' && !task.isAsked) {
        actor.withdraw(task);
        settle(task, { outcome: 'failed', code });
      }
    }
  }
}
