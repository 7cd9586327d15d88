import { describeValue } from '../failure/check';
import type { Actor } from './actor';
import type { ActorContext } from './actor-context';
import type { Handler } from './handler';
import { UnhandledMessage } from './unhandled-message';

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
  if (typeof actor === 'object' && actor !== null && typeof actor.receive === 'function') {
    return { handler: (message, context) => actor.receive(message, context), actor };
  }
  throw new TypeError(`a handler must be a function, an object with receive(), or a protocol and its handlers, got ${describeValue(first)}`);
}

function protocolHandler(protocol: unknown, handlers: unknown): Handler {
  if (typeof protocol !== 'object' || protocol === null) throw new TypeError(`a protocol must be made by protocol(), got ${describeValue(protocol)}`);
  if (typeof handlers !== 'object' || handlers === null) {
    throw new TypeError(`a protocol's handlers must be an object with a function for each message, got ${describeValue(handlers)}`);
  }
  const byType = new Map<unknown, (message: unknown, context: ActorContext) => unknown>();
  for (const [key, creator] of Object.entries(protocol as Record<string, { type?: unknown }>)) {
    if (typeof creator?.type !== 'string') throw new TypeError(`a protocol must be made by protocol(), got ${describeValue(creator)} for '${key}'`);
    const handler = (handlers as Record<string, unknown>)[key];
    // Every object has these, and none of them is meant.
    if (handler === undefined || handler === (Object.prototype as unknown as Record<string, unknown>)[key]) continue;
    if (typeof handler !== 'function') throw new TypeError(`the handler of '${creator.type}' must be a function, got ${describeValue(handler)}`);
    byType.set(creator.type, (message, context) => (handler as Handler).call(handlers, message, context));
  }
  return (message, context) => {
    const type: unknown = (message as { type?: unknown } | null | undefined)?.type;
    const handler = byType.get(type);
    if (handler === undefined) throw new UnhandledMessage(false, `no handler for type ${describeValue(type)}`);
    return handler(message, context);
  };
}
