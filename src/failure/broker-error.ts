/**
 * Why the broker could not do what it was asked for.
 *
 * - `AlreadyRegistered`: the id or the mailbox is taken, the mailbox is not at rest, or its consumer's seat is taken.
 * - `NotFound`: no actor has this id; or a mailbox without a broker was asked for one.
 * - `RoutingFailed`: a malformed topic, pattern or key; or no open actor is bound to the topic.
 * - `BrokerClosed`: the broker is closing or closed.
 */
export type BrokerErrorCode = 'AlreadyRegistered' | 'NotFound' | 'RoutingFailed' | 'BrokerClosed';

/** A call that the broker could not carry out, such as a registration or a route. A message that cannot be delivered is a `SendError`. */
export class BrokerError extends Error {
  /** `'BrokerError'`. */
  override readonly name: string = 'BrokerError';
  /** What went wrong, for programs. */
  readonly code: BrokerErrorCode;
  /** A text for people: what was given, and what is allowed. */
  readonly reason?: string;

  /** `options.cause` is the error behind it, if there is one. */
  constructor(code: BrokerErrorCode, reason?: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${reason ?? code.replace(/\B[A-Z]/, ' $&').toLowerCase()}`, options);
    this.code = code;
    if (reason !== undefined) this.reason = reason;
  }
}
