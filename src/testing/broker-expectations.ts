import { type Observable, ReplaySubject, filter, isObservable, map } from 'rxjs';
import type { InMemoryMessageBroker } from '../broker/in-memory-message-broker';
import { check, checkActorId, checkFunction, describeValue } from '../failure/check';
import type { Mailbox } from '../mailbox/mailbox';
import type { ActorId } from '../message/actor-id';
import type { MessageStage } from '../message/broker-event';
import type { DeadLetter } from '../message/dead-letter';
import { MarbleBroker } from './marble-broker';
import type { TestMessage } from './marble-letters';
import type { MarbleExpectation, MarbleScheduler } from './marble-scheduler';
import { lineOf } from './own-line';

/** The expectations of a marble test about brokers and mailboxes. */
export interface BrokerExpectations {
  /** Expects the messages handed to an actor from this call on. The marbles end only if the broker closes. */
  expectDeliveries(id: ActorId, broker?: InMemoryMessageBroker): MarbleExpectation;
  /** Expects the dead letters from this call on, each as its `reason` or as the result of `describe`. */
  expectDeadLetters(describe?: (letter: DeadLetter) => unknown, broker?: InMemoryMessageBroker): MarbleExpectation;
  /** Expects a mailbox's `pressure$` in virtual time. The first value, in frame 0, is the pressure after the test function has returned. */
  expectPressure(mailbox: Mailbox): MarbleExpectation;
}

/** The expectations of one run. They are about `broker`, unless a call names another one. */
export function brokerExpectations(scheduler: MarbleScheduler, broker: InMemoryMessageBroker): BrokerExpectations {
  const expectDeliveries = (id: ActorId, from = broker): MarbleExpectation => {
    checkActorId(id);
    checkBroker(from);
    return scheduler.expectWatched({
      name: `expectDeliveries(${describeValue(id)})`,
      line: lineOf(expectDeliveries),
      stream: held(deliveriesTo(from, id)),
      hints: hintsOf(from.metrics().totalDelivered, 'delivered'),
    });
  };
  const expectDeadLetters = (describe: (letter: DeadLetter) => unknown = ({ reason }) => reason, from = broker): MarbleExpectation => {
    checkFunction(describe, 'describe');
    checkBroker(from);
    return scheduler.expectWatched({
      name: 'expectDeadLetters()',
      line: lineOf(expectDeadLetters),
      stream: held(from.deadLetters$.pipe(map(describe))),
      hints: hintsOf(from.metrics().totalDeadLettered, 'lost'),
    });
  };
  const expectPressure = (mailbox: Mailbox): MarbleExpectation => {
    check(isObservable((mailbox as Mailbox | undefined)?.pressure$), 'mailbox must be a Mailbox', mailbox);
    return scheduler.expectWatched({ name: 'expectPressure()', line: lineOf(expectPressure), stream: mailbox.pressure$ });
  };
  return { expectDeliveries, expectDeadLetters, expectPressure };
}

/** Explains differences with causes that are easily overlooked. `before`: how many messages had come before the `expect…` call. */
function hintsOf(before: number, what: string): (marbles: string, seen: readonly TestMessage[]) => string[] {
  return (marbles, seen) => {
    const hints: string[] = [];
    const messages = before === 1 ? 'a message was' : `${before} messages were`;
    if (before > 0) hints.push(`It sees what comes after its call; ${messages} ${what} before. Call it before anything is sent.`);
    if (marbles.includes('|') && !seen.some(({ notification }) => notification.kind === 'C')) hints.push('It has no | unless its broker closes.');
    return hints;
  };
}

function checkBroker(broker: unknown): void {
  check(isObservable((broker as InMemoryMessageBroker | null)?.events$), 'broker must be a MessageBroker', broker);
  if (broker instanceof MarbleBroker) broker.checkTime();
}

function deliveriesTo(broker: InMemoryMessageBroker, id: ActorId): Observable<unknown> {
  return broker.events$.pipe(
    filter((event) => event.kind === 'delivered' && event.target === id),
    map((event) => (event as MessageStage).message),
  );
}

/** Observes `source` from now on. The scheduler subscribes only when virtual time begins, and gets all earlier values in frame 0. */
function held(source: Observable<unknown>): Observable<unknown> {
  const seen = new ReplaySubject<unknown>(Infinity);
  source.subscribe(seen);
  return seen;
}
