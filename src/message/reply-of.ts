import type { replies } from './message';

export type IsAny<T> = 0 extends 1 & T ? true : false;
export interface Typed<T> {
  readonly type: T;
}

/** The reply to a message, by its type: `Message<R>` gives `R`, anything else gives `void`. */
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

/** The members of the union `Msg` that a value of type `M` can be: by `type` if they have one, else by structure. */
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

/** The type of a message to an actor that accepts `Msg`. */
export type Accepted<Msg> = IsAny<Msg> extends true ? unknown : NoInfer<Msg>;

/** Accepts any message without a reply. A message with a reply must be asked, not told (rule S6). */
export type Tellable<Reply> = [Reply] extends [void]
  ? unknown
  : unknown extends Reply
    ? unknown
    : {
        /** No message has it: the compiler's error says what to do. */
        readonly 'this message has a reply: use send()': never;
      };
