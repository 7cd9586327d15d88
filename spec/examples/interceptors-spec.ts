import { AsyncLocalStorage } from 'node:async_hooks';
import { InMemoryMessageBroker, Message, actorId } from 'rx-broker';
import { brokerMarbles } from 'rx-broker/testing';
import { NEVER, defer, lastValueFrom, map, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type TimedTurn, carried, correlated, timed } from './interceptors';

const [front, back] = [actorId<any>('front'), actorId<any>('back')];
const marbles = brokerMarbles((actual, expected) => expect(actual).toStrictEqual(expected));

describe('a correlation id', () => {
  it(
    'is the same for all that a message sets off, and another one for the next',
    marbles(({ createBroker }) => {
      let ids = 0;
      const broker = createBroker({ interceptors: [correlated(() => `c${++ids}`)] });
      const seen: unknown[] = [];
      broker.spawn(back, (text, { envelope }) => void seen.push([text, envelope.headers['correlation']]));
      broker.spawn(front, (text, context) => {
        context.trySend(back, `${text} told`);
        return context.send(back, `${text} asked`);
      });
      for (const text of ['first', 'second']) broker.trySend(front, text);
      expect(seen).toEqual([['first told', 'c1'], ['first asked', 'c1'], ['second told', 'c2'], ['second asked', 'c2']]);
    }),
  );

  it('is the one that came from outside, if there is one', () => {
    const broker = new InMemoryMessageBroker({ interceptors: [correlated()] });
    const seen: unknown[] = [];
    broker.spawn(back, (_, { envelope }) => void seen.push(envelope.headers['correlation']));
    broker.trySend(back, 1, { headers: { correlation: 'of the request' } });
    broker.trySend(back, 2);
    expect(seen).toEqual(['of the request', expect.stringMatching(/^[\da-f-]{36}$/)]);
  });
});

class Who extends Message<string> {}

describe('a carried AsyncLocalStorage', () => {
  const user = new AsyncLocalStorage<string | undefined>();
  const setup = (): InMemoryMessageBroker => new InMemoryMessageBroker({ interceptors: [carried('user', user)] });

  it('is that of the sender, also for a message that has waited behind another', async () => {
    const broker = setup();
    const seen: unknown[] = [];
    broker.spawn(back, (text) => {
      seen.push([text, user.getStore()]);
      return timer(0);
    });
    user.run('Ann', () => broker.trySend(back, 'first'));
    user.run('Ben', () => broker.trySend(back, 'second'));
    broker.trySend(back, 'third');
    await broker.close();
    expect(seen).toEqual([['first', 'Ann'], ['second', 'Ben'], ['third', undefined]]);
  });

  it.each([
    ['a promise', async () => { await Promise.resolve(); return user.getStore(); }],
    ['a stream', () => defer(() => of(user.getStore()))],
    ['another actor', undefined],
  ])('lasts through %s, also where the code of another sender drains', async (_, answer) => {
    const broker = setup();
    broker.spawn(back, answer ?? (() => user.getStore()));
    broker.spawn(front, (message, context) => {
      if (message === 'in the way') return timer(0);
      return answer === undefined ? context.send(back, message) : answer();
    });
    user.run('Ben', () => broker.trySend(front, 'in the way'));
    expect(await user.run('Ann', () => lastValueFrom(broker.send(front, new Who())))).toBe('Ann');
  });
});

describe('the time of turns', () => {
  it(
    'is told when the reply has settled: of a value, an error, a stream, and a turn that is cancelled',
    marbles(({ createBroker, scheduler, flush }) => {
      const turns: TimedTurn[] = [];
      const broker = createBroker({ interceptors: [timed((turn) => turns.push(turn), () => scheduler.now())] });
      const answers: Record<string, () => unknown> = {
        value: () => [1, 2],
        error: () => { throw new Error('broken'); },
        stream: () => timer(20).pipe(map(() => 'done')),
        failing: () => throwError(() => new Error('broken')),
        cancelled: () => NEVER,
      };
      const results: unknown[] = [];
      for (const [name, answer] of Object.entries(answers)) {
        broker.spawn(actorId(name), answer);
        broker.send(actorId(name), 1, { timeout: 50 }).subscribe({ next: (value) => results.push(value), error: (error: unknown) => results.push(error) });
      }
      flush();
      expect(turns.map(({ actor, ms }) => [actor, ms])).toEqual([['value', 0], ['error', 0], ['failing', 0], ['stream', 20], ['cancelled', 50]]);
      expect(results).toMatchObject([[1, 2], new Error('broken'), new Error('broken'), 'done', { code: 'Timeout' }]);
    }),
  );

  it('waits for a promise', async () => {
    const turns: TimedTurn[] = [];
    let now = 0;
    const broker = new InMemoryMessageBroker({ interceptors: [timed((turn) => turns.push(turn), () => now)] });
    let resolve!: (value: string) => void;
    broker.spawn(back, () => new Promise((done) => { resolve = done; }));
    const reply = lastValueFrom(broker.send(back, new Who()));
    now = 7;
    resolve('done');
    expect(await reply).toBe('done');
    expect(turns).toEqual([{ actor: 'back', id: 'broker:message-1', ms: 7 }]);
  });
});
