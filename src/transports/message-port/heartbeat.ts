/** After so many looks in a row that find nothing, the other end counts as gone: at most 2.5 heartbeats after its last message. */
const MOST_SILENT = 4;

/**
 * Finds out whether the other end is gone or hangs. It looks twice in a heartbeat whether something has come, and asks for an answer if not. It
 * counts looks, not time: while the event loop of this end is blocked, it does not look.
 */
export class Heartbeat {
  readonly #ask: () => void;
  readonly #gone: () => void;
  readonly #interval: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #hasHeard = false;
  #silent = 0;

  constructor(heartbeat: number, ask: () => void, gone: () => void) {
    this.#interval = heartbeat / 2;
    this.#ask = ask;
    this.#gone = gone;
  }

  /** Something has come. From the first time on it looks. */
  heard(): void {
    this.#hasHeard = true;
    if (this.#timer !== undefined || this.#interval === Infinity) return;
    this.#timer = setInterval(() => this.#look(), this.#interval);
    // In Node, a timer keeps the process alive; the port is to decide that.
    (this.#timer as { unref?(): void }).unref?.();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#silent = 0;
  }

  #look(): void {
    if (this.#hasHeard) this.#silent = 0;
    else if (++this.#silent >= MOST_SILENT) {
      this.stop();
      this.#gone();
      return;
    } else this.#ask();
    this.#hasHeard = false;
  }
}
