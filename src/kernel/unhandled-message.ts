/**
 * Thrown inside of the broker for a message that no handler takes: it has none, its delivery was left unsettled, or it does not match its
 * schema. It becomes a `SendError`.
 */
export class UnhandledMessage {
  /** Whether a handler saw the message. */
  readonly started: boolean;
  readonly detail: string;
  readonly code: 'Unhandled' | 'Rejected';
  readonly cause: unknown;

  constructor(started: boolean, detail: string, code: 'Unhandled' | 'Rejected' = 'Unhandled', cause?: unknown) {
    this.started = started;
    this.detail = detail;
    this.code = code;
    this.cause = cause;
  }
}

/** Whether a handler's error is one of these. A thrown Proxy may throw when it is looked at. */
export function isUnhandled(thrown: unknown): thrown is UnhandledMessage {
  try {
    return thrown instanceof UnhandledMessage;
  } catch {
    return false;
  }
}
