import type { FailureCode } from '../../failure/failure-code';
import { settle } from '../../kernel/settle';
import type { Stamp } from '../../kernel/stamp';
import type { Task } from '../../kernel/task';
import type { PackedFrame } from '../codec/packing';
import type { RemoteActor } from '../remote-actor';
import type { CastFrame, OutgoingCast } from './outgoing-cast';

/** A frame on its way to the other node. */
export interface Parcel {
  frame: PackedFrame;
  /** Whether it has gone out, in a batch that may have been lost. */
  isSent: boolean;
  /** Whether it is no longer to be sent, if it has not been. */
  isWithdrawn: boolean;
  /** Called with the time before it goes out. If it has waited, its frame may have to name a shorter timeout. */
  refresh?(now: number): void;
  /** Called when the other node has it. */
  received?(): unknown;
}

/** The sender of a parcel. */
export interface ParcelOwner {
  /** The other node has the parcel. Part of a step. */
  received(parcel: MessageParcel): void;
  /** The parcel of an ask with a timeout has waited, so at `now` less of the timeout is left. */
  refresh(parcel: MessageParcel, now: number): void;
  /** The parcel of a broadcast has waited, or a caller has left meanwhile. */
  refreshCast(parcel: CastParcel, now: number): void;
}

/** A message for one actor. `task` is `null` for a plain one. */
export interface Posted {
  readonly actor: RemoteActor;
  readonly task: Task | null;
}

/** A frame that has waited for fewer milliseconds keeps its timeout. To pack each frame of a burst again took a tenth of the burst's time. */
const STALE = 10;

/** The frame of a message, or of one to many. There is one for each message, so it has no closures. */
export class MessageParcel implements Parcel {
  frame: PackedFrame;
  isSent = false;
  isWithdrawn = false;
  /** The bytes that it takes of the credit. */
  readonly size: number;
  readonly owner: ParcelOwner;
  posted: readonly Posted[];
  /** The time for which its frame was packed, if that says how much of a timeout is left. Else `Infinity`. */
  packedAt: number;
  // The letter of a plain message that is lost needs these.
  readonly message: unknown;
  readonly lane: number;
  readonly stamp: Stamp | null;
  #isOver = false;

  constructor(owner: ParcelOwner, frame: PackedFrame, posted: readonly Posted[], message: unknown, lane: number, stamp: Stamp | null, packedAt: number) {
    this.owner = owner;
    this.frame = frame;
    this.size = frame.size;
    this.posted = posted;
    this.message = message;
    this.lane = lane;
    this.stamp = stamp;
    this.packedAt = packedAt;
  }

  refresh(now: number): void {
    if (now - this.packedAt >= STALE) this.owner.refresh(this, now);
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

/** A frame of a broadcast that is asked. It goes out without the targets whose caller has left before. */
export class CastParcel extends MessageParcel {
  readonly cast: OutgoingCast;
  /** Whether the observers of `broadcasts$` on the other node are told, too. */
  readonly announces: boolean;
  /** When the broadcast began. */
  readonly startedAt: number;
  /** Whether the caller of a target has left, so that its frame must be made again. */
  hasLeft = false;

  constructor(owner: ParcelOwner, cast: OutgoingCast, { frame, from }: CastFrame, posted: readonly Posted[], now: number) {
    super(owner, frame, posted, cast.message, cast.lane, cast.stamp, cast.timeout === Infinity ? Infinity : now);
    this.cast = cast;
    this.announces = from === 0;
    this.startedAt = now;
  }

  override refresh(now: number): void {
    if (this.hasLeft || now - this.packedAt >= STALE) this.owner.refreshCast(this, now);
  }
}
