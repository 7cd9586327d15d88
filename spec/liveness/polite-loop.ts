/** What everyone agrees is polite: work that gives way to the event loop every 10 ms. What comes between is measured beside it. */
export class PoliteLoop {
  static readonly SLICE = 10;
  #isOver = false;

  start(): void {
    const until = performance.now() + PoliteLoop.SLICE;
    while (performance.now() < until);
    if (!this.#isOver) giveWay(() => this.start());
  }

  stop(): void {
    this.#isOver = true;
  }
}

function giveWay(next: () => void): void {
  if (typeof setImmediate === 'function') {
    setImmediate(next);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    next();
  };
  port2.postMessage(undefined);
}
