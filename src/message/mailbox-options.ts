import type { SchedulerLike } from 'rxjs';

/**
 * What a full buffer does with a newcomer.
 *
 * - `fail`: the newcomer is refused with an error.
 * - `block`: the newcomer's sender waits for a place (mailboxes only: a hot source cannot be paused).
 * - `drop-oldest`: the oldest message of the lowest queued priority is dropped. If that priority is above the newcomer's, the newcomer is.
 * - `drop-newest`: the newcomer is dropped.
 */
export type Overflow = 'fail' | 'block' | 'drop-oldest' | 'drop-newest';

/** Every overflow strategy, to check options. */
export const OVERFLOWS: readonly Overflow[] = ['fail', 'block', 'drop-oldest', 'drop-newest'];

/**
 * Which queued priority goes next.
 *
 * - `weighted`: critical, high, normal and low have credits of 8, 4, 2 and 1. The highest priority with credit goes next. When no queued
 *   priority has credit, all credits are refilled. The head of `low` waits for at most 28 others.
 * - `strict`: the highest queued priority goes next. Low ones can starve.
 */
export type Fairness = 'weighted' | 'strict';

/** Every fairness, to check options. */
export const FAIRNESSES: readonly Fairness[] = ['weighted', 'strict'];

/** How a mailbox keeps and hands out its messages. */
export interface MailboxOptions {
  /** What the mailbox does with a message when it is full (rule M2). Default `'fail'`. */
  readonly overflow?: Overflow;
  /** The most turns at once. Default 1: the next message starts when the reply to this one has settled (rule M4). */
  readonly concurrency?: number;
  /** Which queued priority goes next (rule M3). Default `'weighted'`. */
  readonly fairness?: Fairness;
  /**
   * Milliseconds that a message may wait for its turn; after more than that it fails with `Expired`. The mailbox looks at this when the
   * message's turn comes, and at the head of a full queue that needs room. Until then an expired message keeps its place. Default: none.
   */
  readonly ttl?: number;
  /** Milliseconds that a turn may take. After that it is aborted with `Timeout`. Default: none. */
  readonly turnTimeout?: number;
  /** With `overflow: 'block'`, the most senders that wait at once. Default: the capacity. */
  readonly maxWaiting?: number;
  /** The scheduler on which the mailbox drains (rule D3). Default: the broker's `dispatcher`, or none: the sender's stack. */
  readonly dispatcher?: SchedulerLike;
}
