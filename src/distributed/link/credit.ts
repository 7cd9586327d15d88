/** The most bytes of messages without a receipt, so that a node that has stopped costs the others little memory. */
const MOST_BYTES = 8 * 1_048_576;

/** How much a link may still take: messages, and bytes. */
export class Credit {
  #messages: number;
  #bytes = MOST_BYTES;

  constructor(window: number) {
    this.#messages = window;
  }

  get isLeft(): boolean {
    return this.#messages > 0 && this.#bytes > 0;
  }

  take(bytes: number): void {
    this.#messages--;
    this.#bytes -= bytes;
  }

  /** A message has its receipt, or was taken back. */
  give(bytes: number): void {
    this.#messages++;
    this.#bytes += bytes;
  }
}
