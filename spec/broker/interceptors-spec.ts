import { type ActorContext, type BrokerOptions, DeadLetterQueue, InMemoryMessageBroker, type Interceptor, Mailbox, type Outgoing, SendError, actorId, message, protocol } from 'rx-broker';
import { NEVER, type Observable, Subject, defer, firstValueFrom, map, of, switchMap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countFromEvents, setupStill, virtually, watchFor } from './setup';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];
const failure = new Error('on purpose');

const setup = (interceptors: readonly Interceptor[], options: BrokerOptions = {}): ReturnType<typeof setupStill> => setupStill({ ...options, interceptors });

describe('the send of an interceptor', () => {
  /** Every way to send, and how an interceptor sees it. */
  const SENDS: [string, (broker: InMemoryMessageBroker) => unknown, Partial<Outgoing>][] = [
    ['trySend', (broker) => broker.trySend(id, 1), { kind: 'tell', target: id }],
    ['send', (broker) => broker.send(id, 1).subscribe(), { kind: 'ask', target: id }],
    ['sendWithPriority', (broker) => broker.sendWithPriority(id, 1, 'high').subscribe(), { kind: 'ask', target: id }],
    ['sendWithRouting', (broker) => broker.sendWithRouting({ topic: 'topic' }, 1).subscribe(), { kind: 'ask', topic: 'topic' }],
    ['offer', (broker) => broker.offer(id, 1).subscribe(), { kind: 'tell', target: id }],
    ['broadcast', (broker) => broker.broadcast(1).subscribe(), { kind: 'broadcast' }],
    ['broadcastFilter', (broker) => broker.broadcastFilter(1, () => true).subscribe(), { kind: 'broadcast' }],
    ['tryBroadcast', (broker) => broker.tryBroadcast(1), { kind: 'broadcast' }],
    ['publish', (broker) => broker.publish('topic', 1), { kind: 'publish', topic: 'topic' }],
    ['a reference', (broker) => broker.ref(id).trySend(1), { kind: 'tell', target: id }],
  ];

  it.each(SENDS)('sees each message of %s once, and may change message and headers (S7)', (_, send, place) => {
    const seen: Outgoing[] = [];
    const { broker } = setup([{ send: (outgoing) => (seen.push(outgoing), { message: (outgoing.message as number) + 1, headers: { trace: 'abc' } }) }]);
    const got: unknown[] = [];
    broker.spawn(id, (n, { envelope }) => void got.push([n, envelope.headers]), { topics: ['topic'] });
    send(broker);
    expect(seen).toStrictEqual([{ message: 1, headers: {}, ...place }]);
    expect(got).toEqual([[2, { trace: 'abc' }]]);
  });

  it.each(SENDS)('that throws refuses the message of %s with Rejected: one sent, one failed, and nobody sees it', (_, send, { kind, target, topic }) => {
    const { broker, letters } = setup([{ send: () => { throw failure; } }]);
    const check = countFromEvents(broker);
    const got: unknown[] = [];
    broker.spawn(id, (n) => void got.push(n), { topics: ['topic'] });
    for (const stream of [broker.topic$('topic'), broker.broadcasts$]) stream.subscribe((n) => got.push(n));
    const errors: unknown[] = [];
    const subscribe = <T extends object>(answer: T): unknown => ('subscribe' in answer ? watchFor(answer as any).error : answer);
    const asked = kind === 'ask' || _ === 'broadcast' || _ === 'broadcastFilter' || _ === 'offer';
    const calls: Record<string, () => object> = {
      send: () => broker.send(id, 1), sendWithPriority: () => broker.sendWithPriority(id, 1, 'high'), sendWithRouting: () => broker.sendWithRouting({ topic: 'topic' }, 1),
      offer: () => broker.offer(id, 1), broadcast: () => broker.broadcast(1), broadcastFilter: () => broker.broadcastFilter(1, () => true),
    };
    const answer = calls[_] === undefined ? send(broker) : subscribe(calls[_]());
    if (asked) errors.push(answer);
    else if (typeof answer === 'object') errors.push((answer as { error: unknown }).error);
    else expect(answer).toBe(0);
    for (const error of errors) expect(error).toMatchObject({ name: 'SendError', code: 'Rejected', started: false, cause: failure, actorId: target });
    expect(got).toEqual([]);
    expect(broker.metrics()).toMatchObject({ totalSent: 1, totalFailed: 1, failedBy: { Rejected: 1 }, openRequests: 0 });
    expect(letters.map((letter) => [letter.reason, letter.target, letter.topic, letter.message])).toEqual(asked ? [] : [['Rejected', target, topic, 1]]);
    check();
  });

  it('sees what a turn sends by its context, with the headers and the envelope of the turn (S7)', () => {
    const seen: Outgoing[] = [];
    const { broker } = setup([{ send: (outgoing) => void seen.push(outgoing) }]);
    broker.spawn(other, () => {});
    broker.spawn(id, (_message, context) => {
      context.trySend(other, 'told', { headers: { own: '2' } });
      context.send(other, 'asked').subscribe();
    });
    broker.trySend(id, 'first', { headers: { trace: '1' } });
    expect(seen.map(({ message: sent, kind, headers, parent }) => [sent, kind, headers, parent?.headers])).toEqual([
      ['first', 'tell', { trace: '1' }, undefined],
      ['told', 'tell', { trace: '1', own: '2' }, { trace: '1' }],
      ['asked', 'ask', { trace: '1' }, { trace: '1' }],
    ]);
  });

  it('leaves what an open turn sends by its context a part of that turn, also while the broker closes (O1, §7)', () => {
    const { broker } = setup([{ send: () => ({ headers: { seen: 'yes' } }) }]);
    const sent: any[] = [];
    broker.events$.subscribe((event) => event.kind === 'sent' && sent.push(event));
    let context!: ActorContext;
    broker.spawn(other, () => {});
    broker.spawn(id, (_message, own) => ((context = own), NEVER));
    broker.trySend(id, 'parent');
    void broker.close();
    expect([context.trySend(other, 'child'), broker.trySend(other, 'from outside').ok]).toEqual([{ ok: true }, false]);
    expect(sent.map(({ message: text, parentId }) => [text, parentId])).toEqual([['parent', undefined], ['child', sent[0].id], ['from outside', undefined]]);
  });

  it('sees redeliveries, and next of a registered mailbox', () => {
    const seen: unknown[] = [];
    const { broker } = setup([{ send: ({ message: sent, kind, target, topic }) => void seen.push([sent, kind, target, topic]) }]);
    const queue = new DeadLetterQueue();
    broker.withDeadLetterQueue(queue).trySend(id, 'lost');
    broker.sendWithRouting({ topic: 'topic' }, 'no route').subscribe({ error: () => {} });
    queue.redeliver(() => true, { includeAsked: true }).subscribe();
    const mailbox = Mailbox.bounded<any>(1);
    broker.register(other, mailbox);
    mailbox.next('next');
    expect(seen).toEqual([
      ['lost', 'tell', id, undefined], ['no route', 'ask', undefined, 'topic'],
      ['lost', 'tell', id, undefined], ['no route', 'tell', undefined, 'topic'],
      ['next', 'tell', other, undefined],
    ]);
  });

  it('comes in the order of the list: each sees what the one before has left', () => {
    const { broker } = setup([
      { send: ({ message: sent }) => ({ message: `${String(sent)} first`, headers: { a: '1', b: '1' } }) },
      { handle: (_message, _context, next) => next() },
      { send: ({ message: sent, headers }) => ({ message: `${String(sent)} second ${JSON.stringify(headers)}`, headers: { b: '2' } }) },
    ]);
    const got: unknown[] = [];
    broker.spawn(id, (text, { envelope }) => void got.push([text, envelope.headers]));
    broker.trySend(id, 'message');
    expect(got).toEqual([['message first second {"a":"1","b":"1"}', { a: '1', b: '2' }]]);
  });

  it('is called before targets, route and filter are looked at (D0)', () => {
    const { broker } = setup([
      {
        send({ message: sent, kind }) {
          if (kind === 'ask' && !broker.isRegistered(id)) broker.spawn(id, (text) => text, { topics: ['topic'] });
          return { message: `${String(sent)}!` };
        },
      },
    ], { router: { route: (_key, [first], sent) => (expect(sent).toBe('routed!'), first!.id) } });
    expect(watchFor(broker.send(id, 'asked')).values).toEqual(['asked!']);
    expect(watchFor(broker.sendWithRouting({ topic: 'topic' }, 'routed')).values).toEqual(['routed!']);
  });

  it('is called at each subscription of a cold send (S1)', () => {
    let calls = 0;
    const { broker } = setup([{ send: () => void calls++ }]);
    broker.spawn(id, () => 'reply');
    const reply$ = broker.send(id, 1);
    expect(calls).toBe(0);
    reply$.subscribe();
    reply$.subscribe();
    expect(calls).toBe(2);
  });

  it('is not called for what is not sent: the ask of an aborted turn, an ask whose signal has aborted', () => {
    const seen: unknown[] = [];
    const { broker } = setup([{ send: ({ message: sent }) => void seen.push(sent) }]);
    const contexts: ActorContext[] = [];
    broker.spawn(other, () => {});
    broker.spawn(id, (_message, context) => (contexts.push(context), NEVER));
    watchFor(broker.send(id, 'asked')).subscription.unsubscribe();
    expect(watchFor(contexts[0]!.send(other, 'too late')).error).toMatchObject({ code: 'ActorStopped' });
    expect(watchFor(broker.send(other, 'called off', { signal: AbortSignal.abort('left') })).error).toBe('left');
    expect(seen).toEqual(['asked']);
  });

  it('that throws while the broker closes leaves the message refused with BrokerClosed, as it is counted', () => {
    const { broker } = setup([{ send: () => { throw failure; } }]);
    void broker.close();
    const codes = ([broker.send(id, 1), broker.offer(id, 1), broker.broadcast(1)] as Observable<unknown>[]).map((stream) => (watchFor(stream).error as SendError).code);
    expect([codes, broker.metrics().failedBy.BrokerClosed]).toEqual([['BrokerClosed', 'BrokerClosed', 'BrokerClosed'], 3]);
  });

  it.each([['a promise', Promise.resolve({})], ['a text', 'text']])('must return an object or nothing, at once: %s refuses the message', (_, answer) => {
    const { broker, letters } = setup([{ send: () => answer as any }]);
    const cause: unknown = expect.objectContaining({ message: expect.stringMatching(/^send of an interceptor must return \{ message\?, headers\? \}/) });
    expect(broker.trySend(id, 1)).toMatchObject({ code: 'Rejected', error: { cause } });
    expect(letters).toHaveLength(1);
  });

  it.each([5, 'x'])('that returns headers that are no object refuses the message, and says so: %j', (headers) => {
    const { broker } = setup([{ send: () => ({ headers }) as never }]);
    broker.spawn(id, () => {});
    const refused = broker.trySend(id, 1);
    expect(refused).toMatchObject({ ok: false, code: 'Rejected' });
    expect(!refused.ok && refused.error.cause).toEqual(new TypeError(`headers of an interceptor must be an object, got ${typeof headers === 'string' ? `'${headers}'` : headers}`));
  });

  it('may return null for nothing', () => {
    const { broker } = setup([{ send: () => null as any }]);
    broker.spawn(id, () => {});
    expect(broker.trySend(id, 1)).toEqual({ ok: true });
  });

  it('that refuses a broadcast leaves it its priority (O1)', () => {
    const { broker } = setup([{ send: () => { throw failure; } }]);
    const seen = watchFor(broker.events$);
    broker.broadcast(1, { priority: 'high' }).subscribe({ error: () => {} });
    expect(seen.values).toMatchObject([{ kind: 'sent', priority: 'high' }, { kind: 'failed', priority: 'high', code: 'Rejected' }]);
  });

  it('freezes what the last one has left, with freezeMessages (R4)', () => {
    const { broker } = setup([{ send: () => ({ message: { changed: true } }) }], { freezeMessages: true });
    const got: unknown[] = [];
    broker.spawn(id, (sent) => void got.push(Object.isFrozen(sent)));
    broker.trySend(id, {});
    expect(got).toEqual([true]);
  });

  it('publishes and retains the changed message', () => {
    const { broker } = setup([{ send: ({ message: sent }) => ({ message: (sent as number) * 2 }) }]);
    const seen = watchFor(broker.topic$('topic'));
    broker.publish('topic', 1, { retain: true });
    expect([seen.values, broker.retained('topic')]).toEqual([[2], 2]);
  });
});

