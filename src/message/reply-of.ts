import type { replies } from './message';

export type IsAny<T> = 0 extends 1 & T ? true : false;
export interface Typed<T> {
  readonly type: T;
}

/** The reply that a message's type promises: `Message<R>` → `R`, anything else → `void`. */
export type ReplyOf<M> =
  IsAny<M> extends true
    ? any
    : M extends unknown
      ? typeof replies extends keyof M
        ? NonNullable<M[typeof replies]> extends (reply: never) => infer R
          ? R
          : void
        : void
      : never;

/** Which members of the union `Msg` a value of type `M` stands for: by `type`, else by structure. */
export type MemberOf<Msg, M> = Msg extends unknown
  ? Msg extends Typed<infer T>
    ? M extends Typed<infer U>
      ? [U] extends [T]
        ? Msg
        : [T] extends [U]
          ? Msg
          : never
      : never
    : M extends Msg
      ? Msg
      : never
  : never;

/** The reply to `M` from an actor that accepts `Msg`. */
export type ReplyFor<Msg, M> =
  IsAny<M> extends true
    ? any
    : typeof replies extends keyof M
      ? ReplyOf<M>
      : IsAny<Msg> extends true
        ? unknown
        : ReplyOf<MemberOf<Msg, M>>;

/** What an actor that accepts `Msg` may be sent. */
export type Accepted<Msg> = IsAny<Msg> extends true ? unknown : NoInfer<Msg>;

/** What may be told, not asked: a message that has no reply (rule S6). */
export type Tellable<Reply> = [Reply] extends [void]
  ? unknown
  : unknown extends Reply
    ? unknown
    : {
        /** No message has it: the compiler's error says what to do. */
        readonly 'this message has a reply: use send()': never;
      };
