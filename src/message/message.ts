/** The key under which a message's type carries its reply's. It exists in types only. */
export declare const replies: unique symbol;

/** A message whose handler answers with `Reply`. */
export interface Message<Reply = void> {
  /** @hidden Exists in the type only. */
  readonly [replies]?: (reply: Reply) => Reply;
}

/**
 * A message whose handler answers with `Reply`; no field at run time. Classes extend it, interfaces too:
 *
 * ```ts
 * class GetBalance extends Message<number> {
 *   constructor(readonly accountId: string) { super(); }
 * }
 * ```
 */
export abstract class Message<Reply = void> {}
