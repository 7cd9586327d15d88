import { type ActorContext, type BrokerError, type DeadLetter, DeadLetterQueue, type Delivery, InMemoryMessageBroker, Mailbox, type TellOptions, actorId } from 'rx-broker';
import { NEVER, Subscriber, VirtualTimeScheduler, queueScheduler } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { CANDIDATE_MASK } from '../../src/observability/sampling';
import { setup, virtually, watchFor } from './setup';

const a = actorId<any>('a');
const b = actorId<any>('b');

describe('the options of a broker', () => {
  it('count for a mailbox whose own say nothing, or `undefined`', () => {
    const mailbox = { overflow: 'drop-newest', concurrency: 2, fairness: 'strict', ttl: 5, turnTimeout: 7, maxWaiting: 3, dispatcher: queueScheduler } as const;
    const { broker } = setup({ mailbox, dispatcher: queueScheduler });
    const nothing = { overflow: undefined, concurrency: undefined, fairness: undefined, ttl: undefined, turnTimeout: undefined, maxWaiting: undefined, dispatcher: undefined };
    virtually(({ at, flush }) => {
      for (const [one, options] of [[a, {}], [b, nothing]] as const) {
        broker.spawn(one, () => NEVER, { ...(options as object), capacity: 1 });
        // Two run, one is queued, one is dropped.
        for (const n of [1, 2, 3]) expect(broker.trySend(one, n).ok).toBe(true);
        expect(broker.trySend(one, 4)).toMatchObject({ code: 'Dropped' });
      }
      at(7, () => expect(broker.metrics()).toMatchObject({ totalAborted: 4, failedBy: { Dropped: 2, Expired: 2 } }));
      flush();
    });
  });

  it.each([
    [{ name: '' }, /^name must be a non-empty string, got ''$/],
    [{ name: 5 }, /^name must be a non-empty string, got 5$/],
    [{ router: null }, /^router must have route\(key, targets, message\), got null$/],
    [{ router: {} }, /^router must have route\(key, targets, message\), got an object$/],
    [{ scheduler: {} }, /^scheduler must be /],
    [{ dispatcher: {} }, /^dispatcher must be /],
    [{ mailbox: 5 }, /^mailbox must be an object, got 5$/],
    [{ freezeMessages: 1 }, /^freezeMessages must be true or false, got 1$/],
  ])('are named where they are bad: %j', (options, text) => {
    expect(() => new InMemoryMessageBroker(options as never)).toThrow(text);
  });

  it('may be a capacity that nobody fills', () => {
    const broker = InMemoryMessageBroker.withCapacity(10);
    broker.spawn(a, () => 'a');
    expect(watchFor(broker.broadcast(0)).values).toMatchObject([{ actorId: a, value: 'a' }]);
    expect(broker.tryBroadcast(0)).toBe(1);
  });

  it.each([undefined, null, {}])('name what is no dead letter queue: %j', (queue) => {
    const { broker } = setup();
    expect(() => broker.withDeadLetterQueue(queue as never)).toThrow(/^queue must be a DeadLetterQueue, got /);
  });

  it('freeze what is sent, by every way (freezeMessages)', () => {
    const { broker } = setup({ freezeMessages: true });
    broker.spawn(a, () => {}, { topics: ['t'] });
    const messages = Array.from({ length: 6 }, () => ({ inner: {} }));
    broker.trySend(a, messages[0]);
    broker.send(a, messages[1]).subscribe();
    broker.tryBroadcast(messages[2]);
    broker.broadcast(messages[3]).subscribe();
    broker.publish('t', messages[4]);
    broker.sendWithRouting({ topic: 't' }, messages[5]).subscribe();
    expect(messages.filter(({ inner }) => !Object.isFrozen(inner))).toEqual([]);
  });
});

describe('an ask with options', () => {
  it('has those that it has, and no others (ttl, headers)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const headers: unknown[] = [];
      const mailbox = Mailbox.bounded<any>(5, { ttl: 10 });
      broker.register(a, mailbox);
      const old = watchFor(broker.send(a, 0, { headers: { h: '1' } }));
      const young = watchFor(broker.send(a, 1, { ttl: 50 }));
      at(20, () => {
        mailbox.receive((_message, { envelope }: ActorContext) => void headers.push(envelope.headers));
        expect(old.error).toMatchObject({ code: 'Expired' });
        expect(young.completed).toBe(true);
        expect(headers).toEqual([{}]);
      });
    });
  });

  it('sends nothing for a subscriber that is gone already (S1)', () => {
    const { broker } = setup();
    const gone = new Subscriber<unknown>();
    gone.unsubscribe();
    broker.spawn(a, () => {});
    broker.trySend(a, 0);
    broker.send(a, 0).subscribe(gone);
    broker.send(a, 0, { headers: {} }).subscribe(gone);
    expect(broker.metrics().totalSent).toBe(1);
  });
});

