import { InMemoryMessageBroker, actorId } from 'rx-broker';
import * as operators from 'rx-broker/operators';
import { type Observable, type OperatorFunction, map, of, pipe } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { operatorLaws } from './operator-laws';
import type { OperatorUnderLaw } from './operators/operator-under-law';

const { boundedBuffer, boundedConcatMap, boundedMergeMap, ofMessage, publishTo, requestFrom, retryRefused, sendTo, toDeadLetters, toMetrics } = operators;

const id = actorId<any>('actor');

/** A broker with an actor that replies by `answer`. */
function brokerOf(answer: (n: number) => unknown = (n) => n): InMemoryMessageBroker {
  const made = new InMemoryMessageBroker({ logDeadLetters: false });
  made.spawn(id, answer, { concurrency: 100 });
  return made;
}

/** Makes an event of each number, for the operators over `events$`. */
const asEvents: OperatorFunction<number, any> = map((n) => ({ kind: 'dead-lettered', letter: { id: String(n) }, at: n }));

const bad = (...calls: ((operator: any, ...more: any[]) => unknown)[]): any[] => calls;
const take = { capacity: 5 };

/** Every operator, by its public name. */
const UNDER_LAW: Readonly<Record<keyof typeof operators, OperatorUnderLaw>> = {
  boundedBuffer: {
    create: () => pipe(boundedBuffer<number>(5, { concurrency: 9 }), map((held) => (held.release(), held.value))),
    badCalls: [
      ...[0, -1, 1.5, NaN, '10', Infinity, undefined].map((capacity) => () => boundedBuffer(capacity as number)),
      ...bad(
        () => boundedBuffer(1, null as never),
        () => boundedBuffer(1, { concurrency: 0 }),
        () => boundedBuffer(1, { overflow: 'block' as never }),
        () => boundedBuffer(1, { onOverflow: 'tell me' as never }),
      ),
    ],
  },
  boundedMergeMap: {
    create: () => boundedMergeMap((n) => of(n), { capacity: 5, concurrency: 2 }),
    flatten: (inner) => boundedMergeMap(() => inner, { capacity: 5_000, concurrency: 2 }),
    badCalls: bad(
      () => boundedMergeMap(undefined as never, take),
      () => boundedMergeMap(() => of(1), undefined as never),
      () => boundedMergeMap(() => of(1), {} as never),
      () => boundedMergeMap(() => of(1), { capacity: 1, concurrency: -1 }),
      () => boundedMergeMap(() => of(1), { capacity: 1, overflow: 'block' as never }),
    ),
  },
  boundedConcatMap: {
    create: () => boundedConcatMap((n) => of(n), take),
    badCalls: bad(
      () => boundedConcatMap('project' as never, take),
      () => boundedConcatMap(() => of(1), undefined as never),
      () => boundedConcatMap(() => of(1), { capacity: 0 }),
    ),
  },
  ofMessage: {
    create: () => pipe(map((n: number) => new Date(n)), ofMessage(Date)),
    badCalls: bad(() => (ofMessage as any)(), () => ofMessage(5 as never), () => ofMessage(null as never)),
  },
  requestFrom: {
    create: () => requestFrom<any, number, unknown>(brokerOf(), id, take),
    flatten: (inner: Observable<unknown>) => requestFrom<any, number, unknown>(brokerOf(() => inner), id, { capacity: 5_000, concurrency: 2 }),
    badCalls: bad(
      () => requestFrom(brokerOf(), '' as never, take),
      () => requestFrom(brokerOf(), id, undefined as never),
      () => requestFrom(brokerOf(), id, {} as never),
      () => requestFrom(brokerOf(), id, { capacity: 1, timeout: -1 }),
      () => requestFrom(brokerOf(), id, { capacity: 1, onError: 5 as never }),
    ),
  },
  retryRefused: {
    create: () => retryRefused(id, { count: 1 }),
    badCalls: bad(
      () => retryRefused('' as never, { count: 1 }),
      () => retryRefused(id, undefined as never),
      () => retryRefused(id, {} as never),
      ...[0, -1, 1.5, '3'].map((count) => () => retryRefused(id, { count: count as number })),
      ...[-1, Infinity, '5'].map((delay) => () => retryRefused(id, { count: 1, delay: delay as number })),
      () => retryRefused(id, { count: 1, codes: ['Late' as never] }),
      () => retryRefused(id, { count: 1, codes: 'Timeout' as never }),
      () => retryRefused(id, { count: 1, scheduler: {} as never }),
    ),
  },
  sendTo: {
    create: () => sendTo(brokerOf(), id),
    badCalls: bad(() => sendTo(brokerOf(), '' as never), () => sendTo(brokerOf(), id, { ttl: -1 }), () => sendTo(brokerOf(), id, 5 as never)),
  },
  publishTo: {
    create: () => publishTo(brokerOf(), 'numbers'),
    badCalls: bad(
      () => publishTo(brokerOf(), ''),
      () => publishTo(brokerOf(), 'a.*'),
      () => publishTo(brokerOf(), { topic: 'a', priority: 256 }),
      () => publishTo(brokerOf(), 'a', 5 as never),
    ),
  },
  toMetrics: { create: () => pipe(asEvents, toMetrics()) },
  toDeadLetters: { create: () => pipe(asEvents, toDeadLetters()) },
};

describe('the operators', () => {
  it('are all under the laws', () => {
    expect(Object.keys(UNDER_LAW).sort()).toEqual(Object.keys(operators).sort());
  });

  for (const [name, operator] of Object.entries(UNDER_LAW)) operatorLaws(name, operator);
});
