import { type Checks, checkCount, checkScheduler, checkTimeout, oneOf, resolveOptions } from '../failure/check';
import type { MailboxSettings } from '../kernel/mailbox-settings';
import { type MailboxOptions, FAIRNESSES, OVERFLOWS } from '../message/mailbox-options';

/** Shared by all mailboxes without options: an object for each would be a third of an idle actor. */
const DEFAULTS: MailboxSettings = {
  overflow: 'fail',
  concurrency: 1,
  fairness: 'weighted',
  ttl: Infinity,
  turnTimeout: Infinity,
  maxWaiting: undefined,
  dispatcher: undefined,
};

/** The checks of a mailbox's options. */
export const MAILBOX: Checks<MailboxSettings> = {
  overflow: /* @__PURE__ */ oneOf(OVERFLOWS),
  concurrency: checkCount,
  fairness: /* @__PURE__ */ oneOf(FAIRNESSES),
  ttl: checkTimeout,
  turnTimeout: checkTimeout,
  maxWaiting: checkCount,
  dispatcher: checkScheduler,
};

/**
 * Checks every option. One that is not given, or is `undefined`, is as in `base`. `checks` may know more options than those of a mailbox.
 *
 * @throws {TypeError | RangeError}
 */
export function resolveMailbox(options: MailboxOptions | undefined, base: MailboxSettings = DEFAULTS, checks: Checks<any> = MAILBOX): MailboxSettings {
  return resolveOptions(options, checks, base);
}
