import { InjectionToken, inject } from '@angular/core';
import type { MessageBroker } from '../message/message-broker';
import { type InjectorOption, inInjector } from './in-injector';

/** The token of the broker. `injectMessageBroker()` injects it; `provideMessageBroker()` provides it. */
export const MESSAGE_BROKER: InjectionToken<MessageBroker> = /* @__PURE__ */ new InjectionToken<MessageBroker>('MESSAGE_BROKER, which provideMessageBroker() provides');

/**
 * The broker of this injector: that of the nearest `provideScopedMessageBroker`, or else of `provideMessageBroker`.
 *
 * All that it does runs untracked, so it may be used in an `effect` and in a `computed`. `context.broker` is this object, too.
 *
 * ```ts
 * class Cart {
 *   readonly #broker = injectMessageBroker();
 *   readonly clear = () => this.#broker.trySend(cart, Cart.clear());
 * }
 * ```
 *
 * @throws {TypeError} for an unknown option.
 * @throws `NG0201` if no broker is provided, and `NG0203` outside of an injection context.
 */
export function injectMessageBroker(options?: InjectorOption): MessageBroker {
  return inInjector(options, () => inject(MESSAGE_BROKER));
}
