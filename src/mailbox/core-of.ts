import { check } from '../failure/check';
import { MailboxCore } from '../kernel/mailbox-core';
import type { AnyMailbox } from '../message/message-broker';

/**
 * The core of a mailbox, for the broker. This reads its field and does not name the class `Mailbox`, so that a bundle in which all actors
 * are spawned has no `Mailbox`.
 *
 * @throws {TypeError} for anything else.
 */
export function coreOf(mailbox: AnyMailbox): MailboxCore {
  const core: unknown = (mailbox as { core?: unknown } | null | undefined)?.core;
  check(core instanceof MailboxCore, 'mailbox must be a Mailbox (Mailbox.bounded or Mailbox.unbounded)', mailbox);
  return core;
}
