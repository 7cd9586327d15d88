import { check } from '../failure/check';
import { MailboxCore } from '../kernel/mailbox-core';
import type { AnyMailbox } from '../message/message-broker';

/**
 * The inside of a mailbox, for the broker. `Mailbox` is found by its field and not by its class: a bundle in which all actors are
 * spawned has no `Mailbox`.
 *
 * @throws {TypeError} for anything else.
 */
export function coreOf(mailbox: AnyMailbox): MailboxCore {
  const core: unknown = (mailbox as { core?: unknown } | null | undefined)?.core;
  check(core instanceof MailboxCore, 'mailbox must be a Mailbox (Mailbox.bounded or Mailbox.unbounded)', mailbox);
  return core;
}
