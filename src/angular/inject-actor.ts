import { REGISTER } from '../broker/registrar';
import { BrokerError } from '../failure/broker-error';
import { checkOneOf, checkOptions } from '../failure/check';
import { HOOKS } from '../mailbox/consumer';
import { MAILBOX } from '../mailbox/mailbox-options';
import type { ActorId } from '../message/actor-id';
import type { ActorHooks, HandlersOf, MessageBroker, Spawned } from '../message/message-broker';
import { type IsProtocol, isProtocol } from '../message/protocol';
import type { SpawnOptions } from '../message/registration';
import type { IsUntyped } from '../message/reply-of';
import type { ActorRef } from '../message/sender';
import { inDevelopment } from './in-development';
import { type InjectorOption, inInjector } from './in-injector';
import { injectMessageBroker } from './inject-message-broker';
import { untilDestroyed } from './until-destroyed';

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
  const given = ((hasProtocol ? third : second) ?? {}) as InjectActorOptions;
  inDevelopment(() => checkOptions<object>(given, { ...MAILBOX, ...REGISTER, ...(hasProtocol && HOOKS), capacity: undefined, ifTaken: undefined, injector: undefined }));
  const { ifTaken, injector, ...options } = given;
  if (ifTaken !== undefined) checkOneOf(ifTaken, 'ifTaken', ['replace', 'unique']);
  return inInjector({ injector }, () => {
    const broker = injectMessageBroker();
    const life = untilDestroyed();
    const own = broker.isRegistered(id) ? makeRoom(broker, id, ifTaken) : id;
    life.add(broker.spawn<any, any>(own, first as any, ...(hasProtocol ? [second, options] : [options])));
    return broker.ref(own);
  });
}

/** The id for a new actor if `id` is taken. With neither choice it stays `id`, which `spawn` refuses; in development the error names the choices. */
function makeRoom(broker: MessageBroker, id: ActorId, ifTaken: InjectActorOptions['ifTaken']): ActorId {
  if (ifTaken === 'unique') {
    let count = 2;
    while (broker.isRegistered(`${id}~${count}` as ActorId)) count++;
    return `${id}~${count}` as ActorId;
  }
  if (ifTaken === 'replace') broker.unregister(id);
  else
    inDevelopment(() => {
      throw new BrokerError('AlreadyRegistered', `'${id}' is taken by another instance. ifTaken: 'replace' takes its place, 'unique' takes another id`);
    });
  return id;
}
