import { type Observable, ReplaySubject, filter, map } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import type { BrokerOptions } from '../broker/broker-options';
import { InMemoryMessageBroker } from '../broker/in-memory-message-broker';
import { check, checkFunction } from '../failure/check';
import type { Mailbox } from '../mailbox/mailbox';
import type { ActorId } from '../message/actor-id';
import type { MessageStage } from '../message/broker-event';
import type { DeadLetter } from '../message/dead-letter';

/** The result of an `expect…` of `BrokerMarbleHelpers`. */
export interface MarbleExpectation {
  /** Says which marbles must be seen, and which values their letters stand for. */
  toBe(marbles: string, values?: Readonly<Record<string, unknown>>): void;
}

/** The argument of a test in virtual time: the helpers of `TestScheduler.run`, a broker, and expectations about it. */
export interface BrokerMarbleHelpers extends RunHelpers {
  /** A broker in this test's virtual time. It logs no dead letters. */
  readonly broker: InMemoryMessageBroker;
  readonly scheduler: TestScheduler;
  /** Makes another broker in the same virtual time. */
  createBroker(options?: BrokerOptions): InMemoryMessageBroker;
  /** Expects the messages handed to an actor from this call on. The marbles end only if the broker closes. */
  expectDeliveries(id: ActorId, broker?: InMemoryMessageBroker): MarbleExpectation;
  /** Expects the dead letters from this call on, each as its `reason` or as the result of `describe`. */
  expectDeadLetters(describe?: (letter: DeadLetter) => unknown, broker?: InMemoryMessageBroker): MarbleExpectation;
  /** Expects a mailbox's `pressure$` in virtual time. The first value, in frame 0, is the pressure after the test function has returned. */
  expectPressure(mailbox: Mailbox): MarbleExpectation;
}

/**
 * Makes marble tests with a broker, for any test runner. `assertDeepEqual` is the runner's deep equality.
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
 * A handler's own promise settles in real time (rule D5), so handlers in marble tests should return values and streams.
 *
 * @throws {TypeError} if `assertDeepEqual` is no function, or does not throw for two values that differ; for this it is called once.
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
      // Virtual time would be over before an asynchronous test goes on.
      check(answer === undefined || typeof (answer as PromiseLike<unknown> | null)?.then !== 'function', 'a marble test must be synchronous', answer);
    });
  };
}

/** Whether an equality throws for values that differ. One that does not, such as `expect` alone, would let every test pass. */
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

/** Observes `source` from now on. `expectObservable` subscribes only when virtual time begins, and gets all earlier values in frame 0. */
function held(source: Observable<unknown>): Observable<unknown> {
  const seen = new ReplaySubject<unknown>(Infinity);
  source.subscribe(seen);
  return seen;
}
