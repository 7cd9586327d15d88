import { type OperatorFunction, filter } from 'rxjs';
import { check, isObject } from '../failure/check';

/** Names a kind of message: a protocol's creator (any function with a `type`), or a class. */
export type MessageKind =
  | ((...args: any[]) => {
      /** The `type` by which its messages are recognised. */
      readonly type: string;
    })
  | (abstract new (...args: any[]) => object);

/** The messages of a kind. */
export type MessageOfKind<Kind> = Kind extends abstract new (...args: any[]) => infer M ? M : Kind extends (...args: any[]) => infer M ? M : never;

/**
 * Lets only messages of these kinds pass, and narrows the type to theirs.
 *
 * A creator is compared by `type`, a class by `instanceof`; for a class with a static `type` one of both is enough. Synchronous and in order.
 * The result errors and completes with its source.
 *
 * ```ts
 * broker.broadcasts$.pipe(ofMessage(Account.deposit, ShutDown)).subscribe((message) => …);
 * ```
 *
 * @throws {TypeError} for a kind that is neither, or without any kind.
 */
export function ofMessage<Kinds extends readonly [MessageKind, ...MessageKind[]]>(
  ...kinds: Kinds
): OperatorFunction<unknown, MessageOfKind<Kinds[number]>> {
  if (kinds.length === 0) throw new TypeError('ofMessage needs at least one creator or class, got none');
  const types = new Set<unknown>();
  const classes: (abstract new (...args: any[]) => object)[] = [];
  for (const kind of kinds as readonly unknown[]) {
    const { type, prototype } = typeof kind === 'function' ? (kind as { type?: unknown; prototype?: unknown }) : {};
    check(typeof type === 'string' || isObject(prototype), 'ofMessage takes creators of a protocol and classes', kind);
    // A class may have a static `type` that its instances do not have.
    if (typeof type === 'string') types.add(type);
    if (isObject(prototype)) classes.push(kind as abstract new () => object);
  }
  return filter(
    (message): message is MessageOfKind<Kinds[number]> =>
      types.has((message as { type?: unknown } | null | undefined)?.type) || classes.some((kind) => message instanceof kind),
  );
}
