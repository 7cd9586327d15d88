import type { Subscriber } from 'rxjs';

/** What an abort ends. */
export interface Cancellable {
  cancel(reason: unknown): void;
}

/** Those that share a signal, in the order of coming. */
class Group {
  readonly #all = new Set<Cancellable>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    groups.set(signal, this);
    signal.addEventListener('abort', this);
  }

  join(one: Cancellable): void {
    this.#all.add(one);
  }

  leave(one: Cancellable): void {
    if (this.#all.delete(one) && this.#all.size === 0) this.#stop();
  }

  /** The signal aborts. */
  handleEvent(): void {
    this.#stop();
    const reason: unknown = this.#signal.reason ?? new Error('aborted');
    // One by one, as listeners would be called: whoever is told may take others back.
    for (const one of this.#all) {
      this.#all.delete(one);
      one.cancel(reason);
    }
  }

  #stop(): void {
    groups.delete(this.#signal);
    this.#signal.removeEventListener('abort', this);
  }
}

/** Whether nobody waits for what is asked any more; who gave a signal that has aborted is told so. */
export function isCalledOff(subscriber: Subscriber<any>, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted === true) subscriber.error(signal.reason);
  return subscriber.closed;
}

const groups = new WeakMap<AbortSignal, Group>();

/**
 * Cancels `one` with the signal's reason when that aborts; answers what takes this back.
 *
 * One listener for all that share a signal, such as a component's "until I am gone": an event target walks its list for each that comes
 * and goes, so that 100,000 would take minutes, and Node warns of a leak from the eleventh on.
 */
export function untilAborted(signal: AbortSignal, one: Cancellable): () => void {
  const group = groups.get(signal) ?? new Group(signal);
  group.join(one);
  return () => group.leave(one);
}
