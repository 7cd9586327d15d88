import { check, checkFunction, describeValue, isObject } from '../failure/check';
import { UnhandledMessage } from '../kernel/unhandled-message';
import type { Actor, Handler } from '../message/message-broker';

/** What takes a mailbox's seat: a function to call, and the life around it where there is one. */
export interface Consumer {
  readonly handler: Handler;
  readonly actor: Actor | null;
}

/** @throws {TypeError} for what is no handler, no actor and no protocol with its handlers. */
export function consumerOf(first: unknown, handlers: unknown): Consumer {
  if (handlers !== undefined) return { handler: protocolHandler(first, handlers), actor: null };
  if (typeof first === 'function') return { handler: first as Handler, actor: null };
  const actor = first as Actor | null;
  check(isObject(actor) && typeof actor.receive === 'function', 'a handler must be a function, an object with receive(), or a protocol and its handlers', actor);
  for (const hook of ['onStart', 'onStop'] as const) {
    const given = (first as Readonly<Record<string, unknown>>)[hook];
    if (given !== undefined) checkFunction(given, hook);
  }
  return { handler: (message, context) => actor.receive(message, context), actor };
}

function protocolHandler(protocol: unknown, handlers: unknown): Handler {
  check(isObject(protocol), 'a protocol must be made by protocol()', protocol);
  check(isObject(handlers), "a protocol's handlers must be an object of functions", handlers);
  const byType = new Map<unknown, Handler>();
  for (const [key, creator] of Object.entries(protocol as Record<string, { type?: unknown }>)) {
    const type = creator?.type;
    check(typeof type === 'string', `a protocol must be made by protocol(); '${key}' is not`, creator);
    const handler = (handlers as Record<string, unknown>)[key];
    // Every object has these, and none of them is meant.
    if (handler === undefined || handler === (Object.prototype as unknown as Record<string, unknown>)[key]) continue;
    checkFunction(handler, `the handler of '${type}'`);
    byType.set(type, handler as Handler);
  }
  return (message, context) => {
    const type: unknown = (message as { type?: unknown } | null | undefined)?.type;
    const handler = byType.get(type);
    if (handler === undefined) throw new UnhandledMessage(false, `no handler for type ${describeValue(type)}`);
    return handler.call(handlers, message, context);
  };
}