describe('a broadcast with options', () => {
  it('has them at idle actors, too', () => {
    const { broker } = setup();
    const seen: unknown[] = [];
    broker.spawn(a, (_message, { envelope: { headers, priority } }: ActorContext) => void seen.push([headers, priority]));
    broker.broadcast(0, { headers: { h: '1' }, priority: 'high' }).subscribe();
    expect(seen).toEqual([[{ h: '1' }, 'high']]);
  });

  it('hands on one result after the other, also where one brings the next about (R3, D2)', () => {
    const { broker } = setup();
    const out: Delivery[] = [];
    for (const id of [a, b]) {
      const mailbox = Mailbox.bounded<any>(5);
      broker.register(id, mailbox);
      mailbox.deliveries$.subscribe((delivery) => out.push(delivery));
    }
    const steps: string[] = [];
    broker.broadcast(0, { order: 'settled' }).subscribe({
      next: ({ actorId: id }) => {
        steps.push(`${id} begins`);
        out[1]?.reply('b');
        steps.push(`${id} ends`);
      },
      complete: () => steps.push('complete'),
    });
    out[0]?.reply('a');
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'complete']);
  });
});

describe('the routing latency', () => {
  it.each([
    ['told', (broker: InMemoryMessageBroker) => void broker.trySend(a, 0)],
    ['told with options', (broker: InMemoryMessageBroker) => void broker.trySend(a, 0, { headers: {} })],
    ['asked', (broker: InMemoryMessageBroker) => void broker.send(a, 0).subscribe()],
    ['asked with options', (broker: InMemoryMessageBroker) => void broker.send(a, 0, { headers: {} }).subscribe()],
  ])('is a mean of what was measured: %s (O5)', (_, send) => {
    const { broker } = setup();
    broker.spawn(a, () => {});
    // A browser's own clock may stand still for as long as all of this takes.
    let at = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (at += 0.5));
    for (let i = 0; i < 2_000; i++) send(broker);
    clock.mockRestore();
    expect(broker.metrics().avgRoutingLatencyNs).toBe(5e5);
  });

  const tell = (broker: InMemoryMessageBroker): void => void broker.trySend(a, 0);
  const tellMore = (broker: InMemoryMessageBroker): void => void broker.trySend(a, 0, { headers: {} });
  const tellTwice = (broker: InMemoryMessageBroker): void => [tell, tell].forEach((send) => send(broker));
  const ask = (broker: InMemoryMessageBroker): void => void watchFor(broker.send(a, 0));
  const answer = (): void => {};
  const fail = (): never => {
    throw new Error('no');
  };
  it.each([
    ['is of one that is told at 0, where a fake clock starts', answer, tell, 5e5],
    ['is of one that is told at 0 with options', answer, tellMore, 5e5],
    ['is of one that is asked at 0', answer, ask, 5e5],
    ['is not of a second one before the next is due', fail, tellTwice, 5e5],
    ['is not of one that no mailbox answers', undefined, ask, 0],
  ])('%s (O5)', (_, handler, send, mean) => {
    const { broker } = setup();
    if (handler !== undefined) broker.spawn(a, handler);
    let at = -0.5;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (at += 0.5));
    send(broker);
    clock.mockRestore();
    expect(broker.metrics().avgRoutingLatencyNs).toBe(mean);
  });
});

describe('the routing latency of what is queued', () => {
  it('is a sample as any other, and the message is queued as any other (O5)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    // Each actor's first message may be timed; one in so many is.
    for (let n = 0; n <= CANDIDATE_MASK; n++) broker.trySend(broker.spawn(actorId(), () => {}).id, n);
    let at = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (at += 0.5));
    expect(broker.trySend(a, 'is queued').ok).toBe(true);
    expect(at).toBe(1);
    for (let n = 0; n <= CANDIDATE_MASK; n++) broker.trySend(a, 'finds something queued');
    clock.mockRestore();
    expect(at).toBe(1);
    expect(mailbox.size).toBe(5);
    expect(broker.metrics()).toMatchObject({ pending: 5, totalFailed: CANDIDATE_MASK - 3 });
  });
});

