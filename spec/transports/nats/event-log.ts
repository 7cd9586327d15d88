/** What has happened, in order, and the wish to see something happen: no spec sleeps. */
export class EventLog<T> {
  readonly all: T[] = [];
  readonly #waiting = new Set<() => void>();

  add(event: T): void {
    this.all.push(event);
    for (const look of this.#waiting) look();
  }

  /** Resolves with the first event from `from` on that passes the test, once there is one. */
  first(test: (event: T) => boolean, from = 0): Promise<T> {
    return this.until(() => this.all.slice(from).find(test));
  }

  /** Resolves with the first result that is neither `undefined` nor false. It looks again after each event. */
  until<R>(test: () => R | undefined | false): Promise<R> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = test();
        if (found === undefined || found === false) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}
