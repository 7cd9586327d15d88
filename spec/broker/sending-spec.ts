import { InMemoryMessageBroker, Mailbox, SendError, actorId } from 'rx-broker';
import { type Observable, Subscriber, retry } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, watchFor } from './setup';

const id = actorId<any>('actor');

const COLD: readonly [string, (broker: InMemoryMessageBroker) => Observable<unknown>][] = [
  ['send', (broker) => broker.send(id, 1)],
  ['send with options', (broker) => broker.send(id, 1, { headers: {} })],
  ['sendWithPriority', (broker) => broker.sendWithPriority(id, 1, 'high')],
  ['sendWithRouting', (broker) => broker.sendWithRouting({ topic: 't' }, 1)],
  ['broadcast', (broker) => broker.broadcast(1)],
  ['broadcastFilter', (broker) => broker.broadcastFilter(1, () => true)],
  ['a ref', (broker) => broker.ref(id).send(1)],
];

describe('a send that returns an Observable', () => {
  it('may send nothing: an ask of `undefined` gets its reply, also from a queue (S2)', () => {
    const { broker } = setup();
    const asker = actorId<any>('asker');
    let seen!: ReturnType<typeof watchFor>;
    broker.spawn(id, (message) => message === undefined);
    broker.spawn(asker, () => void (seen = watchFor(broker.send(id, undefined))));
    broker.trySend(asker, 0);
    expect(seen).toMatchObject({ values: [true], completed: true });
  });

  it.each(COLD)('sends nothing until it is subscribed to, then once for each subscription: %s (S1)', (_, send) => {
    const { broker } = setup();
    const got: unknown[] = [];
    const reply$ = send(broker);
    broker.spawn(id, (message) => void got.push(message), { topics: ['t'] });
    expect(got).toEqual([]);
    reply$.subscribe();
    reply$.subscribe();
    expect(got).toEqual([1, 1]);
  });

  it.each(COLD)('sends nothing for a subscriber that has left already: %s (S1)', (_, send) => {
    const { broker } = setup();
    const gone = new Subscriber<unknown>();
    gone.unsubscribe();
    broker.spawn(id, () => {}, { topics: ['t'] });
    send(broker).subscribe(gone);
    expect(broker.metrics().totalSent).toBe(0);
  });

  it('finds its target at subscription (S1)', () => {
    const { broker } = setup();
    const reply$ = broker.send(id, 'ping');
    expect(watchFor(reply$).error).toMatchObject({ code: 'ActorNotFound' });
    broker.spawn(id, () => 'pong');
    expect(watchFor(reply$).values).toEqual(['pong']);
  });

  it('sends again for retry (S1)', () => {
    const { broker } = setup();
    let calls = 0;
    broker.spawn(id, () => {
      if (++calls < 3) throw new Error('not yet');
      return 'done';
    });
    expect(watchFor(broker.send(id, 0).pipe(retry(2))).values).toEqual(['done']);
    expect(calls).toBe(3);
    expect(broker.metrics()).toMatchObject({ totalSent: 3, totalErrored: 2, totalSucceeded: 1 });
  });

  it('throws for bad arguments at the call, though it is cold (S1)', () => {
    const { broker } = setup();
    const bad = broker as any;
    expect(() => bad.send('', 1)).toThrow(/non-empty string, got ''/);
    expect(() => bad.send(5, 1)).toThrow(/non-empty string, got 5/);
    expect(() => bad.send(id, 1, { timeout: -1 })).toThrow(/timeout must be a number of milliseconds from 0.*got -1/);
    expect(() => bad.send(id, 1, { timeout: NaN })).toThrow(RangeError);
    expect(() => bad.send(id, 1, { ttl: '5' })).toThrow(/ttl .*got '5'/);
    expect(() => bad.send(id, 1, { priority: 'urgent' })).toThrow(/'low', 'normal', 'high', 'critical', got 'urgent'/);
    expect(() => bad.send(id, 1, { signal: {} })).toThrow(/AbortSignal/);
    expect(() => bad.send(id, 1, { headers: 'x' })).toThrow(/headers/);
    expect(() => bad.send(id, 1, { sender: '' })).toThrow(/actor id/);
    expect(() => bad.send(id, 1, 5)).toThrow(/options must be an object, got 5/);
    expect(() => bad.sendWithPriority(id, 1, 'urgent')).toThrow(/priority/);
    expect(() => bad.sendWithPriority(id, 1, undefined)).toThrow(/priority/);
    expect(() => bad.broadcast(1, { order: 'random' })).toThrow(/'registered', 'settled', got 'random'/);
    expect(() => bad.broadcastFilter(1, 'x')).toThrow(/filter must be a function/);
    expect(() => bad.sendWithRouting('topic', 1)).toThrow(/routing key/);
    expect(() => bad.sendWithRouting({ topic: 'a', priority: 256 }, 1)).toThrow(/0 to 255, got 256/);
    expect(broker.metrics().totalSent).toBe(0);
  });
});

