import { type Law, registerLaws } from './law';
import { CAPACITY_LAWS } from './mailbox/capacity-laws';
import { CONSERVATION_LAWS } from './mailbox/conservation-laws';
import { IDLE_LAWS } from './mailbox/idle-laws';
import type { CreateMailbox } from './mailbox/mailbox-under-law';
import { ORDER_LAWS } from './mailbox/order-laws';
import { OVERFLOW_LAWS } from './mailbox/overflow-laws';
import { PAUSING_LAWS } from './mailbox/pausing-laws';
import { TELLING_LAWS } from './mailbox/telling-laws';
import { WAITING_LAWS } from './mailbox/waiting-laws';

/** The laws of a mailbox, for every overflow strategy with both fairnesses. */
export const MAILBOX_LAWS: readonly Law<CreateMailbox>[] = [
  ...CAPACITY_LAWS,
  ...OVERFLOW_LAWS,
  ...WAITING_LAWS,
  ...ORDER_LAWS,
  ...PAUSING_LAWS,
  ...IDLE_LAWS,
  ...CONSERVATION_LAWS,
  ...TELLING_LAWS,
];

/** Registers the laws of a mailbox towards its senders and its consumer. */
export function mailboxLaws(name: string, create: CreateMailbox): void {
  registerLaws(name, MAILBOX_LAWS, create);
}
