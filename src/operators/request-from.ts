import { type ObservableInput, type OperatorFunction, catchError, defer } from 'rxjs';
import { type Checks, checkActorId, checkFunction, checkOptions, checkSender } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import { SEND } from '../message/check-send';
import type { ReplyFor } from '../message/reply-of';
import type { SendOptions } from '../message/send-options';
import type { Sender } from '../message/sender';
import { checkBounds } from './bounded-flow';
import { BOUNDED_MAP, type BoundedMapOptions, boundedMergeMap } from './bounded-merge-map';

/** Options of `requestFrom`: those of the buffer, those of each ask, and what happens if an ask fails. */
export interface RequestOptions<M, R> extends BoundedMapOptions<M>, SendOptions {
  /**
   * Returns the stream that replaces a failed reply: `EMPTY` skips it, `of(value)` replaces it. If it throws, the result errors. Default: the
   * result errors with the failure.
   */
  readonly onError?: (error: unknown, message: M) => ObservableInput<R>;
}

const REQUEST: Checks<RequestOptions<any, any>> = /* @__PURE__ */ Object.assign({}, BOUNDED_MAP, SEND, { onError: checkFunction });

/**
 * Asks an actor with every value, and emits the replies. With concurrency 1 (default) they come in the order of the values.
 *
 * At most `concurrency` asks are open, and at most `capacity` values wait; overflow is that of `boundedBuffer`. A failed ask goes to `onError`.
 * The result completes when the source and the last reply have completed. Unsubscribing cancels the open asks.
 *
 * ```ts
 * accountIds$.pipe(map((accountId) => Account.getBalance({ accountId })), requestFrom(broker, accounts, { capacity: 100 }));
 * ```
 *
 * @throws {TypeError | RangeError} for a bad broker, id or option, or a missing capacity.
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
