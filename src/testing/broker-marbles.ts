import type { RunHelpers, TestScheduler } from 'rxjs/testing';
import type { BrokerOptions } from '../broker/broker-options';
import type { InMemoryMessageBroker } from '../broker/in-memory-message-broker';
import { check, checkFunction } from '../failure/check';
import { type BrokerExpectations, brokerExpectations } from './broker-expectations';
import { MarbleBroker, type MarbleRun } from './marble-broker';
import { type Equality, MarbleScheduler, differenceOf } from './marble-scheduler';
import { RealPromises, isTimeout } from './real-promises';

/** The argument of a test in virtual time: the helpers of `TestScheduler.run`, a broker, and expectations about it. */
export interface BrokerMarbleHelpers extends RunHelpers, BrokerExpectations {
  /** A broker in this test's virtual time, which ends with it. It logs no dead letters. */
  readonly broker: InMemoryMessageBroker;
  /** The scheduler of this test's virtual time, for code that takes a scheduler. */
  readonly scheduler: TestScheduler;
  /** Makes another broker in the same virtual time. */
  createBroker(options?: BrokerOptions): InMemoryMessageBroker;
}

/**
 * Makes marble tests with a broker, for any test runner. `assertDeepEqual` is the runner's deep equality: it throws or returns false if two
 * values differ. (Use `throwUnless(a).toEqual(e)` in Jasmine, whose `expect` does not throw.)
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
 * A failure shows the expected and the seen messages as two marble lines, and points to the line that called `toBe`. Its `cause` is the
 * error of `assertDeepEqual`.
 *
 * A promise settles in real time (rule D5), so after virtual time is over. A handler that returns one holds its turn to the end of the test.
 * The test fails if somebody waits for that turn: a caller whose ask is open or has timed out, or a message behind it. It does not fail for
 * a message that was told, or whose caller has cancelled. Return a value or a stream, or `NEVER` for no reply.
 *
 * @throws {TypeError} for an `assertDeepEqual` that lets different values pass; for this it is called once.
 */
export function brokerMarbles(assertDeepEqual: Equality, options?: BrokerOptions): (test: (helpers: BrokerMarbleHelpers) => void) => () => void {
  checkFunction(assertDeepEqual, 'assertDeepEqual');
  // An equality such as `expect` alone asserts nothing, and every test would pass.
  const tellsApart = differenceOf(assertDeepEqual, [0], [1]) !== undefined;
  check(tellsApart, 'assertDeepEqual must throw where its two arguments differ: (a, e) => expect(a).toStrictEqual(e)', assertDeepEqual);
  return (test: (helpers: BrokerMarbleHelpers) => unknown) => {
    checkFunction(test, 'a marble test');
    return () => runInTime(test, assertDeepEqual, options);
  };
}

function runInTime(test: (helpers: BrokerMarbleHelpers) => unknown, assertDeepEqual: Equality, options: BrokerOptions | undefined): void {
  const promises = new RealPromises();
  const run: MarbleRun = { promises, isOver: false };
  const scheduler = new MarbleScheduler(assertDeepEqual, () => promises.note());
  const createBroker = (own?: BrokerOptions): InMemoryMessageBroker => new MarbleBroker(run, { logDeadLetters: false, scheduler, ...options, ...own });
  try {
    scheduler.run((helpers) => {
      const broker = createBroker();
      const answer = test({ ...helpers, broker, scheduler, createBroker, ...brokerExpectations(scheduler, broker) });
      // Virtual time would be over before an asynchronous test goes on.
      check(typeof (answer as PromiseLike<unknown> | null | undefined)?.then !== 'function', 'a marble test must be synchronous', answer);
    });
    scheduler.checkAllDrawn();
  } catch (error) {
    throw (isTimeout(error) ? promises.failure({ cause: error }) : undefined) ?? error;
  } finally {
    run.isOver = true;
  }
  const failure = promises.failure();
  if (failure !== undefined) throw failure;
}
