import { ErrorHandler, Injector, inject } from '@angular/core';
import type { WritingHook } from '../observability/error-hook';
import type { MessageBrokerFeature } from './message-broker-feature';

/**
 * Gives the errors of handlers that no caller waits for to Angular's `ErrorHandler` (rule O7). A broker without an own `onError` does so by default.
 * With this feature, an own `onError` is called first, and then the `ErrorHandler`.
 *
 * ```ts
 * provideMessageBroker({ onError: countError }, withErrorHandler());
 * ```
 */
export function withErrorHandler(): MessageBrokerFeature {
  return {
    configure: (options) => {
      const handle = injectErrorHook();
      const onError: WritingHook = (error, origin) => {
        try {
          options.onError?.(error, origin);
        } finally {
          handle(error, origin);
        }
      };
      return { ...options, onError: Object.assign(onError, handle) };
    },
  };
}

/** An `onError` that calls the `ErrorHandler`. The handler is injected when there is an error, since an application's own one may need the broker. */
export function injectErrorHook(): WritingHook {
  const injector = inject(Injector);
  const hook = (error: unknown): void => {
    let handler: ErrorHandler;
    try {
      handler = injector.get(ErrorHandler);
    } catch {
      // The application is being destroyed. What a hook throws is reported, so the error is not lost.
      throw error;
    }
    handler.handleError(error);
  };
  return Object.assign(hook, { isWriting: true } as const);
}
