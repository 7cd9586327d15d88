import { DestroyRef, inject } from '@angular/core';
import { BrokerError } from '../failure/broker-error';
import { checkOneOf } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import type { ActorHooks, HandlersOf, MessageBroker, Spawned } from '../message/message-broker';
import { type IsProtocol, isProtocol } from '../message/protocol';
import type { SpawnOptions } from '../message/registration';
import type { IsUntyped } from '../message/reply-of';
import type { ActorRef } from '../message/sender';
import { type InjectorOption, inInjector } from './in-injector';
import { injectMessageBroker } from './inject-message-broker';

/** Options of `injectActor`: those of `spawn`, and what belongs to Angular. */
export interface InjectActorOptions extends SpawnOptions, InjectorOption {
  /**
   * What happens if an actor has this id already. A new instance of a component is made before the old one is destroyed: in `@for` with a new
   * key, and where a route is left for another.
   *
   * - Without this option `injectActor` throws `AlreadyRegistered`.
   * - `'replace'`: the new actor takes the place of the old one, whose messages fail with `ActorNotFound`.
   * - `'unique'`: the new actor gets another id, `cart~2` or the next one that is free: `ref.id`.
   */
  readonly ifTaken?: 'replace' | 'unique';
}

/** The further arguments of `injectActor`: the handlers of a protocol, and the options. */
export type InjectActorRest<A> =
  IsUntyped<A> extends true
    ? [handlers?: any, options?: InjectActorOptions & ActorHooks]
    : IsProtocol<A> extends true
      ? [handlers: HandlersOf<A>, options?: InjectActorOptions & ActorHooks]
      : [options?: InjectActorOptions];

/**
 * Makes an actor that lives as long as this injector: a component, a directive, a service, a route. Its arguments are those of `spawn`. Returns
 * a reference to it.
 *
 * Handlers run untracked, also if they are called by an `effect`. They use what is injected beside them; `inject()` in a handler throws in
 * development, since it would work only where the sender happens to be in an injection context.
 *
 * ```ts
 * class CartStore {
 *   readonly #http = inject(HttpClient);
 *   readonly actor = injectActor(cart, Cart, {
 *     add: ({ sku }) => this.items.update((items) => [...items, sku]),
 *     checkout: () => this.#http.post<Receipt>('/checkout', this.items()),
 *   });
 *   readonly items = signal<string[]>([]);
 * }
 * ```
 *
 * @throws {BrokerError} `AlreadyRegistered` if the id is taken, unless `ifTaken` says otherwise.
 * @throws {TypeError | RangeError} for a bad id, actor or option, and what `onStart` throws.
 */
export function injectActor<Msg, A = unknown>(id: ActorId<Msg>, actor: Spawned<Msg, A>, ...rest: InjectActorRest<A>): ActorRef<Msg>;
export function injectActor(id: ActorId, first: unknown, second?: unknown, third?: unknown): ActorRef {
  const hasProtocol = isProtocol(first);
  const { ifTaken, injector, ...options } = ((hasProtocol ? third : second) ?? {}) as InjectActorOptions;
  if (ifTaken !== undefined) checkOneOf(ifTaken, 'ifTaken', ['replace', 'unique']);
  return inInjector({ injector }, () => {
    const broker = injectMessageBroker();
    const own = broker.isRegistered(id) ? makeRoom(broker, id, ifTaken) : id;
    const registration = broker.spawn<any, any>(own, first as any, ...(hasProtocol ? [second, options] : [options]));
    inject(DestroyRef).onDestroy(() => registration.unsubscribe());
    return broker.ref(own);
  });
}

/** The id for a new actor if `id` is taken. */
function makeRoom(broker: MessageBroker, id: ActorId, ifTaken: InjectActorOptions['ifTaken']): ActorId {
  if (ifTaken === undefined) throw new BrokerError('AlreadyRegistered', `'${id}' is taken by another instance. ifTaken: 'replace' takes its place, 'unique' takes another id`);
  if (ifTaken === 'replace') {
    broker.unregister(id);
    return id;
  }
  let count = 2;
  while (broker.isRegistered(`${id}~${count}` as ActorId)) count++;
  return `${id}~${count}` as ActorId;
}
