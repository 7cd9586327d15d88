import type { Observable } from 'rxjs';
import type { ReplyOf } from '../../message/reply-of';
import type { ActorContext } from './actor-context';

/** What a handler may answer: the value, a promise of it, or a stream of values. Where no reply is owed, anything. */
export type HandlerResult<Reply> = [Reply] extends [void] ? unknown : Reply | PromiseLike<Reply> | Observable<Reply>;

/**
 * Handles one message. What it returns is the reply: a plain value (arrays and strings included) is emitted, a `PromiseLike` is
 * awaited, an `Observable` is streamed, and holds the turn until it completes. Iterables, asynchronous ones too, are plain values: `from`
 * makes streams of them. A throw or a rejection is that message's failure and nobody else's (rule M5).
 */
export type Handler<Msg = any> = (message: Msg, context: ActorContext) => HandlerResult<ReplyOf<Msg>>;
