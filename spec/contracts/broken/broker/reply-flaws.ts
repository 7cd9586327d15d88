import { SendError } from 'rx-broker';
import {
  NEVER,
  Observable,
  type Subscriber,
  catchError,
  concatMap,
  concatWith,
  defaultIfEmpty,
  filter,
  from,
  mergeMap,
  of,
  take,
  throwError,
  timeout,
  toArray,
} from 'rxjs';
import { withReplies } from '../../broker/in-memory-nodes';
import { type BrokerFlaw, brokerFlaw, withHandlers } from './broker-flaw';

type Change = (reply$: Observable<any>) => Observable<any>;

/** A broker with a flaw that changes the replies. */
const telling = (flaw: string, breaks: readonly string[], change: Change): BrokerFlaw => brokerFlaw(flaw, breaks, (broker) => withReplies(broker, change));

const isThenable = (answer: any): boolean => typeof answer?.then === 'function';

/** Gives each reply to the caller that has waited longest. */
function firstComeFirstServed(): Change {
  const callers: Subscriber<unknown>[] = [];
  return (reply$) =>
    new Observable((caller) => {
      callers.push(caller);
      return reply$.subscribe((value) => {
        const next = callers.shift();
        next?.next(value);
        next?.complete();
      });
    });
}

/** Brokers with a flaw in their replies. */
export const REPLY_FLAWS: readonly BrokerFlaw[] = [
  telling('takes arrays and text apart', ['an array, whole', 'text, whole'], (reply$) =>
    reply$.pipe(concatMap((value) => (Array.isArray(value) || typeof value === 'string' ? from(value as string) : of(value)))),
  ),
  telling('leaves out replies that are nothing', ['answer of nothing', 'answer of null', 'a promised nothing'], (reply$) => reply$.pipe(filter((value) => value !== undefined && value !== null))),
  telling('ends a stream with its first value', ['answer of a stream', 'a stream that errors', 'value by value'], (reply$) => reply$.pipe(take(1))),
  telling('adds nothing to an empty stream', ['an empty stream'], (reply$) => reply$.pipe(defaultIfEmpty(undefined))),
  telling('never ends a reply', ['answer of a value'], (reply$) => reply$.pipe(concatWith(NEVER))),
  telling('tells a reply twice', ['answer of a value', 'value by value'], (reply$) => reply$.pipe(mergeMap((value) => of(value, value)))),
  telling('puts an error of its own for the handler’s', ['handler that throws', 'handler that rejects', 'a stream that errors', 'with its reason'], (reply$) =>
    reply$.pipe(catchError((cause: unknown) => throwError(() => new Error('it failed', { cause })))),
  ),
  telling('tells a copy of the handler’s error', ['the very same object'], (reply$) => reply$.pipe(catchError((error: unknown) => throwError(() => structuredClone(error))))),
  telling(
    'tells nobody what was refused',
    [
      ...['offer for an unknown', 'offer for one that is gone', 'offer for a closed', 'offer for a full mailbox that fails', 'offer for a full mailbox that drops', 'offer for a mailbox full'],
      ...['send for an unknown', 'send for one that is gone', 'send for a closed', 'send for a full mailbox that fails', 'drops the newest', 'what outranks it'],
      ...['an evicted message', 'what is cleared fails', 'with block', 'is unregistered loses', 'with drain: false', 'its sender is told'],
    ],
    (reply$) => reply$.pipe(catchError((error: unknown) => (error instanceof SendError && !error.started ? NEVER : throwError(() => error)))),
  ),
  telling(
    'goes on when its caller leaves',
    ['whose caller leaves never runs', 'a running turn whose caller leaves', 'leaves or has enough', 'left before its first value', 'aborted cancels what it asked', 'is a quorum', 'leaving cancels', 'is taken back by its sender'],
    (reply$) =>
      new Observable((caller) => {
        reply$.subscribe({ next: (value) => caller.next(value), error: (error: unknown) => caller.error(error), complete: () => caller.complete() });
      }),
  ),
  telling('tells the values of a stream when all have come', ['told as it comes'], (reply$) => reply$.pipe(toArray(), mergeMap((values) => values))),
  brokerFlaw('counts a caller who has been served as one who has left', ['that caller has been served'], (broker) => ({
    metrics: () => {
      const { totalSucceeded, totalAborted, ...metrics } = broker.metrics();
      return { ...metrics, totalSucceeded: 0, totalAborted: totalAborted + totalSucceeded };
    },
  })),
  brokerFlaw('mixes up its callers', ['belongs to its question'], (broker) => withReplies(broker, firstComeFirstServed())),
  brokerFlaw('counts a reply only when it has been told', ['counted before it is emitted'], (broker) => {
    let telling = 0;
    const counted: Change = (reply$) =>
      new Observable((caller) =>
        reply$.subscribe({
          next: (value) => {
            telling++;
            caller.next(value);
            telling--;
          },
          error: (error: unknown) => caller.error(error),
          complete: () => caller.complete(),
        }),
      );
    return { ...withReplies(broker, counted), metrics: () => ({ ...broker.metrics(), openRequests: broker.metrics().openRequests + telling }) };
  }),
  brokerFlaw('gives every value of a stream a time', ['may then take its time'], (broker, { scheduler }) => withReplies(broker, timeout({ each: 5_000, ...(scheduler && { scheduler }) }))),
  brokerFlaw('waits for no Promise', ['a promised value', 'a promised nothing', 'like a promise'], (broker) =>
    withHandlers(broker, (handler) => (message, context) => {
      const answer = handler(message, context);
      return isThenable(answer) ? { promise: answer } : answer;
    }),
  ),
  brokerFlaw('takes messages that its protocol has not', ['one without fails with Unhandled'], (broker) => ({
    spawn: (id: any, protocol: any, handlers: any, options: any) => {
      if (typeof protocol === 'function' || 'receive' in protocol) return broker.spawn(id, protocol, handlers);
      const handler = (message: { type: string }): unknown => handlers[message.type.split('.')[1]!]?.(message);
      return broker.spawn(id, handler as never, options);
    },
  })),
  brokerFlaw('keeps to itself what a handler throws', ['nobody asked for is a dead letter', 'what toDeadLetters() does'], (broker) => ({
    deadLetters$: broker.deadLetters$.pipe(filter(({ reason }) => reason !== 'HandlerFailed')),
  })),
];
