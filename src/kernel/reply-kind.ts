import { isObservable, observable } from 'rxjs';

/** The result of the handler of `deliveries$`: its subscriber gets the message, and settles the turn. */
export class HandedOut {
  /** Gives the turn to the subscriber. Called when the turn has its seat. */
  readonly begin: (task: any) => void;

  constructor(begin: (task: any) => void) {
    this.begin = begin;
  }
}

/** The kind of a handler's result (rule S2). */
export type ReplyKind = 'value' | 'promise' | 'stream' | 'handed out';

/** The kind of a result. Throws what a getter of the result throws. */
export function kindOf(result: unknown): ReplyKind {
  if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return 'value';
  if (result instanceof HandedOut) return 'handed out';
  if (isObservable(result) || typeof (result as Record<PropertyKey, unknown>)[observable] === 'function') return 'stream';
  return typeof (result as { then?: unknown }).then === 'function' ? 'promise' : 'value';
}

/** Whether a result can be awaited. If a getter of it throws, it is no promise. */
export function isPromise(result: unknown): result is PromiseLike<unknown> {
  try {
    return kindOf(result) === 'promise';
  } catch {
    return false;
  }
}
