import { Stamp } from './stamp';
import type { Task } from './task';

/** What goes into a queue with a message: its stamp, or its task if it has one. A task holds the message itself. */
export type Entry = Task | Stamp;

/**
 * What a queue holds with a message: its entry, or for a plain message a number, the milliseconds from an epoch to the sending. A new stamp in
 * an old array is work for the garbage collector with each message (in a drain 0.6 × an idle `trySend`).
 */
export type QueueRecord = Entry | number;

/** Turns the stamps of plain messages into numbers, and back. */
export class QueueRecords {
  /** The time from which the numbers count. */
  #epoch = 0;
  /** The last stamp that was made of a number. Messages of the same millisecond share it. */
  #stamp = new Stamp(NaN);

  /** The record of a plain message. `isFirst`: nothing else is queued, so a new epoch may begin. */
  ofPlain(stamp: Stamp, isFirst: boolean): QueueRecord {
    const at = stamp.at as number;
    if (isFirst) this.#epoch = at;
    const since = at - this.#epoch;
    // A number that is no small integer costs as much as a stamp.
    return (since | 0) === since ? since : stamp;
  }

  read(record: QueueRecord): Entry {
    if (typeof record !== 'number') return record;
    const at = this.#epoch + record;
    if (at !== this.#stamp.at) this.#stamp = new Stamp(at);
    return this.#stamp;
  }
}