describe('the routing latency of what is refused', () => {
  it.each<[string, TellOptions | undefined]>([
    ['nothing said', undefined],
    ['a priority', { priority: 'high' }],
    ['headers', { headers: {} }],
  ])('is a sample as any other, whatever is said with it: %s (O5)', (_, options) => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(1);
    broker.register(a, mailbox);
    mailbox.close();
    let at = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (at += 0.5));
    const sent = broker.trySend(a, 0, options);
    clock.mockRestore();
    expect(sent).toMatchObject({ ok: false, code: 'ActorStopped' });
    expect(broker.metrics().avgRoutingLatencyNs).toBe(5e5);
  });
});

describe('a closing broker', () => {
  it('serves the turns that run, and no others (§7)', () => {
    const { broker } = setup();
    const contexts: ActorContext[] = [];
    const got: unknown[] = [];
    broker.spawn(b, (message) => void got.push(message));
    broker.spawn(a, (message, context: ActorContext) => {
      contexts.push(context);
      return message === 'open' ? NEVER : undefined;
    });
    broker.trySend(a, 'over');
    broker.trySend(a, 'open');
    void broker.close();
    expect(contexts.map((context) => context.trySend(b, 'told'))).toMatchObject([{ ok: false, code: 'BrokerClosed' }, { ok: true }]);
    const asks = contexts.map((context) => watchFor(context.send(b, 'asked')));
    expect(asks).toMatchObject([{ error: { code: 'BrokerClosed' } }, { errored: false, completed: true }]);
    expect(got).toEqual(['told', 'asked']);
  });

  it('tells the observers of broadcasts nothing of what it refuses (§7)', () => {
    const { broker, letters } = setup();
    const seen = watchFor(broker.broadcasts$);
    broker.spawn(a, () => NEVER);
    broker.trySend(a, 0);
    void broker.close();
    expect(broker.tryBroadcast('late')).toBe(0);
    expect(seen.values).toEqual([]);
    expect(letters).toMatchObject([{ reason: 'BrokerClosed', message: 'late' }]);
  });
});

describe('a message that is told', () => {
  it.each([
    ['sender', { sender: b }, { sender: b, headers: {} }],
    ['headers', { headers: { h: '1' } }, { sender: undefined, headers: { h: '1' } }],
  ])('has a %s, if nothing else (TellOptions)', (_, options, said) => {
    const { broker } = setup();
    const seen: unknown[] = [];
    broker.spawn(a, (_message, { envelope: { sender, headers } }: ActorContext) => void seen.push({ sender, headers }));
    broker.trySend(a, 0, options);
    expect(seen).toEqual([said]);
  });
});

describe('what happens to many', () => {
  it('is told of each, a broadcast as such and a publication as none (O1)', () => {
    const broker = InMemoryMessageBroker.withCapacity(10);
    const sent: unknown[] = [];
    broker.spawn(a, () => {}, { topics: ['t'] });
    broker.events$.subscribe((event) => event.kind === 'sent' && sent.push([event.message, event.broadcast]));
    expect([broker.tryBroadcast('broadcast'), broker.publish('t', 'publication')]).toEqual([1, 1]);
    expect(sent).toEqual([
      ['broadcast', true],
      ['publication', false],
    ]);
  });

  it('needs a filter that is a function', () => {
    const { broker } = setup();
    expect(() => broker.tryBroadcast(0, 5 as never)).toThrow(/^filter must be a function, got 5$/);
  });
});

