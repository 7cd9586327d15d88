export type BrokerErrorCode = 'AlreadyRegistered' | 'NotFound' | 'RoutingFailed' | 'BrokerClosed';

/** A call that the broker could not carry out, such as a registration or a route. A message that cannot be delivered is a `SendError`. */
export class BrokerError extends Error {
  override readonly name: string = 'BrokerError';
  readonly code: BrokerErrorCode;
  /** A text for people: what was given, and what is allowed. */
  readonly reason?: string;

  constructor(code: BrokerErrorCode, reason?: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${reason ?? code.replace(/\B[A-Z]/, ' $&').toLowerCase()}`, options);
    this.code = code;
    if (reason !== undefined) this.reason = reason;
  }
}
