import type { SchedulerLike } from 'rxjs';
import type { Fairness } from '../message/mailbox-options';
import type { Overflow } from '../message/mailbox-options';

/** `MailboxOptions` with every default filled in. Mailboxes without options share one object. */
export interface MailboxSettings {
  readonly overflow: Overflow;
  readonly concurrency: number;
  readonly fairness: Fairness;
  readonly ttl: number;
  readonly turnTimeout: number;
  /** `undefined`: the capacity. */
  readonly maxWaiting: number | undefined;
  readonly dispatcher: SchedulerLike | undefined;
}
