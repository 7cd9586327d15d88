import { type MonoTypeOperatorFunction, catchError, defer, map, of, tap } from 'rxjs';
import { type Check, type Checks, checkActorId, checkOptions, checkSender, refuse } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import { SEND, checkTell } from '../message/check-send';
import type { MessageBroker } from '../message/message-broker';
import type { Tellable } from '../message/reply-of';
import type { SendOptions, TellOptions } from '../message/send-options';
import type { Sender } from '../message/sender';
import { boundedConcatMap } from './bounded-concat-map';
import { BOUNDED_MAP, type BoundedMapOptions } from './bounded-merge-map';

/** Options of `sendTo` with which it waits for a place in a mailbox that blocks. */
export interface WaitingOptions<M> extends Omit<BoundedMapOptions<M>, 'concurrency'>, SendOptions {
  /** Each value waits until the mailbox has taken the one before (`broker.offer`). */
  readonly wait: true;
}

const WAITING: Checks<WaitingOptions<any>> = /* @__PURE__ */ checksOfWaiting();

function checksOfWaiting(): Checks<WaitingOptions<any>> {
  const { concurrency: _, ...bounds } = BOUNDED_MAP;
  const wait: Check = (value) => {
    if (value !== true) refuse('wait must be true, or left out', value);
  };
  return { ...bounds, ...SEND, wait };
}

/**
 * Tells every value to an actor, then passes it on, in order. The result errors and completes with its source.
 *
 * A refusal is counted and becomes a dead letter; it never ends the stream. A message with a reply does not compile (rule S6): use
 * `requestFrom`.
 *
 * Without `wait` this is synchronous. With `wait` and a mailbox that blocks, a value is passed on when the mailbox has taken or lost it, one
 * after the other. At most `capacity` values wait for that; overflow is that of `boundedBuffer`.
 *
 * ```ts
 * sensor$.pipe(sendTo(broker, readings)).subscribe(draw);
 * lines$.pipe(sendTo(broker, audit, { wait: true, capacity: 1_000 })).subscribe();
 * ```
 *
 * @throws {TypeError | RangeError} for a bad broker, id or option.
 */
export function sendTo<Msg, M extends NoInfer<Msg>>(
  broker: Pick<Sender, 'trySend'>,
  id: ActorId<Msg>,
  options?: TellOptions,
): MonoTypeOperatorFunction<Tellable<Msg, M>>;
export function sendTo<Msg, M extends NoInfer<Msg>>(
  broker: Pick<MessageBroker, 'offer'>,
  id: ActorId<Msg>,
  options: WaitingOptions<M>,
): MonoTypeOperatorFunction<Tellable<Msg, M>>;
export function sendTo(broker: Partial<MessageBroker>, id: ActorId, options?: TellOptions | WaitingOptions<any>): MonoTypeOperatorFunction<any> {
  checkActorId(id);
  if (isWaiting(options)) return waiting(broker as MessageBroker, id, options);
  checkSender(broker, 'trySend');
  checkTell(options);
  return tap((message: unknown) => {
    broker.trySend?.<any, any>(id, message, options);
  });
}

function isWaiting(options: TellOptions | WaitingOptions<any> | undefined): options is WaitingOptions<any> {
  return (options as Partial<WaitingOptions<any>> | null | undefined)?.wait !== undefined;
}

function waiting(broker: MessageBroker, id: ActorId, options: WaitingOptions<any>): MonoTypeOperatorFunction<any> {
  checkSender(broker, 'offer');
  checkOptions(options, WAITING);
  const { wait, capacity, overflow, onOverflow, ...sendOptions } = options;
  const offer = (message: unknown): ReturnType<MessageBroker['offer']> => defer(() => broker.offer<any, any>(id, message, sendOptions));
  return boundedConcatMap(
    (message: unknown) =>
      offer(message).pipe(
        map(() => message),
        catchError(() => of(message)),
      ),
    { capacity, overflow, onOverflow },
  );
}
