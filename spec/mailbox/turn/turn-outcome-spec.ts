import { type ActorContext, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, Observable, Subject, type Subscriber, of, takeUntil } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Turn } from '../../../src/mailbox/turn/turn';
import { deferred, setup, watchFor } from '../../broker/setup';

const a = actorId<any>('a');
const b = actorId<any>('b');

describe('a turn that was ended on its stack', () => {
  it.each([
    ['a promise keeps its seat until it settles', 'promise', ['first']],
    ['a value gives its seat to the next', 'value', ['first', 'second']],
    ['a stream, which is never subscribed to, gives its seat to the next', 'stream', ['first', 'second']],
  ])('and returned %s (M4)', async (_, kind, atOnce) => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const leave = new Subject<void>();
    const reply = deferred();
    const started: string[] = [];
    broker.register(a, mailbox);
    mailbox.receive((text: string) => {
      started.push(text);
      leave.next();
      return kind === 'promise' ? reply.promise : kind === 'stream' ? NEVER : 'value';
    });
    broker.send(a, 'first').pipe(takeUntil(leave)).subscribe();
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, inFlight: 0 });
    broker.trySend(a, 'second');
    expect(started).toEqual(atOnce);
    reply.resolve(undefined);
    await reply.promise;
    expect(started).toEqual(['first', 'second']);
  });
});

describe('a reply whose `then` throws when it is read', () => {
  it.each(['goes on', 'was ended'])('is asked for it once, where its turn %s (S2, M4)', (how) => {
    const { broker } = setup();
    let reads = 0;
    const reply = {
      get then(): unknown {
        reads++;
        throw new Error('hostile');
      },
    };
    broker.spawn(a, () => {
      if (how === 'was ended') broker.unregister(a);
      return reply;
    });
    broker.trySend(a, 0);
    expect(reads).toBe(1);
    expect(broker.metrics()).toMatchObject({ inFlight: 0, ...(how === 'was ended' ? { totalAborted: 1 } : { totalErrored: 1 }) });
  });
});

describe('a streamed reply', () => {
  it.each<[string, (subscriber: Subscriber<unknown>) => void, object]>([
    ['completed', (subscriber) => subscriber.complete(), { values: [], completed: true }],
    ['errored', (subscriber) => subscriber.error('no'), { error: 'no' }],
  ])('that %s at once and whose teardown throws has ended as it did, and what was thrown is logged (S2, M5)', (_, end, how) => {
    const lines: unknown[][] = [];
    const broker = new InMemoryMessageBroker({ logger: (...line) => lines.push(line) });
    const reply = new Observable((subscriber) => {
      end(subscriber);
      return () => {
        throw new Error('from the teardown');
      };
    });
    broker.spawn(a, () => reply);
    expect(watchFor(broker.send(a, 0))).toMatchObject(how);
    expect(lines).toMatchObject([[expect.stringMatching(/the teardown of a reply of 'a' threw/), expect.anything()]]);
    expect(broker.metrics()).toMatchObject({ inFlight: 0 });
  });
});

describe('what a turn asked', () => {
  it('is forgotten when it is answered: a turn may go on for long', () => {
    const { broker } = setup();
    let turn: ActorContext | undefined;
    broker.spawn(b, () => 'fine');
    broker.spawn(a, (_message, context) => {
      turn = context;
      for (let i = 0; i < 3; i++) context.send(b, i).subscribe();
      return NEVER;
    });
    broker.trySend(a, 0);
    expect((turn as Turn | undefined)?.rest?.asks.size).toBe(0);
  });
});

describe('a request that is over at once', () => {
  it.each(['answered', 'refused', 'streamed'])('leaves no timer: %s (S4)', (how) => {
    const timers: number[] = [];
    const scheduler = { now: () => 0, schedule: (_work: () => void, delay = 0) => (timers.push(delay), { unsubscribe: () => {} }) };
    const { broker } = setup({ scheduler: scheduler as never });
    if (how !== 'refused') broker.spawn(a, () => (how === 'streamed' ? of(1, 2) : 1));
    for (let i = 0; i < 3; i++) {
      const seen = watchFor(broker.send(a, i, { headers: { i: '1' } }));
      expect(seen.completed || seen.errored).toBe(true);
    }
    expect(timers.filter((delay) => delay > 0)).toEqual([]);
  });
});
