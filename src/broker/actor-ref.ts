import type { Observable } from 'rxjs';
import type { ActorId } from '../message/actor-id';
import type { Accepted, ReplyFor, Tellable } from '../message/reply-of';
import type { SendOptions, TellOptions } from '../message/send-options';
import type { SendResult } from '../message/send-result';
import type { Sender } from '../message/sender';

/** An actor's id with its broker: what to hand to code that should talk to one actor only. Names an id, so it need not exist yet. */
export interface ActorRef<Msg = any> {
  readonly id: ActorId<Msg>;
  /** `broker.send(id, …)`. */
  send<const M>(message: M & Accepted<Msg>, options?: SendOptions): Observable<ReplyFor<Msg, M>>;
  /** `broker.trySend(id, …)`. */
  trySend<const M>(message: M & Accepted<Msg> & Tellable<ReplyFor<Msg, M>>, options?: TellOptions): SendResult;
}

/** A ref that sends through `sender`. */
export class SenderRef<Msg> implements ActorRef<Msg> {
  readonly id: ActorId<Msg>;
  readonly #sender: Sender;

  constructor(sender: Sender, id: ActorId<Msg>) {
    this.#sender = sender;
    this.id = id;
  }

  send<const M>(message: M & Accepted<Msg>, options?: SendOptions): Observable<ReplyFor<Msg, M>> {
    return this.#sender.send<Msg, M>(this.id, message, options);
  }

  trySend<const M>(message: M & Accepted<Msg> & Tellable<ReplyFor<Msg, M>>, options?: TellOptions): SendResult {
    return this.#sender.trySend<Msg, M>(this.id, message, options);
  }
}
