import type { Observable } from 'rxjs';
import type { ActorId } from './actor-id';
import type { Accepted, ReplyFor, Tellable } from './reply-of';
import type { SendOptions, TellOptions } from './send-options';
import type { SendResult } from './send-result';

/** Sends to one actor: a broker can, and the context of a turn. Its methods are called on it, not taken apart from it. */
export interface Sender {
  /**
   * Asks an actor. Cold: every subscription sends one message, so `retry()` sends again (rule S1).
   *
   * Emits the reply, then completes; a handler's stream is emitted whole. Errors with `SendError` when the broker failed the message,
   * else with the handler's very error. Unsubscribing cancels (S3); `timeout` runs from subscription to the first value (S4).
   *
   * @throws {TypeError | RangeError} at the call, for a bad id or option.
   */
  send<Msg, const M>(id: ActorId<Msg>, message: Accepted<Msg, M>, options?: SendOptions): Observable<ReplyFor<Msg, M>>;

  /**
   * Tells an actor, now; nobody waits for a reply. By default an idle actor has handled it when this returns (rule D1).
   *
   * A message that has a reply is asked, or told by `send(…).subscribe({ error })`. Never throws for a delivery failure: it returns it. The `error` of a refusal is made when it is first read.
   *
   * @throws {TypeError | RangeError} for a bad id or option.
   */
  trySend<Msg, const M>(id: ActorId<Msg>, message: Tellable<Msg, M>, options?: TellOptions): SendResult;
}

/** An actor's id with its broker: what to hand to code that should talk to one actor only. Names an id, so it need not exist yet. */
export interface ActorRef<Msg = any> {
  readonly id: ActorId<Msg>;
  /** `broker.send(id, …)`. */
  send<const M>(message: Accepted<Msg, M>, options?: SendOptions): Observable<ReplyFor<Msg, M>>;
  /** `broker.trySend(id, …)`. */
  trySend<const M>(message: Tellable<Msg, M>, options?: TellOptions): SendResult;
}