describe('a registration', () => {
  it('ends its own life of a mailbox, and no later one (R1)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const lives = [1, 2, 3].map(() => {
      const life = broker.register(a, mailbox);
      if (broker.metrics().registeredActors === 1 && life.closed) throw new Error('closed at once');
      life.unsubscribe();
      return life;
    });
    const last = broker.register(a, mailbox);
    for (const life of lives) life.unsubscribe();
    expect([...lives, last].map(({ closed }) => closed)).toEqual([true, true, true, false]);
    expect(broker.isRegistered(a)).toBe(true);
  });

  it('is watched by all who watch it, whoever leaves (R2)', () => {
    const { broker } = setup();
    broker.spawn(a, () => {});
    const [first, second] = [watchFor(broker.watch(a)), watchFor(broker.watch(a))];
    first.subscription.unsubscribe();
    broker.unregister(a);
    expect([first.completed, second.completed]).toEqual([false, true]);
  });

  it('takes its bindings along, and leaves those of the next one alone (T2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    const binding = broker.bind('t', a);
    broker.unregister(a);
    broker.register(a, mailbox, { topics: ['t'] });
    binding.unsubscribe();
    expect(broker.publish('t', 0)).toBe(1);
  });
});

describe('what is given and what is made of it', () => {
  it('is named in errors, and in ids', () => {
    const { broker, letters } = setup();
    expect(() => broker.spawn(a, () => {}, { capacity: 0 })).toThrow(/^capacity must be/);
    expect(() => Mailbox.bounded(0)).toThrow(/^capacity must be/);
    broker.trySend(a, 0);
    expect(letters[0]?.id).toMatch(/^broker:message-/);
  });
});

describe('a message without a route', () => {
  it('says why there is none (T2)', () => {
    const cause = new Error('no idea');
    const errors = [undefined, { route: () => { throw cause; } }, { route: () => 'elsewhere' }].map((router) => {
      const { broker } = setup(router === undefined ? {} : { router: router as never });
      if (router !== undefined) broker.spawn(a, () => {}, { topics: ['t'] });
      return watchFor(broker.sendWithRouting({ topic: 't' }, 0)).error as BrokerError;
    });
    expect(errors.map(({ reason }) => reason)).toEqual([
      "no open actor is bound to 't'; bind one first",
      "the router threw for 't'",
      "the router picked 'elsewhere' for 't', which is not a target",
    ]);
    expect(errors.map((error) => ('cause' in error ? error.cause : 'none'))).toEqual(['none', cause, 'none']);
    expect(errors.map(({ code }) => code)).toEqual(['RoutingFailed', 'RoutingFailed', 'RoutingFailed']);
  });

  it('is a letter that can be sent again, with what it had (O4)', () => {
    const queue = new DeadLetterQueue();
    const broker = new InMemoryMessageBroker({ logDeadLetters: false }).withDeadLetterQueue(queue);
    const open: number[] = [];
    broker.events$.subscribe((event) => event.kind === 'sent' && open.push(broker.metrics().openRequests));
    watchFor(broker.sendWithRouting({ topic: 't' }, 0, { headers: { h: '1' } }));
    const said = ({ reason, asked, attempts, topic }: DeadLetter) => ({ reason, asked, attempts, topic });
    expect(queue.letters().map(said)).toEqual([{ reason: 'NoRoute', asked: true, attempts: 1, topic: 't' }]);
    expect(watchFor(queue.redeliver(() => true)).values).toMatchObject([{ ok: false, code: 'NoRoute' }]);
    expect(queue.letters().map(said)).toEqual([{ reason: 'NoRoute', asked: false, attempts: 2, topic: 't' }]);
    expect(open).toEqual([1, 0]);
    expect(broker.metrics().openRequests).toBe(0);
  });

  it('is refused again by who is full or closing (O4)', () => {
    const queue = new DeadLetterQueue();
    const broker = new InMemoryMessageBroker({ logDeadLetters: false }).withDeadLetterQueue(queue);
    broker.spawn(a, () => NEVER, { capacity: 1 });
    for (const n of [1, 2, 3]) broker.trySend(a, n);
    expect(watchFor(queue.redeliver()).values).toMatchObject([{ ok: false, code: 'MailboxFull' }]);
    void broker.close();
    expect(watchFor(queue.redeliver()).values).toMatchObject([{ ok: false, code: 'BrokerClosed' }]);
  });
});

describe('close', () => {
  it.each([
    ['for as long as it takes', { timeout: Infinity }, 0],
    ['for 10 ms', { timeout: 10 }, 1],
    ['not at all', { drain: false }, 0],
  ])('waits %s (§7)', (_, options, timers) => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    broker.spawn(a, () => NEVER);
    broker.trySend(a, 0);
    void broker.close(options);
    expect(scheduler.actions.filter(({ closed }) => !closed)).toHaveLength(timers);
    expect(broker.isRegistered(a)).toBe(!('drain' in options));
  });
});
