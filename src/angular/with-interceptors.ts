import type { Interceptor } from '../message/interceptor';
import type { MessageBrokerFeature } from './message-broker-feature';

/**
 * Stands interceptors around every send and every turn, after those of the option `interceptors`; the first is the outermost. Each is an
 * interceptor, or a function that gives one and runs in an injection context.
 *
 * ```ts
 * provideMessageBroker({}, withInterceptors(() => {
 *   const session = inject(Session);
 *   return { send: () => ({ headers: { user: session.user() } }) };
 * }));
 * ```
 */
export function withInterceptors(...interceptors: readonly (Interceptor | (() => Interceptor))[]): MessageBrokerFeature {
  return {
    configure: (options) => {
      const made = interceptors.map((interceptor) => (typeof interceptor === 'function' ? interceptor() : interceptor));
      return { ...options, interceptors: [...(options.interceptors ?? []), ...made] };
    },
  };
}