describe('trySend', () => {
  it('is eager, and answers that the message was taken in (S1)', () => {
    const { broker } = setup();
    const got: unknown[] = [];
    broker.spawn(id, (message) => void got.push(message));
    expect(broker.trySend(id, 1)).toEqual({ ok: true });
    expect(broker.ref(id).trySend(2)).toEqual({ ok: true });
    expect(got).toEqual([1, 2]);
  });

  it('returns a refusal and does not throw it, nor what a handler throws (S1)', () => {
    const { broker, letters } = setup();
    expect(broker.trySend(id, 1)).toMatchObject({ ok: false, code: 'ActorNotFound' });
    broker.spawn(id, () => { throw new Error('no'); });
    expect(broker.trySend(id, 2)).toEqual({ ok: true });
    expect(letters).toMatchObject([{ reason: 'ActorNotFound' }, { reason: 'HandlerFailed', error: new Error('no') }]);
  });

  it('is refused and counted alike, whether or not anyone observes (S1, O1)', () => {
    const ways = [setup().broker, new InMemoryMessageBroker({ logDeadLetters: false })].map((broker) => {
      const full = actorId<any>('full');
      const mailbox = Mailbox.bounded<any>(1);
      broker.register(full, mailbox);
      const codes = [id, full, full].map((target) => broker.trySend(target, 0)).map((result) => (result.ok ? 'ok' : result.code));
      return { codes, lost: mailbox.metrics().lost, metrics: { ...broker.metrics(), avgRoutingLatencyNs: 0 } };
    });
    expect(ways[0]).toMatchObject({ codes: ['ActorNotFound', 'ok', 'MailboxFull'], lost: 1, metrics: { totalSent: 3, failedBy: { ActorNotFound: 1, MailboxFull: 1 } } });
    expect(ways[1]).toEqual(ways[0]);
  });

  it('makes the error of a refusal when it is first read, once (S1)', () => {
    const { broker } = setup();
    const result = broker.trySend(id, 1);
    if (result.ok) throw new Error('not refused');
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    const { error } = result;
    Error.stackTraceLimit = limit;
    // Had trySend made it, it would have a stack of more than its first line.
    expect(error.stack?.split('\n')).toHaveLength(1);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ code: 'ActorNotFound', actorId: 'actor', started: false });
    expect(result.error).toBe(error);
  });

  it('throws for bad arguments, to an idle actor too (S1)', () => {
    const { broker } = setup();
    const bad = broker as any;
    broker.spawn(id, () => {});
    expect(() => bad.trySend('', 1)).toThrow(TypeError);
    expect(() => bad.trySend(undefined, 1)).toThrow(/got undefined/);
    expect(() => bad.trySend(id, 1, { priority: 'top' })).toThrow(RangeError);
    expect(() => bad.trySend(id, 1, { ttl: -1 })).toThrow(/got -1/);
    expect(() => bad.trySend(id, 1, null)).toThrow(/options must be an object, got null/);
    expect(() => bad.tryBroadcast(0, 5)).toThrow(/^filter must be a function, got 5$/);
    expect(broker.metrics().totalSent).toBe(0);
  });

  it('fails at once for an unknown or stopped actor, and so does send (S5)', () => {
    const { broker } = setup();
    const stopped = actorId<any>('stopped');
    broker.spawn(stopped, () => {});
    broker.unregister(stopped);
    for (const target of [id, stopped]) {
      expect(broker.trySend(target, 0)).toMatchObject({ ok: false, code: 'ActorNotFound' });
      expect(watchFor(broker.send(target, 0)).error).toMatchObject({ code: 'ActorNotFound', started: false, actorId: target });
    }
  });
});

describe('what does not compile', () => {
  it('is a message that the actor does not accept, and a reply read as another type (S6)', () => {
    const { broker } = setup();
    const numbers = actorId<number>('numbers');
    const wrong = (): unknown => [
      // @ts-expect-error -- it accepts numbers
      broker.send(numbers, 'text'),
      // @ts-expect-error -- it accepts numbers
      broker.trySend(numbers, 'text'),
      // @ts-expect-error -- its handler gets numbers
      broker.spawn(numbers, (text: string) => void text),
      // @ts-expect-error -- what is no message with a reply is answered with nothing
      broker.send(numbers, 1).subscribe((reply: string) => void reply),
    ];
    expect(wrong).toBeTypeOf('function');
  });
});
