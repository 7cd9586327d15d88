/**
 * Why the broker could not carry out a call.
 *
 * - `AlreadyRegistered`: the id is taken, the mailbox is registered, a turn of it has not ended, or it has a consumer.
 * - `NotFound`: no actor has this id, or a mailbox has no broker.
 * - `RoutingFailed`: a topic, pattern or key is malformed, no open actor is bound to the topic, or the router failed.
 * - `BrokerClosed`: the broker is closing or closed.
 */
export type BrokerErrorCode = 'AlreadyRegistered' | 'NotFound' | 'RoutingFailed' | 'BrokerClosed';

/** A call that the broker could not carry out, such as a registration or a route. A message that cannot be delivered is a `SendError`. */
export class BrokerError extends Error {
  /** `'BrokerError'`. */
  override readonly name: string = 'BrokerError';
  /** Why the call failed. */
  readonly code: BrokerErrorCode;
  /** A text for people: what was given, and what is allowed. */
  readonly reason?: string;

  /** `options.cause`: the error that caused this one, if any. */
  constructor(code: BrokerErrorCode, reason?: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${reason ?? code.replace(/\B[A-Z]/, ' $&').toLowerCase()}`, options);
    this.code = code;
    if (reason !== undefined) this.reason = reason;
  }
}
