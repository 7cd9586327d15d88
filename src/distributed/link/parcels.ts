import type { FailureCode } from '../../failure/failure-code';
import { SendError } from '../../failure/send-error';
import { settle } from '../../kernel/settle';
import type { Stamp } from '../../kernel/stamp';
import type { Task } from '../../kernel/task';
import type { RemoteActor } from '../remote-actor';
import type { Written } from './batch-format';
import type { Parcel } from './outbox';

/** A message for one actor in a parcel. */
export interface Posted {
  readonly actor: RemoteActor;
  /** `null` for a plain message. */
  readonly task: Task | null;
}

/** The frame of a message, or of one to many. */
export class MessageParcel implements Parcel {
  isSent = false;
  isWithdrawn = false;
  /** Whether the timeout of its ask is over here, and the other node is given some time more to say so. */
  isInGrace = false;
  written: Written;
  readonly size: number;
  readonly posted: readonly Posted[];
  /** Calls `refresh` of the one that made it. */
  readonly refresh: (() => void) | undefined;
  readonly received: () => void;
  // What a letter of a plain message needs.
  readonly message: unknown;
  readonly lane: number;
  readonly stamp: Stamp | null;

  constructor(written: Written, size: number, posted: readonly Posted[], sent: { message: unknown; lane: number; stamp: Stamp | null }, received: () => void, refresh?: (parcel: MessageParcel) => void) {
    this.written = written;
    this.size = size;
    this.posted = posted;
    this.message = sent.message;
    this.lane = sent.lane;
    this.stamp = sent.stamp;
    this.received = received;
    this.refresh = refresh === undefined ? undefined : () => refresh(this);
  }

  /** Its messages have arrived. Part of a step. */
  arrived(): void {
    for (const { actor, task } of this.posted) if (task === null || task.state === 'queued') actor.arrived(task);
  }

  /** Its messages are lost, as far as is known here. Part of a step. */
  lost(code: FailureCode): void {
    const started = this.isSent ? 'unknown' : false;
    for (const { actor, task } of this.posted) {
      if (task === null) actor.lost(this.message, this.lane, this.stamp, code);
      else if (task.state === 'queued' || task.state === 'waiting') {
        actor.withdraw(task);
        settle(task, { outcome: 'failed', code, error: new SendError(code, { actorId: actor.id, started }) });
      }
    }
  }
}
