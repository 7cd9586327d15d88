import { concatMap, type Observable } from 'rxjs';
import { until } from '../workloads/until';
import type { Stalled } from './peer';

/** The message that a consumer is busy with. */
export const busyWith = -1;

/** A handler that has not finished its first message before it is released; the others take no time. */
export class BusyConsumer {
  handled = 0;
  /** Runs when the consumer goes on. */
  release!: () => void;
  readonly #released = new Promise<void>((resolve) => (this.release = resolve));

  readonly handle = (message: number): Promise<void> | undefined => {
    if (message === busyWith) return this.#released;
    this.handled++;
    return undefined;
  };
}

/** How messages get to a busy consumer: `send` has sent it the one that it is busy with when this is called. */
export function stalledBy(consumer: BusyConsumer, send: (message: number) => void, end?: () => void): Stalled {
  let sent = 0;
  send(busyWith);
  return {
    fill(count) {
      for (; sent < count; sent++) send(sent);
      if (consumer.handled > 0) throw new Error(`${consumer.handled} were handled by a consumer that is busy.`);
    },
    async release() {
      consumer.release();
      await until(() => consumer.handled >= sent);
      end?.();
    },
    handled: () => consumer.handled,
  };
}

/**
 * RxJS documents `concatMap` for one after the other: it keeps the values that have to wait. Each of its inner streams is a promise,
 * since a thousand that end at once overflow the stack.
 */
export function stalledStream(messages: Observable<number>, send: (message: number) => void): Stalled {
  const consumer = new BusyConsumer();
  const subscription = messages.pipe(concatMap(async (message) => consumer.handle(message))).subscribe();
  return stalledBy(consumer, send, () => {
    subscription.unsubscribe();
  });
}
