import { DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId, message, protocol } from 'rx-broker';
import { boundedBuffer, boundedConcatMap, boundedMergeMap, publishTo, requestFrom, sendTo } from 'rx-broker/operators';
import { EMPTY } from 'rxjs';
import { describe, expect, it } from 'vitest';

const id = actorId<any>('actor');
const Counter = protocol('counter', { add: message() });

/** Every call that takes options, with one that it does not know, and the one that is meant. */
const CALLS: [string, (broker: InMemoryMessageBroker) => unknown, string, string][] = [
  ['new InMemoryMessageBroker', () => new InMemoryMessageBroker({ requestTimeOut: 1 } as object), 'requestTimeOut', 'requestTimeout'],
  ['withCapacity', () => InMemoryMessageBroker.withCapacity(1, { maxRetain: 1 } as object), 'maxRetain', 'maxRetained'],
  ['the mailbox of a broker', () => new InMemoryMessageBroker({ mailbox: { turnTimout: 3 } as object }), 'turnTimout', 'turnTimeout'],
  ['logDeadLetters', () => new InMemoryMessageBroker({ logDeadLetters: { firts: 3 } as object }), 'logDeadLetters.firts', 'logDeadLetters.first'],
  ['Mailbox.bounded', () => Mailbox.bounded(1, { overFlow: 'block' } as object), 'overFlow', 'overflow'],
  ['Mailbox.unbounded', () => Mailbox.unbounded({ TTL: 1 } as object), 'TTL', 'ttl'],
  ['spawn', (broker) => broker.spawn(id, () => {}, { capcity: 3 } as object), 'capcity', 'capacity'],
  ['spawn with a protocol', (broker) => broker.spawn(id, Counter, { add: () => {} }, { topic: ['t'] } as object), 'topic', 'topics'],
  ['register', (broker) => broker.register(id, Mailbox.bounded(1), { topic: ['t'] } as object), 'topic', 'topics'],
  ['send', (broker) => void broker.send(id, 1, { timeOut: 5 } as object), 'timeOut', 'timeout'],
  ['sendWithPriority', (broker) => broker.sendWithPriority(id, 1, 'high', { timeoutMs: 5 } as object), 'timeoutMs', 'timeout'],
  ['sendWithRouting', (broker) => broker.sendWithRouting({ topic: 't' }, 1, { singal: null } as object), 'singal', 'signal'],
  ['broadcast', (broker) => broker.broadcast(1, { oder: 'settled' } as object), 'oder', 'order'],
  ['broadcastFilter', (broker) => broker.broadcastFilter(1, () => true, { header: {} } as object), 'header', 'headers'],
  ['trySend', (broker) => broker.trySend(id, 1, { prio: 'high' } as object), 'prio', 'priority'],
  ['a tell, which has no timeout,', (broker) => broker.trySend(id, 1, { timeout: 5 } as object), 'timeout', 'ttl'],
  ['a tell, which has no signal,', (broker) => broker.trySend(id, 1, { priority: 'high', signal: new AbortController().signal } as object), 'signal', 'ttl'],
  ['publish', (broker) => broker.publish('t', 1, { retained: true } as object), 'retained', 'retain'],
  ['close', (broker) => broker.close({ drian: false } as object), 'drian', 'drain'],
  ['a reference', (broker) => broker.ref(id).trySend(1, { timeout: 5 } as object), 'timeout', 'ttl'],
  ['new DeadLetterQueue', () => new DeadLetterQueue({ size: 5 } as object), 'size', 'capacity'],
  ['redeliver', () => new DeadLetterQueue().redeliver(() => true, { asked: true } as object), 'asked', 'includeAsked'],
  ['boundedBuffer', () => boundedBuffer(1, { concurency: 2 } as object), 'concurency', 'concurrency'],
  ['boundedMergeMap', () => boundedMergeMap(() => EMPTY, { capacity: 1, onoverflow: () => {} } as any), 'onoverflow', 'onOverflow'],
  ['boundedConcatMap', () => boundedConcatMap(() => EMPTY, { capacity: 1, overlow: 'fail' } as any), 'overlow', 'overflow'],
  ['requestFrom', (broker) => requestFrom(broker, id, { capacity: 1, onErorr: () => EMPTY } as any), 'onErorr', 'onError'],
  ['sendTo', (broker) => sendTo(broker, id, { tll: 1 } as object), 'tll', 'ttl'],
  ['publishTo', (broker) => publishTo(broker, 't', { retian: true } as object), 'retian', 'retain'],
];

describe('an unknown option', () => {
  it.each(CALLS)('of %s is refused at the call, with the nearest known one (S1)', (_, call, given, known) => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    expect(() => call(broker)).toThrow(expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(`unknown option '${given}', did you mean '${known}'?`) as unknown }) as Error);
    expect([broker.registeredCount(), broker.metrics().totalSent]).toEqual([0, 0]);
  });

  it('is refused inside of a turn, too', () => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    const seen: unknown[] = [];
    broker.spawn(id, (_message, context) => {
      for (const call of [() => void context.send(id, 1, { timeOut: 5 } as object), () => context.trySend(id, 1, { timeout: 5 } as object)]) {
        try {
          call();
        } catch (error) {
          seen.push((error as Error).name);
        }
      }
    });
    broker.trySend(id, 0);
    expect(seen).toEqual(['TypeError', 'TypeError']);
  });

  it('named as something that every object has is refused, too', () => {
    expect(() => Mailbox.bounded(1, { constructor: 1 } as object)).toThrow(/unknown option 'constructor'/);
  });

  it('lists what is allowed', () => {
    expect(() => new DeadLetterQueue({ size: 5 } as object)).toThrow("The options are 'capacity'");
  });
});

describe('a collection', () => {
  const collections: [string, object, string][] = [
    ['an array', [], 'an array'],
    ['a Map', new Map([['trace', 'x']]), 'a collection'],
    ['Headers of fetch', new Headers({ trace: 'x' }), 'a collection'],
  ];

  it.each(collections)('is refused as options: %s (S1)', (_, given, what) => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    const other = actorId<any>('other');
    broker.spawn(id, () => {});
    const calls: Record<string, () => unknown> = {
      send: () => broker.send(id, 1, given),
      trySend: () => broker.trySend(id, 1, given),
      'trySend to nobody': () => broker.trySend(other, 1, given),
      broadcast: () => broker.broadcast(1, given),
      publish: () => broker.publish('t', 1, given),
      topic$: () => broker.topic$('t', given as never),
      spawn: () => broker.spawn(other, () => {}, given),
      'new InMemoryMessageBroker': () => new InMemoryMessageBroker(given),
      close: () => broker.close(given),
    };
    for (const [name, call] of Object.entries(calls)) expect(call, name).toThrow(new TypeError(`options must be an object, got ${what}`));
    expect(broker.metrics().totalSent).toBe(0);
  });

  it.each(collections)('is refused as headers, which would be lost: %s (S7)', (_, given, what) => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    broker.spawn(id, () => {});
    const headers = given as Record<string, string>;
    for (const call of [() => broker.send(id, 1, { headers }), () => broker.trySend(id, 1, { headers }), () => broker.broadcast(1, { headers })]) {
      expect(call).toThrow(new TypeError(`headers must be an object, got ${what}`));
    }
    const strict = new InMemoryMessageBroker({ logDeadLetters: false, interceptors: [{ send: () => ({ headers }) }] });
    strict.spawn(id, () => {});
    const refused = strict.trySend(id, 1);
    expect(!refused.ok && refused.error.cause).toEqual(new TypeError(`headers of an interceptor must be an object, got ${what}`));
  });
});
