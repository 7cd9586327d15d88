import type { ActorClient } from '../client/actor-client';
import { actorClient } from '../client/actor-client';
import type { ActorId } from '../message/actor-id';
import type { AnyProtocol, MessageOf } from '../message/protocol';
import type { InjectorOption } from './in-injector';
import { injectMessageBroker } from './inject-message-broker';

/**
 * Methods that tell an actor the messages of its protocol, in the manner of NgRx's `injectDispatch`. A message with a reply has no method here:
 * `injectRequest` and `injectCommand` ask it. The methods may be called in an `effect`.
 *
 * ```ts
 * class AddButton {
 *   readonly dispatch = injectDispatch(cart, Cart);
 *   readonly add = () => this.dispatch.add({ sku: 'a' }); // SendResult
 * }
 * ```
 *
 * @throws {TypeError} for a bad id, protocol or option.
 */
export function injectDispatch<P extends AnyProtocol<P> & object>(id: ActorId<MessageOf<P>>, protocol: P, options?: InjectorOption): ActorClient<P>['tell'] {
  return actorClient(injectMessageBroker(options), id, protocol).tell;
}
