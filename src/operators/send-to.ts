import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { checkActorId, checkSender } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import { checkTell } from '../message/check-send';
import type { Tellable } from '../message/reply-of';
import type { TellOptions } from '../message/send-options';
import type { Sender } from '../message/sender';

/**
 * Tells every value to an actor, then passes it on. Synchronous and in order; the result errors and completes with its source.
 *
 * A refusal is counted and becomes a dead letter; it never ends the stream. A message with a reply does not compile (rule S6): use
 * `requestFrom`.
 *
 * ```ts
 * sensor$.pipe(sendTo(broker, readings)).subscribe(draw);
 * ```
 *
 * @throws {TypeError | RangeError} for a bad broker, id or option.
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
