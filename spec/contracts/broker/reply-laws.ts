import { actorId, message, protocol } from 'rx-broker';
import { EMPTY, Observable, Subject, concat, of, take, throwError } from 'rxjs';
import { expect } from 'vitest';
import { deferred, watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const id = actorId<any>('actor');

/** The kinds of results of a handler, each with the values that its caller receives. */
const KINDS: Readonly<Record<string, readonly [answer: () => unknown, values: readonly unknown[]]>> = {
  'a value': [() => 5, [5]],
  'an array, whole': [() => [1, 2], [[1, 2]]],
  'text, whole': [() => 'text', ['text']],
  'nothing, as undefined': [() => undefined, [undefined]],
  null: [() => null, [null]],
  'a promised value': [() => Promise.resolve(5), [5]],
  'a promised nothing, as undefined': [async () => {}, [undefined]],
  'what is like a promise': [() => ({ then: (resolve: (value: number) => void) => resolve(6) }), [6]],
  'a stream': [() => of(1, 2, 3), [1, 2, 3]],
  'an empty stream': [() => EMPTY, []],
};

const FAILURES: Readonly<Record<string, readonly [answer: (error: Error) => unknown, values: readonly unknown[]]>> = {
  throws: [(error) => { throw error; }, []],
  rejects: [(error) => Promise.reject(error), []],
  'answers with a stream that errors': [(error) => concat(of(1), throwError(() => error)), [1]],
};

export const REPLY_LAWS: readonly BrokerLaw[] = [
  ...Object.entries(KINDS).map(([kind, [answer, values]]) =>
    brokerLaw(`a handler’s answer of ${kind} reaches its caller, who is told one end (S2)`, async ({ home, broker, settle }) => {
      home.spawn(id, answer);
      await settle();
      const told: unknown[] = [];
      broker.send(id, 'ask').subscribe({ next: (value) => told.push(value), error: () => told.push('error'), complete: () => told.push('end') });
      await settle();
      expect(told).toEqual([...values, 'end']);
      expect(home.metrics()).toMatchObject({ totalSucceeded: 1, inFlight: 0 });
      expect(broker.metrics().openRequests).toBe(0);
    }),
  ),
  ...Object.entries(FAILURES).map(([how, [answer, values]]) =>
    brokerLaw(`the error of a handler that ${how} reaches its caller, and is no dead letter (S2)`, async ({ home, broker, settle, letters }) => {
      home.spawn(id, () => answer(new Error('the handler’s own')));
      await settle();
      const seen = watchFor(broker.send(id, 'ask'));
      await settle();
      expect(seen).toMatchObject({ values, errored: true, completed: false, error: { message: 'the handler’s own' } });
      expect(home.metrics()).toMatchObject({ totalErrored: 1, inFlight: 0 });
      expect(letters).toEqual([]);
    }),
  ),
  brokerLaw('a handler’s error is the very same object, whatever it is (S2)', async ({ home, broker, settle }) => {
    for (const error of [new Error('own'), 'text', undefined, { code: 5 }]) {
      const own = home.spawn(id, () => { throw error; });
      const seen = watchFor(broker.send(id, 'ask'));
      await settle();
      expect(seen.errored).toBe(true);
      expect(seen.error).toBe(error);
      own.unsubscribe();
    }
  }, { needs: ['identity'] }),
  brokerLaw('every reply belongs to its question, in whatever order they come (S2)', async ({ home, broker, settle }) => {
    const gates = Array.from({ length: 50 }, () => deferred());
    home.spawn(id, (n: number) => gates[n]!.promise, { concurrency: 50 });
    await settle();
    const seen = gates.map((_, n) => watchFor(broker.send(id, n)));
    await settle();
    const shuffled = gates.map((_, n) => (n * 17) % 50);
    for (const n of shuffled) gates[n]!.resolve(`reply ${n}`);
    await settle();
    expect(seen.map(({ values, completed }) => [values, completed])).toEqual(gates.map((_, n) => [[`reply ${n}`], true]));
  }),
  brokerLaw('a streamed reply comes value by value, and ends when the stream does (S2)', async ({ home, broker, settle }) => {
    const stream = new Subject<number>();
    home.spawn(id, () => stream);
    await settle();
    const seen = watchFor(broker.send(id, 'ask'));
    await settle();
    stream.next(1);
    await settle();
    expect(seen).toMatchObject({ values: [1], completed: false });
    expect(home.metrics().inFlight).toBe(1);
    stream.next(2);
    stream.complete();
    await settle();
    expect(seen).toMatchObject({ values: [1, 2], completed: true });
    expect(home.metrics()).toMatchObject({ inFlight: 0, totalSucceeded: 1 });
  }),
  brokerLaw('a reply is settled and counted before it is emitted: taking one aborts nothing (S2)', async ({ home, broker, settle }) => {
    home.spawn(id, (how) => (how === 'promise' ? Promise.resolve(how) : how));
    await settle();
    for (const how of ['value', 'promise']) {
      let counted: unknown;
      broker.send(id, how).pipe(take(1)).subscribe(() => (counted = broker.metrics()));
      await settle();
      expect(counted, how).toMatchObject({ inFlight: 0, openRequests: 0 });
      watchFor(broker.send(id, how));
      await settle();
    }
    expect(home.metrics()).toMatchObject({ totalSucceeded: 4, totalAborted: 0 });
  }),
  brokerLaw('a protocol’s message goes to its own handler; one without fails with Unhandled (S2)', async ({ home, broker, settle, letters }) => {
    const Door = protocol('door', { open: message<{ by: string }, string>(), shut: message() });
    home.spawn(id, Door, { open: ({ by }: { by: string }) => `opened by ${by}`, shut: () => {} });
    await settle();
    const opened = watchFor(broker.send(id, Door.open({ by: 'me' })));
    const lost = watchFor(broker.send(id, { type: 'lost' }));
    await settle();
    expect(opened).toMatchObject({ values: ['opened by me'], completed: true });
    expect(lost.error).toMatchObject({ code: 'Unhandled', started: false });
    expect(broker.trySend(id, { type: 'lost' })).toEqual({ ok: true });
    await settle();
    expect(letters.map(({ reason, asked }) => [reason, asked])).toEqual([['Unhandled', false]]);
  }),
  brokerLaw('what a handler throws for a message that nobody asked for is a dead letter (O3)', async ({ home, broker, settle, letters }) => {
    home.spawn(id, (how) => {
      if (how === 'throw') throw new Error('no');
      return how === 'reject' ? Promise.reject(new Error('no')) : new Observable((subscriber) => subscriber.error(new Error('no')));
    });
    await settle();
    for (const how of ['throw', 'reject', 'stream']) {
      broker.trySend(id, how);
      await settle();
    }
    expect(letters.map(({ reason, message: lost, target, asked, attempts }) => [reason, lost, target, asked, attempts])).toEqual(
      ['throw', 'reject', 'stream'].map((how) => ['HandlerFailed', how, id, false, 1]),
    );
  }),
];
