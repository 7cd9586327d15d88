import type { SchedulerLike } from 'rxjs';

/** Does what it is given in that order, each after a delay. While it is shut, it holds what is due. */
export class Line {
  readonly #scheduler: SchedulerLike;
  readonly #isOpen: () => boolean;
  readonly #works: (() => void)[] = [];
  #dueCount = 0;

  constructor(scheduler: SchedulerLike, isOpen: () => boolean) {
    this.#scheduler = scheduler;
    this.#isOpen = isOpen;
  }

  push(delay: number, work: () => void): void {
    this.#works.push(work);
    this.#scheduler.schedule(() => {
      this.#dueCount++;
      this.run();
    }, delay);
  }

  /** Does what is due. To be called when the line has been opened. */
  run(): void {
    while (this.#dueCount > 0 && this.#isOpen()) {
      this.#dueCount--;
      this.#works.shift()?.();
    }
  }
}
