/**
 * Why the broker failed a message. A handler's own error has no code: the caller receives it unchanged.
 *
 * - `ActorNotFound`: no actor has this id, or the actor was unregistered before the message was settled.
 * - `ActorStopped`: the mailbox is closed, or the turn that asked through `context.send` was cancelled.
 * - `MailboxFull`: the mailbox is full (`fail`), or `maxWaiting` senders wait already (`block`).
 * - `Dropped`: the mailbox was full, and dropped the message (`drop-newest`, `drop-oldest`).
 * - `Expired`: the message waited longer than its `ttl`.
 * - `Timeout`: the caller's `timeout` was over, or the mailbox's `turnTimeout` for a turn.
 * - `Deadlock`: an ask through `context.send` waits for a turn that waits for this ask.
 * - `Unhandled`: the protocol's handlers have none for this message, or its delivery was left unsettled.
 * - `Rejected`: an interceptor's `send` threw, or the message or its reply does not match its schema. The `SendError` has that error as its `cause`.
 * - `BrokerClosed`: the broker is closing or closed.
 * - `NodeUnavailable`, `ConnectionLost`, `PayloadTooLarge`, `Unserializable`: only over a wire.
 *
 * `SendError.started` says whether a handler saw the message.
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
  | 'Rejected'
  | 'BrokerClosed'
  | 'NodeUnavailable'
  | 'ConnectionLost'
  | 'PayloadTooLarge'
  | 'Unserializable';

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
  'Rejected',
  'BrokerClosed',
  'NodeUnavailable',
  'ConnectionLost',
  'PayloadTooLarge',
  'Unserializable',
];
