export type BrokerErrorCode = 'AlreadyRegistered' | 'NotFound' | 'RoutingFailed' | 'BrokerClosed';

/** A call that the broker could not carry out: not about one message's delivery, but about what was asked of the broker. */
export class BrokerError extends Error {
  override readonly name: string = 'BrokerError';
  readonly code: BrokerErrorCode;
  /** What was given, and what is allowed. */
  readonly reason?: string;

  constructor(code: BrokerErrorCode, reason?: string, options?: { readonly cause?: unknown }) {
    super(`${code}: ${reason ?? code.replace(/\B[A-Z]/, ' $&').toLowerCase()}`, options);
    this.code = code;
    if (reason !== undefined) this.reason = reason;
  }
}
