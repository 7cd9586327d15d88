/** Thrown inside of the broker for a message without a handler, or a delivery left unsettled. It becomes a `SendError` (`Unhandled`). */
export class UnhandledMessage {
  /** Whether a handler saw the message. */
  readonly started: boolean;
  readonly detail: string;

  constructor(started: boolean, detail: string) {
    this.started = started;
    this.detail = detail;
  }
}
