import type { FailureCode } from '../../failure/failure-code';
import { settle } from '../../kernel/settle';
import type { Stamp } from '../../kernel/stamp';
import type { Task } from '../../kernel/task';
import type { RemoteActor } from '../remote-actor';
import type { PackedFrame } from '../codec/packing';
import type { Parcel } from './outbox';

/** A message for one actor in a parcel. */
export interface Posted {
  readonly actor: RemoteActor;
  /** `null` for a plain message. */
  readonly task: Task | null;
}

/** The message of a parcel, for the letter if it is lost. */
export interface Sent {
  readonly message: unknown;
  readonly lane: number;
  readonly stamp: Stamp | null;
}

/** The frame of a message, or of one to many. */
export class MessageParcel implements Parcel {
  isSent = false;
  isWithdrawn = false;
  /** Whether the timeout of its ask is over here, and the other node is given some time more to say so. */
  isInGrace = false;
  frame: PackedFrame;
  /** The bytes that it takes of the credit. */
  readonly size: number;
  readonly posted: readonly Posted[];
  /** Calls `refresh` of the one that made it. */
  readonly refresh: (() => void) | undefined;
  readonly received: () => void;
  // What a letter of a plain message needs.
  readonly message: unknown;
  readonly lane: number;
  readonly stamp: Stamp | null;
  #isOver = false;

  constructor(frame: PackedFrame, posted: readonly Posted[], { message, lane, stamp }: Sent, received: () => void, refresh?: (parcel: MessageParcel) => void) {
    this.frame = frame;
    this.size = frame.size;
    this.posted = posted;
    this.message = message;
    this.lane = lane;
    this.stamp = stamp;
    this.received = received;
    this.refresh = refresh === undefined ? undefined : () => refresh(this);
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
