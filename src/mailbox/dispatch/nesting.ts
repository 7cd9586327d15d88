import { ChunkedQueue } from '../../buffer/chunked-queue';

/** Levels of replies within replies that share a stack. Each is some twenty frames, more with operators of the user's. */
export const DEEPEST = 50;

/**
 * Replies that settle one another: an actor that answers with what it asked the next one, in a chain of thousands.
 *
 * Each would settle on the stack of the one before. Beyond a depth they line up, in order, until that stack has returned.
 */
export class Nesting {
  #depth = 0;
  #postponed: ChunkedQueue<() => void, number> | undefined;

  /** Runs `work` now; where it is deep already, or others line up before it, as soon as those are through. */
  run(work: () => void): void {
    if (this.#depth >= DEEPEST || this.#postponed !== undefined) {
      (this.#postponed ??= new ChunkedQueue()).push(work, 0);
      return;
    }
    this.#depth++;
    try {
      work();
    } finally {
      try {
        if (this.#depth === 1) this.#runPostponed();
      } finally {
        this.#depth--;
      }
    }
  }

  #runPostponed(): void {
    const postponed = this.#postponed;
    if (postponed === undefined) return;
    try {
      while (postponed.size > 0) {
        const work = postponed.shift();
        work();
      }
    } finally {
      // What threw is the last thing that was run: the others go on.
      if (postponed.size > 0) this.#runPostponed();
      else this.#postponed = undefined;
    }
  }
}
