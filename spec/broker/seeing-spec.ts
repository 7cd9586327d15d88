import { type BrokerEvent, DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, Subject, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, virtually, watchFor } from './setup';

const [id, other, unknown] = [actorId<any>('actor'), actorId<any>('other'), actorId<any>('unknown')];
const kinds = (events: unknown[]): string[] => (events as BrokerEvent[]).map(({ kind }) => kind);

describe('mailboxMetrics', () => {
  it("is the numbers of an actor's mailbox, undefined without one", () => {
    const { broker } = setup();
    broker.spawn(id, () => NEVER, { capacity: 2 });
    for (let n = 0; n < 4; n++) broker.trySend(id, n);
    expect(broker.mailboxMetrics(id)).toEqual({ capacity: 2, size: 2, highWaterMark: 2, accepted: 3, delivered: 1, lost: 1, inFlight: 1 });
    for (const one of [broker, setup({ turnTimes: true }).broker]) expect(one.mailboxMetrics(unknown)).toBeUndefined();
    expect(() => broker.mailboxMetrics('' as any)).toThrow(TypeError);
  });
});

describe('bindings', () => {
  it('lists who takes what, in the order of binding', () => {
    const { broker } = setup();
    broker.spawn(actorId('bound to nothing'), () => {});
    expect(broker.bindings()).toEqual([]);
    broker.spawn(id, () => {}, { topics: ['a.*'] });
    broker.spawn(other, () => {}, { topics: ['b'] });
    const binding = broker.bind('c.>', id);
    expect(broker.bindings()).toEqual([{ topic: 'a.*', id }, { topic: 'b', id: other }, { topic: 'c.>', id }]);
    binding.unsubscribe();
    broker.unregister(other);
    expect(broker.bindings()).toEqual([{ topic: 'a.*', id }]);
  });
});

describe('turn times', () => {
  it('are counted for each actor from the begin of a turn until its reply has settled, by the scheduler (D5)', () => {
    virtually(({ at, flush }) => {
      const { broker } = setup({ turnTimes: true });
      broker.spawn(id, (ms: number) => (ms === 0 ? 'at once' : timer(ms)), { concurrency: 10 });
      expect(broker.mailboxMetrics(id)?.turnTimes).toEqual({ count: 0, sum: 0, buckets: [0, 0, 0, 0, 0, 0] });
      for (const ms of [0, 0, 1, 10, 11, 1_000, 2_000]) broker.send(id, ms, { timeout: Infinity }).subscribe();
      at(1_000, () => expect(broker.mailboxMetrics(id)?.turnTimes?.count).toBe(6));
      at(2_001, () => expect(broker.mailboxMetrics(id)?.turnTimes).toEqual({ count: 7, sum: 3_022, buckets: [2, 1, 1, 1, 1, 1] }));
      flush();
    });
  });

  it('count turns that fail and turns that are aborted, and no message without a turn', () => {
    virtually(({ at, flush }) => {
      const { broker } = setup({ turnTimes: true, onError: () => {} });
      broker.spawn(id, (message) => {
        if (message === 'throw') throw new Error('on purpose');
        return NEVER;
      }, { turnTimeout: 5, capacity: 1 });
      for (const message of ['throw', 'hangs', 'queued', 'refused']) broker.trySend(id, message);
      at(20, () => expect(broker.mailboxMetrics(id)?.turnTimes).toMatchObject({ count: 3, sum: 10 }));
      flush();
    });
  });

  it('count turns of messages that nobody asked, too', () => {
    const { broker } = setup({ turnTimes: true });
    broker.spawn(id, () => {});
    for (const n of [1, 2]) broker.trySend(id, n);
    expect(broker.mailboxMetrics(id)?.turnTimes?.count).toBe(2);
  });

  it('are not taken without the option', () => {
    const { broker } = setup();
    broker.spawn(id, () => {});
    broker.trySend(id, 0);
    expect(broker.mailboxMetrics(id)).not.toHaveProperty('turnTimes');
    expect(() => new InMemoryMessageBroker({ turnTimes: 1 as any })).toThrow(TypeError);
  });
});