describe('the handle of an interceptor', () => {
  it('stands around every handler, the first of the list outermost', () => {
    const steps: string[] = [];
    const around = (name: string): Interceptor => ({
      handle(_message, { self }, next) {
        steps.push(`${name} before ${self}`);
        const result: unknown = next();
        steps.push(`${name} after ${String(result)}`);
        return `${String(result)} by ${name}`;
      },
    });
    const { broker } = setup([around('a'), around('b')]);
    broker.spawn(id, (text) => (steps.push('handler'), `reply to ${String(text)}`));
    expect(watchFor(broker.send(id, 'ask')).values).toEqual(['reply to ask by b by a']);
    expect(steps).toEqual(['a before actor', 'b before actor', 'handler', 'b after reply to ask', 'a after reply to ask by b']);
  });

  it('stands around handlers of every kind: of told, broadcast and published messages, of protocols, of mailboxes', () => {
    const turns: unknown[] = [];
    const { broker } = setup([{ handle: (sent, { self }, next) => (turns.push([self, sent]), next()) }]);
    const Counter = protocol('counter', { add: message() });
    broker.spawn(id, Counter, { add: () => {} }, { topics: ['topic'] });
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive({ receive: () => {} });
    broker.register(other, mailbox);
    const add = Counter.add();
    broker.trySend(id, add);
    broker.tryBroadcast(add);
    broker.publish('topic', add);
    mailbox.next('next');
    expect(turns).toEqual([[id, add], [id, add], [other, add], [id, add], [other, 'next']]);
  });

  it('may answer in place of the handler, and with a promise or a stream', async () => {
    const ran: unknown[] = [];
    const { broker } = setup([{ handle: (kind: string, _context, next) => (kind === 'cached' ? 'cached' : kind === 'promise' ? Promise.resolve('later') : kind === 'stream' ? of(1, 2) : next()) }]);
    broker.spawn(id, (kind) => (ran.push(kind), 'handled'));
    expect(watchFor(broker.send(id, 'cached')).values).toEqual(['cached']);
    expect(watchFor(broker.send(id, 'stream')).values).toEqual([1, 2]);
    expect(await firstValueFrom(broker.send(id, 'promise'))).toBe('later');
    expect(watchFor(broker.send(id, 'else')).values).toEqual(['handled']);
    expect(ran).toEqual(['else']);
  });

  it('that throws fails its message and nothing else (M5)', () => {
    const errors: unknown[] = [];
    const { broker, letters } = setup([{ handle: (sent, _context, next) => { if (sent === 'bad') throw failure; return next(); } }], { onError: (error) => errors.push(error) });
    broker.spawn(id, (sent) => sent);
    broker.trySend(id, 'bad');
    expect(watchFor(broker.send(id, 'bad')).error).toBe(failure);
    expect(watchFor(broker.send(id, 'good')).values).toEqual(['good']);
    expect([letters.map(({ reason }) => reason), errors]).toEqual([['HandlerFailed'], [failure]]);
  });

  it('sees what the handler throws, and may mend it', () => {
    const { broker } = setup([{ handle(_message, _context, next) { try { return next(); } catch { return 'mended'; } } }]);
    broker.spawn(id, () => { throw failure; });
    expect(watchFor(broker.send(id, 1)).values).toEqual(['mended']);
  });

  it('that calls next twice gets an error', () => {
    const { broker } = setup([{ handle: (_message, _context, next) => (next(), next()) }]);
    let runs = 0;
    broker.spawn(id, () => void runs++);
    expect(watchFor(broker.send(id, 1)).error).toMatchObject({ message: expect.stringMatching(/twice/) as unknown });
    expect(runs).toBe(1);
  });

  it('may call next later, while the turn is open: what the handler sends then is queued behind it (D2)', () => {
    const gate = new Subject<void>();
    const steps: unknown[] = [];
    const { broker } = setup([{ handle: (sent, _context, next) => (sent === 'late' ? gate.pipe(map(() => next() as unknown)) : next()) }]);
    broker.spawn(other, (sent) => void steps.push(sent));
    broker.spawn(id, (_message, context) => {
      context.trySend(other, 'sent');
      steps.push('handler returns');
      return 'reply';
    });
    const seen = watchFor(broker.send(id, 'late'));
    gate.next();
    expect([steps, seen.values]).toEqual([['handler returns', 'sent'], ['reply']]);
    gate.complete();
    expect(seen.completed).toBe(true);
  });

  it('that calls next when the turn is over gets an error, and the handler does not run', () => {
    virtually(({ at }) => {
      let error: unknown;
      const { broker } = setup([{
        handle: (_message, _context, next) => timer(20).pipe(switchMap(() => defer(() => next() as string))),
      }]);
      let late!: () => unknown;
      const eager = setup([{ handle: (_message, _context, next) => ((late = next), 'answered') }]);
      let runs = 0;
      for (const one of [broker, eager.broker]) one.spawn(id, () => void runs++);
      broker.send(id, 1, { timeout: 10 }).subscribe({ error: () => {} });
      eager.broker.trySend(id, 1);
      try {
        late();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ message: expect.stringMatching(/over/) as unknown });
      at(30, () => expect(runs).toBe(0));
    });
  });

  it('is not called around deliveries$', () => {
    let calls = 0;
    const { broker } = setup([{ handle: (_message, _context, next) => (calls++, next()) }]);
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(id, mailbox);
    mailbox.deliveries$.subscribe((delivery) => delivery.reply('delivered'));
    expect([watchFor(broker.send(id, 1)).values, calls]).toEqual([['delivered'], 0]);
  });

  it('is not called in a mailbox that has left the broker', () => {
    let calls = 0;
    const { broker } = setup([{ handle: (_message, _context, next) => (calls++, next()) }]);
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive(() => {});
    broker.register(id, mailbox).unsubscribe();
    mailbox.next(1);
    expect(calls).toBe(0);
  });
});

describe('interceptors', () => {
  const EACH = /^each of interceptors must have send\(outgoing\), or handle\(message, context, next\), or both, got /;

  it.each<[unknown, RegExp]>([
    [[{}], EACH],
    [[null], EACH],
    [[{ send: 1 }], EACH],
    [[{ handle: 'x' }], EACH],
    [{ send: () => {} }, /^interceptors must be an array of \{ send\?, handle\? \}, got /],
  ])('must be an array of objects with send or handle: %j', (interceptors, text) => {
    expect(() => new InMemoryMessageBroker({ interceptors: interceptors as any })).toThrow(text);
  });

  it('may be class instances, whose methods are called on them', () => {
    class Counting implements Interceptor {
      turns = 0;
      handle(_message: unknown, _context: unknown, next: () => unknown): unknown {
        this.turns++;
        return next();
      }
    }
    const counting = new Counting();
    const { broker } = setup([counting]);
    broker.spawn(id, () => {});
    broker.trySend(id, 1);
    expect([counting.turns, new SendError('Rejected').message]).toEqual([1, expect.stringMatching(/interceptor/)]);
  });
});
