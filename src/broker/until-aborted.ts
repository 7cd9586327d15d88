import type { Subscriber } from 'rxjs';

/** Something that an abort cancels. */
export interface Cancellable {
  cancel(reason: unknown): void;
}

/** The cancellables that share a signal, in the order in which they came. */
interface Group {
  readonly all: Set<Cancellable>;
  /** Takes the group's listener off the signal. */
  readonly stop: () => void;
}

const groups = new WeakMap<AbortSignal, Group>();

/**
 * Cancels `one` with the signal's reason when the signal aborts. Returns a function that takes this back.
 *
 * All that share a signal share one listener. An event target walks its list for each listener that is added or removed, so that 100,000
 * would take minutes, and Node warns of a leak from the eleventh on.
 */
export function untilAborted(signal: AbortSignal, one: Cancellable): () => void {
  const { all, stop } = groups.get(signal) ?? newGroup(signal);
  all.add(one);
  return () => {
    if (all.delete(one) && all.size === 0) stop();
  };
}

function newGroup(signal: AbortSignal): Group {
  const all = new Set<Cancellable>();
  const stop = (): void => {
    groups.delete(signal);
    signal.removeEventListener('abort', cancelAll);
  };
  const cancelAll = (): void => {
    stop();
    const reason = reasonOf(signal);
    // One by one, since one that is cancelled may take others back.
    for (const one of all) {
      all.delete(one);
      one.cancel(reason);
    }
  };
  const group: Group = { all, stop };
  groups.set(signal, group);
  signal.addEventListener('abort', cancelAll);
  return group;
}

/** The reason of a signal that has aborted. The signals of old environments, such as jsdom 16, have none. */
function reasonOf(signal: AbortSignal): unknown {
  return signal.reason === undefined ? new Error('aborted') : signal.reason;
}

/** Whether the caller has left. If its signal has aborted, it is told so now. */
export function isCalledOff(subscriber: Subscriber<any>, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted === true) subscriber.error(reasonOf(signal));
  return subscriber.closed;
}
