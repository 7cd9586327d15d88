import { InMemoryMessageBroker, actorId } from 'rx-broker';
import { boundedBuffer, boundedConcatMap, boundedMergeMap, ofMessage, publishTo, requestFrom, sendTo, toDeadLetters, toMetrics } from 'rx-broker/operators';
import { type OperatorFunction, map, of, pipe } from 'rxjs';
import { describe } from 'vitest';
import { operatorLaws } from './operator-laws';

const id = actorId<any>('actor');

function broker(): InMemoryMessageBroker {
  const made = new InMemoryMessageBroker({ logDeadLetters: false });
  made.spawn(id, (n: number) => n);
  return made;
}

/** Each number as an event, for the operators over `events$`. */
const asEvents: OperatorFunction<number, any> = map((n) => ({ kind: 'dead-lettered', letter: { id: String(n) }, at: n }));

describe('the operators', () => {
  operatorLaws('boundedBuffer', () => pipe(boundedBuffer<number>(5, { concurrency: 9 }), map((held) => (held.release(), held.value))));
  operatorLaws('boundedMergeMap', () => boundedMergeMap((n) => of(n), { capacity: 5, concurrency: 2 }));
  operatorLaws('boundedConcatMap', () => boundedConcatMap((n) => of(n), { capacity: 5 }));
  operatorLaws('ofMessage', () => pipe(map((n: number) => Object.assign(new Date(n))), ofMessage(Date)));
  operatorLaws('requestFrom', () => requestFrom<any, number, unknown>(broker(), id, { capacity: 5 }));
  operatorLaws('sendTo', () => sendTo(broker(), id));
  operatorLaws('publishTo', () => publishTo(broker(), 'numbers'));
  operatorLaws('toMetrics', () => pipe(asEvents, toMetrics()));
  operatorLaws('toDeadLetters', () => pipe(asEvents, toDeadLetters()));
});