describe('a sent event', () => {
  const sentBy = (send: (broker: InMemoryMessageBroker) => void): BrokerEvent[] => {
    const { broker } = setup();
    const events: BrokerEvent[] = [];
    broker.events$.subscribe((event) => event.kind === 'sent' && events.push(event));
    send(broker);
    return events;
  };

  it('tells sender, attempt and headers (O1)', () => {
    const headers = { trace: '1' };
    const [event] = sentBy((broker) => void broker.trySend(id, 1, { sender: other, headers }));
    expect(event).toEqual({ kind: 'sent', id: expect.any(String) as unknown, target: id, message: 1, priority: 'normal', asked: false, at: expect.any(Number) as unknown, broadcast: false, attempt: 1, headers, sender: other });
    const attempts = sentBy((broker) => {
      const queue = new DeadLetterQueue();
      broker.withDeadLetterQueue(queue).trySend(id, 1);
      queue.redeliver().subscribe();
    });
    expect(attempts).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
  });

  it.each<[string, (context: any) => void]>([
    ['context.trySend', (context) => void context.trySend(other, 'child')],
    ['context.send', (context) => void context.send(other, 'child').subscribe()],
    ['the broker in its turn', ({ broker }) => void broker.trySend(other, 'child')],
    ['an offer', ({ broker }) => void broker.offer(other, 'child').subscribe()],
    ['a broadcast', ({ broker }) => void broker.tryBroadcast('child', (target: unknown) => target === other)],
    ['a publication', ({ broker }) => void broker.publish('topic', 'child')],
  ])('tells the message in whose turn it was sent: by %s (O1)', (_, send) => {
    const [parent, child] = sentBy((broker) => {
      broker.spawn(other, () => {}, { topics: ['topic'] });
      broker.spawn(id, (_message, context) => send(context));
      broker.trySend(id, 'parent');
    }) as [any, any];
    expect([parent.message, child.message]).toEqual(['parent', 'child']);
    expect(child.parentId).toBe(parent.id);
    expect(parent).not.toHaveProperty('parentId');
  });

  it('tells no parent that has ended: in a turn in which observing begins, the turn of then has none', () => {
    const { broker } = setup();
    const seen: BrokerEvent[] = [];
    broker.spawn(other, () => {});
    broker.spawn(id, (_message, context) => {
      context.broker.events$.subscribe((event) => seen.push(event));
      broker.trySend(other, 'child');
    });
    const before = broker.events$.subscribe();
    broker.trySend(other, 'before');
    before.unsubscribe();
    broker.trySend(id, 'parent');
    expect(seen[0]).toMatchObject({ kind: 'sent', message: 'child' });
    expect(seen[0]).not.toHaveProperty('parentId');
  });

  it('tells the parent to observers of some actors, too, if that actor is one of them (O1)', () => {
    const { broker } = setup();
    const seen: any[] = [];
    broker.spawn(id, (message, context) => {
      if (message === 'parent') context.broker.trySend(id, 'child');
    });
    broker.eventsOf(id).subscribe((event) => event.kind === 'sent' && seen.push(event));
    broker.trySend(id, 'parent');
    expect(seen.map(({ message, parentId }) => [message, parentId])).toEqual([['parent', undefined], ['child', seen[0].id]]);
  });

  it('tells the parent of what a turn sends later by its context, and none for what others send meanwhile', () => {
    const gate = new Subject<void>();
    const [parent, stranger, child] = sentBy((broker) => {
      broker.spawn(other, () => {});
      broker.spawn(id, (_message, context) => {
        gate.subscribe(() => void context.trySend(other, 'child'));
        return NEVER;
      });
      broker.trySend(id, 'parent');
      broker.trySend(other, 'stranger');
      gate.next();
    }) as [any, any, any];
    expect([stranger.parentId, child.parentId]).toEqual([undefined, parent.id]);
  });
});

