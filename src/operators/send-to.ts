import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { checkActorId, checkSender } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import { checkTell } from '../message/check-send';
import type { Tellable } from '../message/reply-of';
import type { TellOptions } from '../message/send-options';
import type { Sender } from '../message/sender';

/**
 * Tells every value to an actor and passes it on. A refusal is counted and becomes a dead letter, and never ends the stream.
 *
 * Synchronous: the value is offered before it is passed on. A message that has a reply does not compile (rule S6): `requestFrom` asks.
 *
 * ```ts
 * sensor$.pipe(sendTo(broker, readings)).subscribe(draw);
 * ```
 *
 * @throws {TypeError | RangeError} for what is no broker, a bad id or option.
 */
export function sendTo<Msg, M extends NoInfer<Msg>>(
  broker: Pick<Sender, 'trySend'>,
  id: ActorId<Msg>,
  options?: TellOptions,
): MonoTypeOperatorFunction<Tellable<Msg, M>> {
  checkSender(broker, 'trySend');
  checkActorId(id);
  checkTell(options);
  return tap((message) => {
    broker.trySend<any, any>(id, message, options);
  });
}
