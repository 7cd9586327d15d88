import { type Checks, check, checkFunction, describeValue, isObject } from '../failure/check';
import { UnhandledMessage } from '../kernel/unhandled-message';
import type { Actor, ActorHooks, Handler } from '../message/message-broker';
import { type MessageRules, rulesOf } from '../message/message-rules';

/** The consumer of a mailbox: the handler to call, and the actor if it has hooks. */
export interface Consumer {
  readonly handler: Handler;
  readonly actor: Actor | null;
}

/** The checks of the hooks. */
export const HOOKS: Checks<ActorHooks> = { onStart: checkFunction, onStop: checkFunction };

/**
 * The consumer for a handler, an actor, or a protocol with its handlers and `hooks`.
 *
 * @throws {TypeError} for anything else.
 */
export function consumerOf(first: unknown, handlers: unknown, hooks?: ActorHooks): Consumer {
  if (handlers !== undefined) {
    const handler = protocolHandler(first, handlers);
    return { handler, actor: withHooks(handler, hooks) };
  }
  if (typeof first === 'function') return { handler: first as Handler, actor: null };
  const actor = first as Actor | null;
  check(isObject(actor) && typeof actor.receive === 'function', 'a handler must be a function, an object with receive(), or a protocol and its handlers', actor);
  checkHooks(actor);
  return { handler: (message, context) => actor.receive(message, context), actor };
}

/** The actor of a protocol's handlers. `null` without hooks, which takes less memory. */
function withHooks(receive: Handler, hooks: ActorHooks = {}): Actor | null {
  checkHooks(hooks);
  if (hooks.onStart === undefined && hooks.onStop === undefined) return null;
  return { receive, onStart: hooks.onStart?.bind(hooks), onStop: hooks.onStop?.bind(hooks) };
}

/** Checks the hooks. `checkOptions` would refuse the other fields of an actor, and the other options of `spawn`. */
function checkHooks({ onStart, onStop }: { readonly onStart?: unknown; readonly onStop?: unknown }): void {
  if (onStart !== undefined) checkFunction(onStart, 'onStart');
  if (onStop !== undefined) checkFunction(onStop, 'onStop');
}

function protocolHandler(protocol: unknown, handlers: unknown): Handler {
  check(isObject(protocol), 'a protocol must be made by protocol()', protocol);
  check(isObject(handlers), "a protocol's handlers must be an object of functions", handlers);
  const byType = new Map<unknown, Handler>();
  for (const [key, creator] of Object.entries(protocol as Record<string, { type?: unknown }>)) {
    const type = creator?.type;
    check(typeof type === 'string', `a protocol must be made by protocol(); '${key}' is not`, creator);
    const handler = (handlers as Record<string, unknown>)[key];
    // Every object inherits these methods, so they are no handlers.
    if (handler === undefined || handler === (Object.prototype as unknown as Record<string, unknown>)[key]) continue;
    checkFunction(handler, `the handler of '${type}'`);
    const rules = rulesOf(creator);
    byType.set(type, rules === undefined ? (handler as Handler) : byRules(handler as Handler, rules, type));
  }
  return (message, context) => {
    const type: unknown = (message as { type?: unknown } | null | undefined)?.type;
    const handler = byType.get(type);
    if (handler === undefined) throw new UnhandledMessage(false, `no handler for type ${describeValue(type)}`);
    return handler.call(handlers, message, context);
  };
}

/** A handler that gets checked messages only. */
function byRules(handler: Handler, rules: MessageRules, type: string): Handler {
  return function (this: unknown, message, context) {
    let checked: object;
    try {
      checked = rules.checked(type, message as object);
    } catch (error) {
      throw new UnhandledMessage(false, error instanceof Error ? error.message : String(error), 'Rejected', error);
    }
    return handler.call(this, checked, context);
  };
}
