/**
 * Why the broker failed a message. A handler's own error is not among them: it reaches the caller unchanged.
 *
 * - `ActorNotFound`: no actor has this id, or it was unregistered while the message waited, was queued or was handled.
 * - `ActorStopped`: its mailbox is closed; or the turn that asked it was cancelled.
 * - `MailboxFull`: refused at capacity (`fail`), or because `maxWaiting` senders wait already (`block`).
 * - `Dropped`: refused or pushed out at capacity (`drop-newest`, `drop-oldest`).
 * - `Expired`: it waited longer than its `ttl`.
 * - `Timeout`: the caller's `timeout` was over, or, for a message that is handled, the mailbox's `turnTimeout`.
 * - `Deadlock`: an ask through `context.send` that only turns could answer which wait for it.
 * - `Unhandled`: the protocol's handlers have none for it, or its delivery was left unsettled.
 * - `BrokerClosed`: the broker is closing or closed.
 *
 * `SendError.started` says whether a handler saw it.
 */
export type FailureCode =
  | 'ActorNotFound'
  | 'ActorStopped'
  | 'MailboxFull'
  | 'Timeout'
  | 'Dropped'
  | 'Expired'
  | 'Deadlock'
  | 'Unhandled'
  | 'BrokerClosed';

/** Every failure code, in the order of the type. */
export const FAILURE_CODES: readonly FailureCode[] = [
  'ActorNotFound',
  'ActorStopped',
  'MailboxFull',
  'Timeout',
  'Dropped',
  'Expired',
  'Deadlock',
  'Unhandled',
  'BrokerClosed',
];
