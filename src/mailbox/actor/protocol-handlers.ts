import type { MessageOf } from '../../message/protocol';
import type { ReplyOf } from '../../message/reply-of';
import type { ActorContext } from './actor-context';
import type { HandlerResult } from './handler';

/** Any protocol: an object of creators. */
export type AnyProtocol<P> = { readonly [K in keyof P]: (...args: any[]) => { readonly type: string } };

/** One handler for each message of a protocol, each checked against its own reply. */
export type HandlersOf<P> = {
  readonly [K in keyof P]: P[K] extends (...args: never[]) => infer M
    ? (message: M, context: ActorContext) => HandlerResult<ReplyOf<M>>
    : never;
};

/** That a protocol has a message for everything its actor accepts. */
export type Covers<Msg, P> = [Msg] extends [MessageOf<P>] ? unknown : { readonly 'no handler for': Exclude<Msg, MessageOf<P>> };
