import type { SchedulerLike } from 'rxjs';

/**
 * What a full buffer does with a newcomer.
 *
 * - `fail`: the newcomer is refused, as an error.
 * - `block`: the newcomer's sender waits for a place (mailboxes only: a hot source cannot be paused).
 * - `drop-oldest`: the oldest of the lowest priority not above the newcomer's makes room for it.
 * - `drop-newest`: the newcomer is dropped.
 */
export type Overflow = 'fail' | 'block' | 'drop-oldest' | 'drop-newest';

/** Every overflow strategy, for checks of input. */
export const OVERFLOWS: readonly Overflow[] = ['fail', 'block', 'drop-oldest', 'drop-newest'];

/**
 * Which waiting priority goes next.
 *
 * - `weighted`: credits of 8, 4, 2 and 1 for critical, high, normal and low, the highest with credit first, refilled when no waiting
 *   priority has any left. The head of `low` waits for at most 28 others.
 * - `strict`: the highest waiting priority, always. Low ones can starve.
 */
export type Fairness = 'weighted' | 'strict';

/** Every fairness, for checks of input. */
export const FAIRNESSES: readonly Fairness[] = ['weighted', 'strict'];

/** How a mailbox keeps and hands out its messages. */
export interface MailboxOptions {
  /** What becomes of a message that finds the mailbox full (rule M2). Default `'fail'`. */
  readonly overflow?: Overflow;
  /** Turns at once. Default 1: the next message starts when the reply to this one has settled (rule M4). */
  readonly concurrency?: number;
  /** Which waiting priority goes next (rule M3). Default `'weighted'`. */
  readonly fairness?: Fairness;
  /**
   * Milliseconds a message may wait before its turn; after more than that it fails with `Expired`. This is looked at when its turn comes, and at
   * the head of a full queue that needs room: elsewhere an expired message still takes a place. Default: none.
   */
  readonly ttl?: number;
  /** Milliseconds a turn may take; then it is aborted with `Timeout`. Default: none. */
  readonly turnTimeout?: number;
  /** With `overflow: 'block'`: senders parked at once. Default: the capacity. */
  readonly maxWaiting?: number;
  /** Where the mailbox drains (rule D3). Default: the broker's, which is on the sender's stack. */
  readonly dispatcher?: SchedulerLike;
}
