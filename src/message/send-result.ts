import type { FailureCode } from '../failure/failure-code';
import { SendError } from '../failure/send-error';
import type { ActorId } from './actor-id';

/**
 * What became of an eager send: taken in, or refused and why. The `error` of a refusal is made when it is first read, and is no property of
 * its own: a copy, `{ ...result }` or JSON, has `code` only.
 */
export type SendResult = { readonly ok: true } | { readonly ok: false; readonly code: FailureCode; readonly error: SendError };

/** The one result of every message that was taken in. */
export const SENT: SendResult = /* @__PURE__ */ Object.freeze({ ok: true });

/** A refusal. Its error, whose stack costs 3 µs, is made when somebody reads it: a flood of refusals must not pay for it (rule S1). */
export class Refusal {
  readonly ok = false;
  readonly code: FailureCode;
  /** The error, once it is made; until then whom it is about. */
  #error: SendError | string | undefined;

  constructor(code: FailureCode, actorId: string | undefined) {
    this.code = code;
    this.#error = actorId;
  }

  /** Vue's `reactive` wraps everything that it reaches in proxies, but what has this. */
  get __v_skip(): boolean {
    return true;
  }

  get error(): SendError {
    let error = this.#error;
    if (typeof error !== 'object') this.#error = error = new SendError(this.code, { actorId: error });
    return error;
  }
}

/** One target's answer to a broadcast. Its failure is a value, so that it takes nobody else's answer away. */
export type BroadcastResult<Reply = unknown> =
  | { readonly actorId: ActorId; readonly ok: true; readonly value: Reply }
  | { readonly actorId: ActorId; readonly ok: false; readonly error: unknown };
