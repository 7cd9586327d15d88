import { isObservable, observable } from 'rxjs';

/** The result of a consumer such as `deliveries$`, whose turns its subscriber settles. */
export class HandedOut {
  /** Hands the turn out, once it has its seat. */
  readonly begin: (task: any) => void;

  constructor(begin: (task: any) => void) {
    this.begin = begin;
  }
}

/** What a handler's result is (rule S2). */
export type ReplyKind = 'value' | 'promise' | 'stream' | 'handed out';

/** Throws what reading the result's own properties throws. */
export function kindOf(result: unknown): ReplyKind {
  if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return 'value';
  if (result instanceof HandedOut) return 'handed out';
  if (isObservable(result) || typeof (result as Record<PropertyKey, unknown>)[observable] === 'function') return 'stream';
  return typeof (result as { then?: unknown }).then === 'function' ? 'promise' : 'value';
}

/** Whether it can be awaited. What throws when it is read is no promise. */
export function isPromise(result: unknown): result is PromiseLike<unknown> {
  try {
    return kindOf(result) === 'promise';
  } catch {
    return false;
  }
}
