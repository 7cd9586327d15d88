import type { RunHelpers, TestScheduler } from 'rxjs/testing';
import type { BrokerOptions } from '../broker/broker-options';
import type { InMemoryMessageBroker } from '../broker/in-memory-message-broker';
import { check, checkFunction } from '../failure/check';
import { type BrokerExpectations, brokerExpectations } from './broker-expectations';
import { MarbleBroker, type MarbleRun } from './marble-broker';
import { type Equality, MarbleScheduler, differenceOf } from './marble-scheduler';
import { RealPromises, isTimeout } from './real-promises';

/** What a test in virtual time has at hand: the helpers of `TestScheduler.run`, a broker, and expectations about it. */
export interface BrokerMarbleHelpers extends RunHelpers, BrokerExpectations {
  /** A broker whose timers and dispatch live in this test's time, and end with it. Logs nothing. */
  readonly broker: InMemoryMessageBroker;
  /** The scheduler of this test's time, for what takes one. */
  readonly scheduler: TestScheduler;
  /** Another broker in the same time. */
  createBroker(options?: BrokerOptions): InMemoryMessageBroker;
}

/**
 * Makes marble tests with a broker in them, for any test runner: `assertDeepEqual` is its deep equality, which throws or answers false
 * where two values differ. (In Jasmine `throwUnless(a).toEqual(e)`: its `expect` does not throw.)
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
 * A failure shows what was expected and what was seen as two marble lines, points to the line that called `toBe`, and has the error of
 * `assertDeepEqual` as its `cause`.
 *
 * A promise is real time (rule D5): none settles before virtual time is over. So a handler that answers with one holds its turn to the
 * end of the test. The test fails for it if somebody waits: a caller whose ask is open or has timed out, or a message behind that turn. It does
 * not fail for a message that was told, or whose caller has cancelled. Answer with a value or a stream, and with `NEVER` for no answer.
 *
 * @throws {TypeError} for an `assertDeepEqual` that lets two values pass that differ: it is called once to see that.
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
      // Virtual time would be over before it goes on.
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
