import { isObservable } from 'rxjs';
import { LeftOpen } from './left-open';

/** What a handler's result is. */
export type ReplyKind = typeof PLAIN | typeof PROMISE | typeof STREAM | typeof LEFT_OPEN;
export const PLAIN = 0;
export const PROMISE = 1;
export const STREAM = 2;
/** Somebody else settles it. */
export const LEFT_OPEN = 3;

/** Throws what reading the result's `then` throws. */
export function kindOf(result: unknown): ReplyKind {
  if (result === null || (typeof result !== 'object' && typeof result !== 'function')) return PLAIN;
  if (result instanceof LeftOpen) return LEFT_OPEN;
  if (isObservable(result)) return STREAM;
  return typeof (result as { then?: unknown }).then === 'function' ? PROMISE : PLAIN;
}

/** Whether it can be awaited; what is no promise because reading it throws is none. */
export function isPromise(result: unknown): result is PromiseLike<unknown> {
  try {
    return kindOf(result) === PROMISE;
  } catch {
    return false;
  }
}
