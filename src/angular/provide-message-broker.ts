import { type EnvironmentProviders, makeEnvironmentProviders } from '@angular/core';
import { type MessageBrokerSource, createMessageBroker } from './create-message-broker';
import type { MessageBrokerFeature } from './message-broker-feature';
import { MESSAGE_BROKER } from './inject-message-broker';

/**
 * Provides a message broker to an application, or to the routes below a route. It is made when it is first injected, and each injector has its
 * own: an application on a server has one for each request.
 *
 * - A broker that is made of options ends when its injector is destroyed: queued messages fail, running turns are aborted.
 * - A broker that the function gives belongs to the application, which closes it:
 *   `inject(DestroyRef).onDestroy(() => void broker.close({ drain: false }))`.
 * - Errors of handlers that no caller waits for go to Angular's `ErrorHandler`, unless `onError` is given.
 *
 * ```ts
 * bootstrapApplication(App, { providers: [provideMessageBroker({ requestTimeout: 2_000 }, withTransferState('shop.>'))] });
 * ```
 *
 * @throws {TypeError | RangeError} when the broker is injected, for a bad option, and for a feature that needs options if a broker is given.
 */
export function provideMessageBroker(source?: MessageBrokerSource, ...features: readonly MessageBrokerFeature[]): EnvironmentProviders {
  return makeEnvironmentProviders([
    { provide: MESSAGE_BROKER, useFactory: () => createMessageBroker(source, features) },
    features.map(({ providers }) => providers ?? []),
  ]);
}
