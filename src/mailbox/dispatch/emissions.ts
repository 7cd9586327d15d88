import { ChunkedQueue } from '../../buffer/chunked-queue';
import { DRAINING } from '../state/flags';
import type { Dispatch } from './dispatch';

interface Emission {
  readonly target: { next(value: unknown): void };
  readonly value: unknown;
}

/** What a broker tells its observers, one after the other: all of them see one order (rule D2). */
export class Emissions {
  readonly #dispatch: Dispatch;
  isEmitting = false;
  #waiting: ChunkedQueue<Emission, number> | undefined;

  constructor(dispatch: Dispatch) {
    this.#dispatch = dispatch;
  }

  /** From inside an observer it is queued; what observers send runs after they have all seen it. */
  emit(target: { next(value: any): void }, value: unknown): void {
    if (this.isEmitting) {
      (this.#waiting ??= new ChunkedQueue()).push({ target, value }, 0);
      return;
    }
    const dispatch = this.#dispatch;
    this.isEmitting = true;
    // Telling settles no fan-out: what its observers do, does.
    const outermost = (dispatch.flags & DRAINING) === 0;
    dispatch.flags |= DRAINING;
    try {
      target.next(value);
      if (this.#waiting !== undefined) this.#emitRest(this.#waiting);
    } finally {
      this.isEmitting = false;
      // Nothing was set off, which is the rule in a flood of dead letters.
      if (outermost && dispatch.flags === DRAINING) dispatch.flags = 0;
      else dispatch.leave(outermost);
    }
  }

  #emitRest(waiting: ChunkedQueue<Emission, number>): void {
    while (waiting.size > 0) {
      const emission = waiting.shift();
      emission.target.next(emission.value);
    }
  }
}
