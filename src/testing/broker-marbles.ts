import { type Observable, ReplaySubject, filter, map } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import type { BrokerOptions } from '../broker/broker-options';
import { InMemoryMessageBroker } from '../broker/in-memory-message-broker';
import { check, checkFunction } from '../failure/check';
import type { Mailbox } from '../mailbox/mailbox';
import type { ActorId } from '../message/actor-id';
import type { MessageStage } from '../message/broker-event';
import type { DeadLetter } from '../message/dead-letter';

/** What comes after `expect…`: the marbles that must be seen, and what their letters stand for. */
export interface MarbleExpectation {
  /** Compared when virtual time is over. `values`: what the letters stand for; by default themselves. */
  toBe(marbles: string, values?: Readonly<Record<string, unknown>>): void;
}

/** What a test in virtual time has at hand: the helpers of `TestScheduler.run`, a broker, and expectations about it. */
export interface BrokerMarbleHelpers extends RunHelpers {
  /** A broker whose timers and dispatch live in this test's time. Logs nothing. */
  readonly broker: InMemoryMessageBroker;
  /** The scheduler of this test's time, for what takes one. */
  readonly scheduler: TestScheduler;
  /** Another broker in the same time. */
  createBroker(options?: BrokerOptions): InMemoryMessageBroker;
  /** The messages handed to an actor from this call on, when they are. The pattern has no end: a delivery never completes. */
  expectDeliveries(id: ActorId, broker?: InMemoryMessageBroker): MarbleExpectation;
  /** The dead letters from this call on, when they are made: each as its reason, or as `describe` makes it. */
  expectDeadLetters(describe?: (letter: DeadLetter) => unknown, broker?: InMemoryMessageBroker): MarbleExpectation;
  /** A mailbox's `pressure$`, from the start of virtual time: what comes before, in the test's own stretch, is its first value. */
  expectPressure(mailbox: Mailbox): MarbleExpectation;
}

/**
 * Makes marble tests with a broker in them, for any test runner: `assertDeepEqual` is its deep equality.
 *
 * ```ts
 * const marbles = brokerMarbles((actual, expected) => expect(actual).toStrictEqual(expected));
 *
 * it('delivers', marbles(({ broker, cold, expectDeliveries }) => {
 *   broker.spawn(id, () => {});
 *   cold('a-b|').subscribe((message) => broker.trySend(id, message));
 *   expectDeliveries(id).toBe('a-b');
 * }));
 * ```
 *
 * `assertDeepEqual` is called once to see that it throws where two values differ.
 *
 * A handler's own Promise stays real (rule D5): handlers in marble tests answer with values and streams.
 */
export function brokerMarbles(
  assertDeepEqual: (actual: any, expected: any) => void,
  options?: BrokerOptions,
): (test: (helpers: BrokerMarbleHelpers) => void) => () => void {
  checkFunction(assertDeepEqual, 'assertDeepEqual');
  check(tellsApart(assertDeepEqual), 'assertDeepEqual must throw where its two arguments differ: (a, e) => expect(a).toStrictEqual(e)', assertDeepEqual);
  return (test: (helpers: BrokerMarbleHelpers) => unknown) => () => {
    const scheduler = new TestScheduler(assertDeepEqual);
    scheduler.run((helpers) => {
      const createBroker = (own?: BrokerOptions): InMemoryMessageBroker =>
        new InMemoryMessageBroker({ logDeadLetters: false, scheduler, ...options, ...own });
      const broker = createBroker();
      const { expectObservable } = helpers;
      const answer = test({
        ...helpers,
        broker,
        scheduler,
        createBroker,
        expectDeliveries: (id, from = broker) => expectObservable(held(deliveriesTo(from, id))),
        expectDeadLetters: (describe = ({ reason }) => reason, from = broker) => expectObservable(held(from.deadLetters$.pipe(map(describe)))),
        expectPressure: (mailbox) => expectObservable(mailbox.pressure$),
      });
      // Virtual time would be over before it goes on.
      check(answer === undefined || typeof (answer as PromiseLike<unknown> | null)?.then !== 'function', 'a marble test must be synchronous', answer);
    });
  };
}

/** An equality such as `expect` alone asserts nothing, and every test would pass. */
function tellsApart(assertDeepEqual: (actual: any, expected: any) => void): boolean {
  try {
    assertDeepEqual([0], [1]);
    return false;
  } catch {
    return true;
  }
}

function deliveriesTo(broker: InMemoryMessageBroker, id: ActorId): Observable<unknown> {
  return broker.events$.pipe(
    filter((event) => event.kind === 'delivered' && event.target === id),
    map((event) => (event as MessageStage).message),
  );
}

/** Observes from now on, though `expectObservable` subscribes only when virtual time begins: what is seen before is told in frame 0. */
function held(source: Observable<unknown>): Observable<unknown> {
  const seen = new ReplaySubject<unknown>(Infinity);
  source.subscribe(seen);
  return seen;
}
