import { isObservable } from 'rxjs';
import { LeftOpen } from './left-open';

export const PLAIN: unique symbol = Symbol('plain');
export const PROMISE: unique symbol = Symbol('promise');
export const STREAM: unique symbol = Symbol('stream');
export const LEFT_OPEN: unique symbol = Symbol('left open');

/** What reading the reply's `then` threw. */
export class ThrownByReply {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

/** What a handler's result is: a plain value, a promise, a stream, or left to somebody else to settle. */
export function kindOf(result: unknown): symbol | ThrownByReply {
  if (result === undefined || result === null) return PLAIN;
  if (typeof result !== 'object' && typeof result !== 'function') return PLAIN;
  if (result instanceof LeftOpen) return LEFT_OPEN;
  try {
    if (isObservable(result)) return STREAM;
    return typeof (result as { then?: unknown }).then === 'function' ? PROMISE : PLAIN;
  } catch (error) {
    return new ThrownByReply(error);
  }
}
