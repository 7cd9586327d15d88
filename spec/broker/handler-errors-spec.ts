import { DeadLetterQueue, type ErrorOrigin, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, VirtualTimeScheduler, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { macrotask, watchFor } from './setup';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];
const failure = new Error('on purpose');
const fail = (): never => {
  throw failure;
};

/** A broker with a hook, and what that is told. */
function withHook(options: object = {}): { broker: InMemoryMessageBroker; told: [unknown, ErrorOrigin][] } {
  const told: [unknown, ErrorOrigin][] = [];
  return { broker: new InMemoryMessageBroker({ logDeadLetters: false, onError: (error, origin) => told.push([error, origin]), ...options }), told };
}

describe('onError', () => {
  it.each<[string, () => unknown]>([
    ['throws', fail],
    ['rejects', () => Promise.reject(failure)],
    ['answers with a stream that errors', () => throwError(() => failure)],
  ])('is told the error of a handler that %s, with the actor, the message and its envelope (O7)', async (_, receive) => {
    const { broker, told } = withHook();
    broker.spawn(id, receive);
    broker.trySend(id, 'message', { priority: 'high', headers: { trace: '1' } });
    await macrotask();
    expect(told).toEqual([[failure, { actorId: id, message: 'message', envelope: expect.objectContaining({ priority: 'high', headers: { trace: '1' } }) as unknown }]]);
    expect(told[0]![0]).toBe(failure);
  });

  it('is told each error, of broadcasts and publications, too (O7)', () => {
    const { broker, told } = withHook();
    broker.spawn(id, fail, { topics: ['topic'] });
    broker.spawn(other, fail);
    broker.tryBroadcast('to all');
    broker.publish('topic', 'published');
    for (let n = 0; n < 100; n++) broker.trySend(other, n);
    expect(told.map(([, { actorId: to, message }]) => [to, message])).toEqual([
      [id, 'to all'], [other, 'to all'], [id, 'published'], ...Array.from({ length: 100 }, (_value, n) => [other, n]),
    ]);
  });

  it('is told whether or not anyone observes dead letters or keeps a queue, beside the letter (O7)', () => {
    const steps: string[] = [];
    const broker = new InMemoryMessageBroker({ onError: () => steps.push('onError') }).withDeadLetterQueue(new DeadLetterQueue());
    broker.deadLetters$.subscribe(({ reason }) => steps.push(reason));
    broker.spawn(id, fail);
    broker.trySend(id, 0);
    expect(steps).toEqual(['HandlerFailed', 'onError']);
  });

  it('is told nothing where the sender has the error, and of nothing but a throw (O7)', () => {
    const { broker, told } = withHook();
    broker.spawn(id, (message) => (message === 'throw' ? fail() : NEVER), { turnTimeout: 0 });
    expect(watchFor(broker.send(id, 'throw')).error).toBe(failure);
    broker.register(other, Mailbox.bounded(1));
    broker.trySend(other, 'queued');
    broker.unregister(other);
    broker.trySend(other, 'unknown');
    expect(told).toEqual([]);
  });

  it('is told after the step: what it does comes after that (D0)', () => {
    const steps: unknown[] = [];
    const broker: InMemoryMessageBroker = new InMemoryMessageBroker({ logDeadLetters: false, onError: (_, { message }) => steps.push(['onError', message, broker.metrics().totalErrored]) });
    broker.spawn(id, (message, context) => {
      if (message === 'first') context.trySend(id, 'second');
      steps.push(message);
      if (message === 'first') fail();
    });
    broker.trySend(id, 'first');
    expect(steps).toEqual(['first', ['onError', 'first', 1], 'second']);
  });

  it('harms nobody when it throws itself: that is logged (D6)', () => {
    const lines: string[] = [];
    const { broker } = withHook({ onError: fail, logger: (line: string) => lines.push(line) });
    const got: unknown[] = [];
    broker.spawn(id, fail);
    broker.spawn(other, (message) => void got.push(message));
    broker.tryBroadcast(1);
    expect(got).toEqual([1]);
    expect(lines).toEqual(['rx-broker: an observer or a callback threw:']);
  });

  it('is told of an onStart and an onStop that fail, without a message (M9)', async () => {
    const { broker, told } = withHook();
    const { ready } = broker.spawn(id, { receive: () => {}, onStart: () => Promise.reject(failure) });
    await expect(ready).rejects.toBe(failure);
    expect(() => broker.spawn(id, { receive: () => {}, onStart: fail })).toThrow(failure);
    broker.spawn(other, { receive: () => {}, onStop: () => Promise.reject(failure) });
    await broker.close();
    expect(told).toEqual([[failure, { actorId: id }], [failure, { actorId: id }], [failure, { actorId: other }]]);
  });

  it('must be a function', () => {
    expect(() => new InMemoryMessageBroker({ onError: true as any })).toThrow(TypeError);
  });
});

describe('errors of handlers, where onError is not given,', () => {
  const setup = (options: object): { lines: unknown[][]; scheduler: VirtualTimeScheduler; broker: InMemoryMessageBroker } => {
    const lines: unknown[][] = [];
    const logger = { warn: (...line: unknown[]) => lines.push(['warn', ...line]), error: (...line: unknown[]) => lines.push(['error', ...line]) };
    const scheduler = new VirtualTimeScheduler();
    const broker = new InMemoryMessageBroker({ logger, scheduler, ...options });
    broker.spawn(id, fail);
    return { lines, scheduler, broker };
  };

  it.each([[true], [false]])("are written by the logger's error with the error itself: the first 10, then one count in 5 minutes (logDeadLetters: %s, O7)", (logDeadLetters) => {
    const { broker, lines, scheduler } = setup({ logDeadLetters });
    for (let n = 0; n < 1_000; n++) broker.trySend(id, n);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toEqual(['error', expect.stringMatching(/a handler of 'actor' failed.*onError/), failure]);
    expect(lines.map((line) => /only counted/.test(String(line[1])))).toEqual([...new Array<boolean>(9).fill(false), true]);
    scheduler.flush();
    expect(scheduler.now()).toBe(300_000);
    expect(lines.slice(10)).toEqual([['error', 'rx-broker: 990 further errors of handlers.']]);
  });

  it('are written by a logger that is a function, and by warn where a logger has no error (O7)', () => {
    const lines: unknown[] = [];
    for (const logger of [(line: string) => lines.push(line), { warn: (line: string) => lines.push(line) }]) {
      const broker = new InMemoryMessageBroker({ logger });
      broker.spawn(id, fail);
      broker.trySend(id, 0);
    }
    expect(lines).toEqual([expect.stringMatching(/failed/), expect.stringMatching(/failed/)]);
  });

  it('are written where dead letters are kept or observed, too (O7)', () => {
    const { broker, lines } = setup({});
    broker.withDeadLetterQueue(new DeadLetterQueue());
    broker.deadLetters$.subscribe();
    broker.trySend(id, 0);
    expect(lines).toHaveLength(1);
  });

  it('are not logged as dead letters again (O3)', () => {
    const { broker, lines } = setup({});
    broker.trySend(id, 0);
    expect(lines.map(([level]) => level)).toEqual(['error']);
    const own = setup({ onError: () => {} });
    own.broker.trySend(id, 0);
    expect(own.lines.map(([level, line]) => [level, /HandlerFailed/.test(String(line))])).toEqual([['warn', true]]);
  });
});
