import { type ObservableInput, type OperatorFunction, catchError, defer } from 'rxjs';
import { type Checks, checkActorId, checkFunction, checkOptions, checkSender } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import { SEND } from '../message/check-send';
import type { ReplyFor } from '../message/reply-of';
import type { SendOptions } from '../message/send-options';
import type { Sender } from '../message/sender';
import { checkBounds } from './bounded-flow';
import { BOUNDED_MAP, type BoundedMapOptions, boundedMergeMap } from './bounded-merge-map';

/** How requests are held back, sent, and what becomes of one that fails. */
export interface RequestOptions<M, R> extends BoundedMapOptions<M>, SendOptions {
  /**
   * What stands in for a reply that failed: `EMPTY` skips it, `of(value)` replaces it, a throw ends the stream. Default: the stream
   * errors with the failure.
   */
  readonly onError?: (error: unknown, message: M) => ObservableInput<R>;
}

const REQUEST: Checks<RequestOptions<any, any>> = { ...BOUNDED_MAP, ...SEND, onError: checkFunction };

/**
 * Every value becomes the reply to it. With concurrency 1 (default) replies come in the order of their questions.
 *
 * At most `concurrency` requests are open and `capacity` wait; overflow as in `boundedBuffer`. A failed request goes to `onError`.
 * Unsubscribing cancels what is open. Completes when the source has and the last reply is in.
 *
 * ```ts
 * accountIds$.pipe(map((accountId) => Account.getBalance({ accountId })), requestFrom(broker, accounts, { capacity: 100 }));
 * ```
 *
 * @throws {TypeError | RangeError} for what is no broker, a bad id, a missing capacity, or an option out of range.
 */
export function requestFrom<Msg, const M extends NoInfer<Msg>, R = ReplyFor<Msg, M>>(
  broker: Pick<Sender, 'send'>,
  id: ActorId<Msg>,
  options: RequestOptions<M, R>,
): OperatorFunction<M, ReplyFor<Msg, M> | R> {
  checkSender(broker, 'send');
  checkActorId(id);
  checkBounds(options);
  checkOptions(options, REQUEST);
  const { capacity, concurrency, overflow, onOverflow, onError, ...sendOptions } = options;
  const says = Object.keys(sendOptions).length > 0 ? sendOptions : undefined;
  const request = (message: M): ObservableInput<any> => {
    const reply$ = defer(() => broker.send(id as ActorId, message, says));
    return onError === undefined ? reply$ : reply$.pipe(catchError((error: unknown) => onError(error, message)));
  };
  return boundedMergeMap(request, { capacity, concurrency, overflow, onOverflow });
}
