import type { Observable } from 'rxjs';
import type { ActorId } from './actor-id';
import type { Accepted, ReplyFor, Tellable } from './reply-of';
import type { SendOptions, TellOptions } from './send-options';
import type { SendResult } from './send-result';

/** Sends to one actor: a broker, or the context of a turn. Its methods must be called on it, so do not destructure them. */
export interface Sender {
  /**
   * Asks an actor. The result is cold: every subscription sends one message, so `retry()` sends again (rule S1).
   *
   * It emits the reply, then completes; if the handler returns a stream, it emits all values of that. It errors with a `SendError` if the
   * broker fails the message, and with the handler's own error if the handler fails. Unsubscribing cancels the message (S3). `timeout` runs
   * from subscription to the first value (S4).
   *
   * @throws {TypeError | RangeError} at the call, for a bad id or option.
   */
  send<Msg, const M>(id: ActorId<Msg>, message: Accepted<Msg, M>, options?: SendOptions): Observable<ReplyFor<Msg, M>>;

  /**
   * Tells an actor, at once, without a reply. By default an idle actor has handled the message when `trySend` returns (rule D1).
   *
   * A delivery failure is returned, never thrown. A message with a reply does not compile: ask it by `send`.
   *
   * @throws {TypeError | RangeError} for a bad id or option.
   */
  trySend<Msg, const M>(id: ActorId<Msg>, message: Tellable<Msg, M>, options?: TellOptions): SendResult;
}

/** Sends to one actor of a broker: for code that should reach this actor only. The actor need not exist yet. */
export interface ActorRef<Msg = any> {
  /** The actor's id. */
  readonly id: ActorId<Msg>;
  /** `broker.send(id, …)`. */
  send<const M>(message: Accepted<Msg, M>, options?: SendOptions): Observable<ReplyFor<Msg, M>>;
  /** `broker.trySend(id, …)`. */
  trySend<const M>(message: Tellable<Msg, M>, options?: TellOptions): SendResult;
}
