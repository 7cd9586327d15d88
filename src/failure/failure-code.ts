/** Why the broker failed a message. A handler's own error is not among them: it reaches the caller unchanged. */
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
