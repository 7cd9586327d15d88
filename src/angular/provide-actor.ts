import { type EnvironmentProviders, provideEnvironmentInitializer } from '@angular/core';
import type { ActorId } from '../message/actor-id';
import type { ActorHooks, Covers, HandlersOf } from '../message/message-broker';
import type { AnyProtocol } from '../message/protocol';
import { type InjectActorOptions, injectActor } from './inject-actor';

/**
 * Provides an actor that lives as long as the application. `handlers` runs once, in an injection context, so it is the place for `inject()`. In
 * the `providers` of a route it begins when the route is first entered, and goes on when one leaves: Angular keeps the injector of a route.
 *
 * ```ts
 * provideActor(cart, Cart, () => {
 *   const http = inject(HttpClient);
 *   return { add: ({ sku }) => http.post<void>('/cart', { sku }), count: () => http.get<number>('/cart/count') };
 * });
 * ```
 *
 * @throws what `injectActor` throws, when the application or the route begins.
 */
export function provideActor<Msg, const P extends AnyProtocol<P> & object>(
  id: ActorId<Msg>,
  protocol: Covers<NoInfer<Msg>, P>,
  handlers: () => HandlersOf<P>,
  options?: InjectActorOptions & ActorHooks,
): EnvironmentProviders {
  return provideEnvironmentInitializer(() => injectActor<any, any>(id, protocol as any, handlers(), options));
}
