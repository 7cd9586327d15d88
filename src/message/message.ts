/** The key under which a message's type holds the type of its reply. The key exists in types only. */
export declare const replies: unique symbol;

/** A message whose handler answers with `Reply`. */
export interface Message<Reply = void> {
  /** @hidden It exists in the type only. */
  readonly [replies]?: (reply: Reply) => Reply;
}

/**
 * A message whose handler answers with `Reply`. It has no field at run time. Classes and interfaces extend it:
 *
 * ```ts
 * class GetBalance extends Message<number> {
 *   constructor(readonly accountId: string) { super(); }
 * }
 * ```
 */
export abstract class Message<Reply = void> {}
