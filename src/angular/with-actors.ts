import { type EnvironmentProviders, provideEnvironmentInitializer } from '@angular/core';
import type { MessageBrokerFeature } from './message-broker-feature';

/**
 * Makes actors together with the application. Each is what `provideActor` gives, or a function that calls `injectActor`, which runs in an
 * injection context.
 *
 * ```ts
 * provideMessageBroker({}, withActors(provideActor(cart, Cart, cartHandlers), () => injectActor(log, (line) => console.log(line))));
 * ```
 */
export function withActors(...actors: readonly (EnvironmentProviders | (() => unknown))[]): MessageBrokerFeature {
  return {
    providers: actors.map((actor) => (typeof actor === 'function' ? provideEnvironmentInitializer(actor) : actor)),
  };
}
