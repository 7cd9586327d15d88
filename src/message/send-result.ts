import type { FailureCode } from '../failure/failure-code';
import { SendError } from '../failure/send-error';
import type { ActorId } from './actor-id';

/**
 * What became of an eager send: taken in, or refused and why. The `error` of a refusal is made when it is first read, and is no property of
 * its own: a copy, `{ ...result }` or JSON, has `code` only.
 */
export type SendResult =
  | {
      /** The mailbox has taken the message: it was handed to the actor, or is queued. */
      readonly ok: true;
    }
  | {
      /** The message was refused; no handler sees it. */
      readonly ok: false;
      /** Why. */
      readonly code: FailureCode;
      /** The same as an error to throw or log, with `started: false`. Made when it is first read. */
      readonly error: SendError;
    };

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

  get error(): SendError {
    let error = this.#error;
    if (typeof error !== 'object') this.#error = error = new SendError(this.code, { actorId: error });
    return error;
  }
}

/** One target's answer to a broadcast. Its failure is a value, so that it takes nobody else's answer away. */
export type BroadcastResult<Reply = unknown> =
  | {
      /** The target. */
      readonly actorId: ActorId;
      /** The target has replied. */
      readonly ok: true;
      /** Its reply; of a streamed one the last value, `undefined` if there was none. */
      readonly value: Reply;
    }
  | {
      /** The target. */
      readonly actorId: ActorId;
      /** The target has failed, or was not reached. */
      readonly ok: false;
      /** A `SendError` if the broker failed the message, else what the handler threw. */
      readonly error: unknown;
    };
