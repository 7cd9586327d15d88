import { VirtualTimeScheduler } from 'rxjs';

/**
 * Waits for the next turn of the event loop, after all microtasks and `asapScheduler`. A timer would be too slow for thousands of turns: one
 * of Node takes a millisecond, one of a browser four.
 */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });

/** How long a network needs. */
export interface Settling {
  /** How many times what is on its way may go on: each time the event loop turns, and the network delivers. */
  readonly rounds: number;
  /** The milliseconds of virtual time that one round lets pass. */
  readonly ms: number;
  /** The most milliseconds that all settling may take. */
  readonly slack: number;
  /** Whether nothing has happened since the last call. All has settled after `rounds` rounds in which nothing has. Default: always. */
  isQuiet?(): boolean;
}

/** A virtual time, and the ways to let everything go on in it. */
export interface VirtualTime {
  readonly scheduler: VirtualTimeScheduler;
  settle(): Promise<void>;
  pass(ms: number): Promise<void>;
  until<T>(promise: PromiseLike<T>): Promise<T>;
  /** Lets time pass without waiting for anything to settle, in rounds of a tenth of it. */
  elapse(ms: number): Promise<void>;
}

/** The rounds after which all waiting ends, so that a law fails and does not hang. */
const MOST_ROUNDS = 10_000;

/** Makes a virtual time of its own, which stands still but for `pass`, and for the rounds that settle a network. */
export function virtualTime({ rounds, ms, slack, isQuiet = () => true }: Settling): VirtualTime {
  const scheduler = new VirtualTimeScheduler();
  let settling = 0;
  const advance = (by: number): void => {
    const end = scheduler.frame + by;
    // An action of its own at the end moves the clock there, if there is no other.
    scheduler.schedule(() => undefined, by);
    scheduler.maxFrames = end;
    scheduler.flush();
  };
  const round = async (by = ms): Promise<void> => {
    await nextTurn();
    advance(by);
    await nextTurn();
  };
  const settle = async (): Promise<void> => {
    const begin = scheduler.frame;
    let quiet = 0;
    for (let done = 0; quiet < rounds && done < MOST_ROUNDS; done++) {
      await round();
      quiet = isQuiet() ? quiet + 1 : 0;
    }
    settling += scheduler.frame - begin;
    if (settling > slack) throw new Error(`settling has taken ${settling} ms, and a law may take ${slack}`);
  };
  return {
    scheduler,
    settle,
    async pass(time) {
      await settle();
      advance(time);
      await settle();
    },
    async elapse(time) {
      for (let done = 0; done < 10; done++) await round(time / 10);
    },
    async until(promise) {
      let isSettled = false;
      const note = (): void => void (isSettled = true);
      promise.then(note, note);
      for (let done = 0; !isSettled && done < MOST_ROUNDS; done++) await round();
      if (!isSettled) throw new Error(`a promise has not settled after ${MOST_ROUNDS} rounds`);
      return promise;
    },
  };
}
