import { ErrorHandler, Injector, inject } from '@angular/core';
import type { MessageBrokerFeature } from './message-broker-feature';

/**
 * Gives the errors of handlers that no caller waits for to Angular's `ErrorHandler` (rule O7). This is the default of a broker without an own
 * `onError`. Named beside an own `onError`, both are called, the own one first.
 *
 * ```ts
 * provideMessageBroker({ onError: countError }, withErrorHandler());
 * ```
 */
export function withErrorHandler(): MessageBrokerFeature {
  return {
    kind: 'withErrorHandler',
    configure: (options) => {
      const injector = inject(Injector);
      return {
        ...options,
        onError(error, origin) {
          try {
            options.onError?.(error, origin);
          } finally {
            // Injected when there is an error: an application's own ErrorHandler may need the broker.
            injector.get(ErrorHandler).handleError(error);
          }
        },
      };
    },
  };
}
