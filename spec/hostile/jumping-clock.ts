import { VirtualTimeScheduler } from 'rxjs';

/** Virtual time whose clock can be set, as an operator or a time server sets a machine's: timers go on as if nothing had happened. */
export class JumpingClock extends VirtualTimeScheduler {
  /** Not from 0, so that it may go back. */
  #offset = Date.UTC(2026, 0);

  constructor() {
    super();
    this.now = () => this.frame + this.#offset;
  }

  /** What was asked for and has neither run nor been cancelled. */
  get open(): number {
    return this.actions.length;
  }

  /** So many milliseconds really pass. */
  pass(ms: number): void {
    this.maxFrames = this.frame + ms;
    // A timer that only moves the time to its end.
    this.schedule(() => {}, ms);
    this.flush();
  }

  /** The clock shows another time from now on. */
  jump(ms: number): void {
    this.#offset += ms;
  }
}
