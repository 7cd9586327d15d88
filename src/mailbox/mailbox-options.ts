import { type Checks, checkCount, checkScheduler, checkTimeout, oneOf, resolveOptions } from '../failure/check';
import type { MailboxSettings } from '../kernel/mailbox-settings';
import { type MailboxOptions, FAIRNESSES, OVERFLOWS } from '../message/mailbox-options';

/** All mailboxes without options share this object: one for each would be a third of an idle actor's memory. */
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
 * Checks every option. An option that is not given, or is `undefined`, is taken from `base`. `checks` may have more options than a mailbox.
 *
 * @throws {TypeError | RangeError}
 */
export function resolveMailbox(options: MailboxOptions | undefined, base: MailboxSettings = DEFAULTS, checks: Checks<any> = MAILBOX): MailboxSettings {
  return resolveOptions(options, checks, base);
}
