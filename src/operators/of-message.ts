import { type OperatorFunction, filter } from 'rxjs';
import { check, isObject } from '../failure/check';

/** What names a kind of message: a protocol's creator (anything callable with a `type`), or a class. */
export type MessageKind =
  | ((...args: any[]) => {
      /** What its messages are told by. */
      readonly type: string;
    })
  | (abstract new (...args: any[]) => object);

/** The messages of a kind. */
export type MessageOfKind<Kind> = Kind extends abstract new (...args: any[]) => infer M ? M : Kind extends (...args: any[]) => infer M ? M : never;

/**
 * Lets through the messages of these kinds, and says so to the compiler.
 *
 * By `type` for a protocol's creators, by `instanceof` for classes, by both for a class that has a static `type`. Synchronous, in order;
 * errors and completes with its source.
 *
 * ```ts
 * broker.broadcasts$.pipe(ofMessage(Account.deposit, ShutDown)).subscribe((message) => …);
 * ```
 *
 * @throws {TypeError} for what is neither, and for nothing at all.
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
    // A class may have a type as well, and its instances none.
    if (typeof type === 'string') types.add(type);
    if (isObject(prototype)) classes.push(kind as abstract new () => object);
  }
  return filter(
    (message): message is MessageOfKind<Kinds[number]> =>
      types.has((message as { type?: unknown } | null | undefined)?.type) || classes.some((kind) => message instanceof kind),
  );
}
