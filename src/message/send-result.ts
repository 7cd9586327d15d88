import type { FailureCode } from '../failure/failure-code';
import { SendError } from '../failure/send-error';
import type { ActorId } from './actor-id';

/**
 * The result of an eager send: the message was taken in, or refused with a code. `error` is a getter that makes the error when it is first
 * read, so a copy (`{ ...result }`, JSON) has `code` but no `error`.
 */
export type SendResult =
  | {
      /** The message was taken in: it was handed to the actor, or is queued. */
      readonly ok: true;
    }
  | {
      /** The message was refused. No handler sees it. */
      readonly ok: false;
      /** Why it was refused. */
      readonly code: FailureCode;
      /** An error with this code, to throw or log, with `started: false`. It is made when it is first read. */
      readonly error: SendError;
    };

/** The result of every message that was taken in. */
export const SENT: SendResult = /* @__PURE__ */ Object.freeze({ ok: true });

/** A refusal. Its error is made when it is first read: the stack of an error costs 3 µs, too much for a flood of refusals (rule S1). */
export class Refusal {
  readonly ok = false;
  readonly code: FailureCode;
  /** The error; before that is made, the actor's id. */
  #error: SendError | string | undefined;

  /** `about`: the error, or the id of the actor that it is to name. */
  constructor(code: FailureCode, about: SendError | string | undefined) {
    this.code = code;
    this.#error = about;
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  get error(): SendError {
    let error = this.#error;
    if (typeof error !== 'object') this.#error = error = new SendError(this.code, { actorId: error });
    return error;
  }
}

/** One target's answer to a broadcast. A failure is a value too, so the other answers still come. */
export type BroadcastResult<Reply = unknown> =
  | {
      /** The target. */
      readonly actorId: ActorId;
      /** The target has replied. */
      readonly ok: true;
      /** The reply. Of a streamed reply it is the last value, or `undefined` if there was none. */
      readonly value: Reply;
    }
  | {
      /** The target. */
      readonly actorId: ActorId;
      /** The target has failed, or was not reached: it gave no reply. */
      readonly ok: false;
      /** A `SendError` if the broker failed the message, else what the handler threw. */
      readonly error: unknown;
    };
