import type { replies } from './message';

export type IsAny<T> = 0 extends 1 & T ? true : false;
/** Whether the compiler knows nothing about a value: it is `any`, or cast `as never`. */
export type IsUntyped<T> = [T] extends [never] ? true : IsAny<T>;
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

/** `T`, from which TypeScript infers nothing. `NoInfer` would hide the members of a union from the completions of editors. */
type Fixed<T> = [T][T extends unknown ? 0 : never];

/**
 * The type of a message to an actor that accepts `Msg`: `M`, if the actor accepts it. Else it is `Msg`, so that the compiler's error names the
 * wrong message and those that the actor accepts.
 */
export type Accepted<Msg, M> = IsAny<Msg> extends true ? M : [M] extends [Msg] ? M : Fixed<Msg>;

/** Accepts any message without a reply. A message with a reply must be asked, not told (rule S6). */
export type Tellable<Msg, M> =
  HasReply<ReplyFor<Msg, M>> extends true
    ? IsForeign<Msg, M> extends true
      ? Fixed<Msg>
      : {
          /** No message has this property. Its name says in the compiler's error what to do. */
          readonly 'this message has a reply: use send()': never;
        }
    : Accepted<Msg, M>;

/** Whether `M` is no message of `Msg`. */
type IsForeign<Msg, M> = IsAny<Msg> extends true ? false : [MemberOf<Msg, M>] extends [never] ? true : false;
/** Whether a reply is promised. `any` and `unknown` promise none. */
export type HasReply<Reply> = [Reply] extends [void] ? false : unknown extends Reply ? false : true;
