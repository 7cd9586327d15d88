import { type OperatorFunction, filter, map } from 'rxjs';
import type { BrokerEvent } from '../message/broker-event';
import type { DeadLetter } from '../message/dead-letter';

type DeadLettered = Extract<BrokerEvent, { kind: 'dead-lettered' }>;

/** Makes `deadLetters$` of `events$`: the dead letters, in order. It errors and completes with its source. */
export function toDeadLetters(): OperatorFunction<BrokerEvent, DeadLetter> {
  return (events$) =>
    events$.pipe(
      filter((event): event is DeadLettered => event.kind === 'dead-lettered'),
      map((event) => event.letter),
    );
}
