/** Thrown inside: a message that no handler took, or a delivery left unsettled. It becomes the code `Unhandled`. */
export class UnhandledMessage {
  /** False where no handler saw the message. */
  readonly started: boolean;
  readonly detail: string;

  constructor(started: boolean, detail: string) {
    this.started = started;
    this.detail = detail;
  }
}
