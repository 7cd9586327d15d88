import type { SchedulerLike } from 'rxjs';
import { FAIRNESSES, type Fairness } from '../buffer/fairness';
import { OVERFLOWS, type Overflow } from '../buffer/overflow';
import { type Check, checkCount, checkEach, checkOneOf, checkScheduler, checkTimeout } from '../failure/check';
import type { FailureCode } from '../failure/failure-code';

/** How a mailbox keeps and hands out its messages. */
export interface MailboxOptions {
  /** What becomes of a message that finds the mailbox full (rule M2). Default `'fail'`. */
  readonly overflow?: Overflow;
  /** Turns at once. Default 1: the next message starts when the reply to this one has settled (rule M4). */
  readonly concurrency?: number;
  /** Which waiting priority goes next (rule M3). Default `'weighted'`. */
  readonly fairness?: Fairness;
  /** Milliseconds a message may wait before its turn; after that it fails with `Expired`. With 0 only an idle actor handles it. Default: none. */
  readonly ttl?: number;
  /** Milliseconds a turn may take; then it is aborted with `Timeout`. Default: none. */
  readonly turnTimeout?: number;
  /** With `overflow: 'block'`: senders parked at once. Default: the capacity. */
  readonly maxWaiting?: number;
  /** Where the mailbox drains (rule D3). Default: the broker's, which is on the sender's stack. */
  readonly dispatcher?: SchedulerLike;
}

/** Mailbox options with every default filled in; shared by all mailboxes made alike. */
export interface MailboxSettings {
  readonly overflow: Overflow;
  readonly concurrency: number;
  readonly fairness: Fairness;
  readonly ttl: number;
  /** Whether `ttl` is finite: looked at for each queued message, where a comparison of numbers beyond small integers is slower. */
  readonly hasTtl: boolean;
  readonly turnTimeout: number;
  /** Where it is not given, as many as the capacity. */
  readonly maxWaiting: number | undefined;
  readonly dispatcher: SchedulerLike | undefined;
  /** What a full mailbox in which nothing can expire answers, where its settings alone say so. */
  readonly whenFull: FailureCode | undefined;
}

/** Shared by all mailboxes without options: an object for each would be a third of an idle actor. */
const DEFAULTS: MailboxSettings = {
  overflow: 'fail',
  concurrency: 1,
  fairness: 'weighted',
  ttl: Infinity,
  hasTtl: false,
  turnTimeout: Infinity,
  maxWaiting: undefined,
  dispatcher: undefined,
  whenFull: 'MailboxFull',
};

const CHECKS: Readonly<Record<keyof MailboxOptions, Check>> = {
  overflow: (value, name) => checkOneOf(value, name, OVERFLOWS),
  concurrency: checkCount,
  fairness: (value, name) => checkOneOf(value, name, FAIRNESSES),
  ttl: checkTimeout,
  turnTimeout: checkTimeout,
  maxWaiting: checkCount,
  dispatcher: checkScheduler,
};

/** Checks every option; what they leave out, or leave `undefined`, is as in `base`. @throws {TypeError | RangeError} */
export function resolveMailbox(options: MailboxOptions | undefined, base: MailboxSettings = DEFAULTS): MailboxSettings {
  if (options === undefined) return base;
  checkEach(options, CHECKS);
  const { overflow = base.overflow, concurrency = base.concurrency, fairness = base.fairness, ttl = base.ttl } = options;
  const { turnTimeout = base.turnTimeout, maxWaiting = base.maxWaiting, dispatcher = base.dispatcher } = options;
  return {
    overflow,
    concurrency,
    fairness,
    ttl,
    hasTtl: ttl !== Infinity,
    turnTimeout,
    maxWaiting,
    dispatcher,
    whenFull: overflow === 'drop-oldest' ? undefined : overflow === 'drop-newest' ? 'Dropped' : 'MailboxFull',
  };
}
