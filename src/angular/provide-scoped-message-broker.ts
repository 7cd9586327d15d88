import type { Provider } from '@angular/core';
import { type MessageBrokerSource, createMessageBroker } from './create-message-broker';
import { MESSAGE_BROKER } from './inject-message-broker';

/**
 * Provides a broker of its own to a component and what is below it, or to a route. It ends with the component. `provideMessageBroker` gives
 * `EnvironmentProviders`, which Angular does not take there.
 *
 * ```ts
 * @Component({ selector: 'chat-room', template: '', providers: [provideScopedMessageBroker({ name: 'room' })] })
 * class ChatRoom { readonly broker = injectMessageBroker(); }
 * ```
 *
 * @throws {TypeError | RangeError} when the broker is injected, for a bad option.
 */
export function provideScopedMessageBroker(source?: MessageBrokerSource): Provider[] {
  return [{ provide: MESSAGE_BROKER, useFactory: () => createMessageBroker(source) }];
}
