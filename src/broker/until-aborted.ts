import type { Subscriber } from 'rxjs';

/** What an abort ends. */
export interface Cancellable {
  cancel(reason: unknown): void;
}

/** Those that share a signal, in the order of coming. */
interface Group {
  readonly all: Set<Cancellable>;
  /** Takes its listener off. */
  readonly stop: () => void;
}

const groups = new WeakMap<AbortSignal, Group>();

/**
 * Cancels `one` with the signal's reason when that aborts; answers what takes this back.
 *
 * One listener for all that share a signal, such as a component's "until I am gone": an event target walks its list for each that comes
 * and goes, so that 100,000 would take minutes, and Node warns of a leak from the eleventh on.
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
    const reason: unknown = signal.reason === undefined ? new Error('aborted') : signal.reason;
    // One by one, as listeners would be called: one that is cancelled may take others back.
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

/** Whether the caller has left. One whose signal has aborted is told so. */
export function isCalledOff(subscriber: Subscriber<any>, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted === true) subscriber.error(signal.reason);
  return subscriber.closed;
}