describe('eventsOf', () => {
  it('is the events of some actors only: their life, their messages, their dead letters', () => {
    const { broker } = setup();
    const all = watchFor(broker.events$);
    const some = watchFor(broker.eventsOf(id, unknown));
    broker.spawn(id, () => {});
    broker.spawn(other, () => {});
    for (const target of [id, other, unknown]) broker.trySend(target, target);
    broker.unregister(id);
    expect(some.values).toEqual(all.values.filter((event: any) => [event.id, event.target, event.letter?.target].some((of) => of === id || of === unknown)));
    expect(kinds(some.values)).toEqual(['registered', 'sent', 'delivered', 'settled', 'sent', 'failed', 'dead-lettered', 'unregistered']);
  });

  it('tells the same alone as events$ does, of queued messages, too (O1)', () => {
    const play = (observe: (broker: InMemoryMessageBroker) => void): unknown => {
      const { broker } = setup();
      const mailbox = Mailbox.bounded<any>(2, { overflow: 'drop-oldest' });
      broker.register(id, mailbox);
      observe(broker);
      for (const n of [1, 2, 3]) broker.trySend(id, n);
      broker.send(id, 'asked', { priority: 'high' }).subscribe();
      mailbox.receive((message, context) => {
        context.trySend(id, 'again', { ttl: 0 });
        if (message === 'again') mailbox.close();
      });
      return broker.metrics();
    };
    const seen: BrokerEvent[][] = [[], []];
    const metrics = [
      play((broker) => broker.events$.subscribe((event) => seen[0]!.push(event))),
      play((broker) => broker.eventsOf(id).subscribe((event) => seen[1]!.push(event))),
      play(() => {}),
    ];
    const of = (events: BrokerEvent[]): unknown[] => events.map((event) => ({ ...event, at: 0, letter: undefined }));
    expect(of(seen[1]!)).toEqual(of(seen[0]!));
    expect(metrics[1]).toEqual(metrics[0]);
    expect(metrics[2]).toEqual(metrics[0]);
  });

  it('makes no event of an actor that nobody observes: reading its messages is left alone', () => {
    const { broker } = setup();
    let reads = 0;
    broker.spawn(id, () => {});
    broker.spawn(other, (_message, context) => {
      reads += context.envelope.id === 'actor:message-1' ? 1 : 0;
    });
    const some = watchFor(broker.eventsOf(id));
    broker.trySend(other, 1);
    broker.trySend(id, 2);
    expect([kinds(some.values), reads]).toEqual([['sent', 'delivered', 'settled'], 0]);
  });

  it('begins and ends in the middle of things', () => {
    const { broker } = setup();
    const some: string[] = [];
    broker.spawn(id, (message) => {
      if (message === 'watch') broker.eventsOf(id).subscribe(({ kind }) => some.push(kind));
    });
    broker.trySend(id, 'watch');
    expect(some).toEqual(['delivered', 'settled']);
    const late = watchFor(broker.eventsOf(id));
    broker.trySend(id, 1);
    late.subscription.unsubscribe();
    broker.trySend(id, 2);
    expect(kinds(late.values)).toEqual(['sent', 'delivered', 'settled']);
  });

  it('tells a broadcast at its targets', () => {
    const { broker } = setup();
    for (const target of [id, other]) broker.spawn(target, () => {});
    const some = watchFor(broker.eventsOf(other));
    broker.tryBroadcast(1);
    expect(some.values).toMatchObject([{ kind: 'sent', target: other, broadcast: true }, { kind: 'delivered' }, { kind: 'settled' }]);
  });

  it('completes with the broker, and does not tell its end', async () => {
    const { broker } = setup();
    const some = watchFor(broker.eventsOf(id, id));
    broker.spawn(id, () => {});
    await broker.close();
    expect([kinds(some.values), some.completed]).toEqual([['registered', 'unregistered'], true]);
    expect(watchFor(broker.eventsOf(id))).toMatchObject({ values: [], completed: true });
    expect(() => void broker.eventsOf('' as any)).toThrow(TypeError);
  });

  it('of no actors tells nothing, and completes with the broker', async () => {
    const { broker } = setup();
    const none = watchFor(broker.eventsOf());
    broker.spawn(id, () => {});
    broker.trySend(id, 1);
    expect(none.completed).toBe(false);
    await broker.close();
    expect([none.values, none.completed]).toEqual([[], true]);
  });
});
