import { type ActorId, InMemoryMessageBroker, Mailbox, type SendError, actorId } from 'rx-broker';
import { NEVER, Subject, asyncScheduler, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countFromEvents, setupStill as setup, virtually, watchFor } from '../broker/setup';

const id = actorId<any>('actor');

/** A mailbox and what its handler got, alone or in a broker. */
const homes: [string, (mailbox: Mailbox<any>) => (message: unknown) => void][] = [
  ['alone', (mailbox) => (message) => mailbox.next(message)],
  ['in a broker', (mailbox) => {
    const { broker } = setup();
    broker.register(id, mailbox);
    return (message) => void broker.trySend(id, message);
  }],
];

describe.each(homes)('a paused mailbox, %s,', (_, home) => {
  it('begins no turn, and queues until it is resumed', () => {
    const mailbox = Mailbox.bounded<any>(5);
    const got: unknown[] = [];
    mailbox.receive((message) => void got.push(message));
    const tell = home(mailbox);
    mailbox.pause();
    mailbox.pause();
    for (const n of [1, 2]) tell(n);
    expect([got, mailbox.size, mailbox.isPaused]).toEqual([[], 2, true]);
    mailbox.resume();
    expect([got, mailbox.size, mailbox.isPaused]).toEqual([[1, 2], 0, false]);
    tell(3);
    expect(got).toEqual([1, 2, 3]);
  });

  it('stops its backlog after the turn in which it was paused', () => {
    const mailbox = Mailbox.bounded<any>(5);
    const tell = home(mailbox);
    for (const n of [1, 2, 3]) tell(n);
    const got: unknown[] = [];
    mailbox.receive((message) => {
      got.push(message);
      if (message === 2) mailbox.pause();
    });
    expect([got, mailbox.size]).toEqual([[1, 2], 1]);
    mailbox.resume();
    expect(got).toEqual([1, 2, 3]);
  });

  it('lets what runs go on', () => {
    const mailbox = Mailbox.bounded<any>(5);
    const reply = new Subject<void>();
    const got: unknown[] = [];
    mailbox.receive((message) => {
      got.push(message);
      return reply;
    });
    const tell = home(mailbox);
    tell(1);
    tell(2);
    mailbox.pause();
    reply.complete();
    expect([got, mailbox.metrics().inFlight, mailbox.size]).toEqual([[1], 0, 1]);
  });

  it('hands nothing out by deliveries$', () => {
    const mailbox = Mailbox.bounded<any>(5);
    const tell = home(mailbox);
    const got: unknown[] = [];
    mailbox.deliveries$.subscribe((delivery) => {
      got.push(delivery.message);
      mailbox.pause();
      delivery.reply(undefined);
    });
    for (const n of [1, 2]) tell(n);
    expect(got).toEqual([1]);
    mailbox.resume();
    expect(got).toEqual([1, 2]);
  });
});

describe('pausing', () => {
  it('stays when the mailbox is unregistered and registered again (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const got: unknown[] = [];
    mailbox.receive((message) => void got.push(message));
    const registration = broker.register(id, mailbox);
    mailbox.pause();
    registration.unsubscribe();
    mailbox.next(1);
    broker.register(id, mailbox);
    expect([got, mailbox.isPaused, mailbox.size]).toEqual([[], true, 1]);
    mailbox.resume();
    expect(got).toEqual([1]);
  });

  it('keeps a mailbox among the targets of a topic (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(id, mailbox, { topics: ['t'] });
    mailbox.receive(() => {});
    mailbox.pause();
    broker.sendWithRouting({ topic: 't' }, 1).subscribe({ error: () => {} });
    expect(mailbox.size).toBe(1);
    mailbox.resume();
  });

  it('makes close wait for the backlog until its timeout, then lose it with BrokerClosed (§7)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      const mailbox = Mailbox.bounded<any>(5);
      mailbox.receive(() => {});
      broker.register(id, mailbox);
      mailbox.pause();
      broker.trySend(id, 1);
      void broker.close({ timeout: 50 });
      at(49, () => expect(letters).toEqual([]));
      at(50, () => expect(letters).toMatchObject([{ reason: 'BrokerClosed', message: 1 }]));
      flush();
    });
  });

  it('does not take part in a deadlock: somebody may resume it (O6)', () => {
    const { broker } = setup({ requestTimeout: Infinity });
    const [a, b] = [actorId<any>('a'), actorId<any>('b')];
    const paused = Mailbox.bounded<any>(5);
    paused.receive(() => 'answer');
    broker.register(b, paused);
    paused.pause();
    broker.spawn(a, (_message, context) => context.send(b, 1));
    const seen = watchFor(broker.send(a, 1));
    expect(seen.errored).toBe(false);
    paused.resume();
    expect(seen.values).toEqual(['answer']);
  });

  it('lets a message expire that waits too long (M3)', () => {
    virtually(({ at }) => {
      const mailbox = Mailbox.bounded<any>(5, { ttl: 10 });
      mailbox.receive(() => {});
      const losses = watchFor(mailbox.losses$);
      mailbox.pause();
      mailbox.next(1);
      at(11, () => {
        mailbox.resume();
        expect(losses.values).toEqual([{ message: 1, code: 'Expired' }]);
      });
    });
  });
});

describe('clear', () => {
  it('loses what is queued, then what waits, highest priority first: Dropped, each told (§2)', () => {
    const { broker, letters } = setup();
    const check = countFromEvents(broker);
    const mailbox = Mailbox.bounded<any>(2, { overflow: 'block', maxWaiting: 3 });
    mailbox.receive(() => NEVER);
    broker.register(id, mailbox);
    const losses = watchFor(mailbox.losses$);
    const errors: unknown[] = [];
    const ask = (message: string, priority: 'low' | 'normal' | 'high' = 'normal'): void =>
      void broker.send(id, message, { priority }).subscribe({ error: (error: unknown) => errors.push([message, (error as SendError).code, (error as SendError).started, (error as SendError).actorId]) });
    ask('runs');
    ask('normal');
    ask('high', 'high');
    ask('waits low', 'low');
    ask('waits high', 'high');
    expect(mailbox.clear()).toBe(4);
    const order = ['high', 'normal', 'waits high', 'waits low'];
    expect(errors).toEqual(order.map((message) => [message, 'Dropped', false, id]));
    expect(letters.map(({ message, reason, asked }) => [message, reason, asked])).toEqual(order.map((message) => [message, 'Dropped', true]));
    expect(losses.values).toEqual(order.map((message) => ({ message, code: 'Dropped' })));
    expect(mailbox.metrics()).toMatchObject({ size: 0, inFlight: 1, lost: 4 });
    expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 1, openRequests: 1, failedBy: { Dropped: 4 } });
    check();
  });

  it('leaves a mailbox that takes messages as before', () => {
    const mailbox = Mailbox.bounded<number>(2);
    const got: number[] = [];
    for (const n of [1, 2]) mailbox.next(n);
    expect([mailbox.clear(), mailbox.clear(), Mailbox.bounded(1).clear()]).toEqual([2, 0, 0]);
    mailbox.receive((n) => void got.push(n));
    mailbox.next(3);
    expect(got).toEqual([3]);
  });

  it('inside of a turn loses the backlog behind it', () => {
    const { broker, letters } = setup();
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(id, mailbox);
    for (const n of [1, 2, 3]) broker.trySend(id, n);
    mailbox.receive((n) => void got.push([n, mailbox.clear()]));
    expect([got, letters.map(({ message }) => message)]).toEqual([[[1, 2]], [2, 3]]);
  });

  it('ends a closed mailbox that has nothing else left, when every loss is told', () => {
    const mailbox = Mailbox.bounded<number>(2);
    for (const n of [1, 2]) mailbox.next(n);
    mailbox.close();
    const losses = watchFor(mailbox.losses$);
    expect(losses.completed).toBe(false);
    mailbox.clear();
    expect(losses).toMatchObject({ values: [{ message: 1 }, { message: 2 }], completed: true });
  });
});

describe('idle$', () => {
  it.each(homes)('is the current value first, then each change, without flicker (%s)', (_, home) => {
    const mailbox = Mailbox.bounded<any>(5);
    const reply = new Subject<void>();
    mailbox.receive((message) => (message === 'long' ? reply : undefined));
    const tell = home(mailbox);
    const idle = watchFor(mailbox.idle$);
    tell('short');
    expect(idle.values).toEqual([true]);
    tell('long');
    tell('queued');
    expect(idle.values).toEqual([true, false]);
    expect(watchFor(mailbox.idle$).values).toEqual([false]);
    reply.complete();
    expect(idle.values).toEqual([true, false, true]);
    mailbox.close();
    expect(idle.completed).toBe(true);
  });

  it.each(homes)('is false while something is queued or waits, as in a paused mailbox (%s)', (_, home) => {
    const mailbox = Mailbox.bounded<any>(1);
    mailbox.receive(() => {});
    const tell = home(mailbox);
    const idle = watchFor(mailbox.idle$);
    mailbox.pause();
    expect(idle.values).toEqual([true]);
    tell(1);
    mailbox.resume();
    tell(2);
    mailbox.pause();
    tell(3);
    mailbox.clear();
    expect(idle.values).toEqual([true, false, true, false, true]);
  });

  it('is false while a promise holds the seat of a turn that was aborted (M4)', async () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(1);
    let resolve!: () => void;
    mailbox.receive(() => new Promise<void>((done) => (resolve = done)));
    broker.register(id, mailbox);
    const idle = watchFor(mailbox.idle$);
    watchFor(broker.send(id, 1)).subscription.unsubscribe();
    expect(idle.values).toEqual([true, false]);
    resolve();
    await Promise.resolve();
    expect(idle.values).toEqual([true, false, true]);
  });

  it('is told between two turns, when nothing else is left to tell (D0)', () => {
    const { broker } = setup();
    const steps: unknown[] = [];
    const mailbox = Mailbox.bounded<any>(5);
    const other = actorId<any>('other');
    mailbox.receive((message) => void steps.push(message));
    broker.register(id, mailbox);
    broker.spawn(other, (_message, context) => {
      steps.push('sends');
      context.trySend(id, 'received');
    });
    mailbox.idle$.subscribe((isIdle) => steps.push(isIdle));
    broker.events$.subscribe(({ kind }) => steps.push(kind));
    broker.trySend(other, 'first');
    expect(steps).toEqual([true, 'sent', 'sends', 'sent', 'queued', 'delivered', 'settled', false, 'received', 'delivered', 'settled', true]);
  });

  it('makes no flicker of messages that run at once, whether or not anyone observes events: of a tell with options, an ask, a broadcast (O1)', () => {
    const play = (isObserved: boolean): unknown[] => {
      const { broker } = setup();
      if (isObserved) broker.events$.subscribe();
      const mailboxes = [id, actorId<any>('other')].map((name) => {
        const mailbox = Mailbox.bounded<any>(5);
        mailbox.receive(() => {});
        broker.register(name, mailbox);
        return mailbox;
      });
      const idle = mailboxes.map((mailbox) => watchFor(mailbox.idle$));
      broker.trySend(id, 1, { ttl: 5 });
      broker.send(id, 2).subscribe();
      broker.broadcast(3).subscribe();
      broker.tryBroadcast(4);
      return idle.map(({ values }) => values);
    };
    expect([play(false), play(true)]).toEqual([[[true], [true]], [[true], [true]]]);
  });

  it('is false once a message that was to run at once cannot, since its mailbox was paused', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive(() => {});
    broker.register(id, mailbox);
    const idle = watchFor(mailbox.idle$);
    broker.events$.subscribe(({ kind }) => kind === 'sent' && mailbox.pause());
    broker.trySend(id, 1);
    expect([idle.values, mailbox.size]).toEqual([[true, false], 1]);
  });

  it('is told of a cancelled message, too', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(id, mailbox);
    const idle = watchFor(mailbox.idle$);
    watchFor(broker.send(id, 1)).subscription.unsubscribe();
    expect(idle.values).toEqual([true, false, true]);
  });

  it('is told in the order in which the mailboxes came to be observed, to each observer that has not left', () => {
    const { broker } = setup();
    const told: string[] = [];
    const [first, second, sender] = ['first', 'second', 'sender'].map((name) => actorId<any>(name)) as [ActorId, ActorId, ActorId];
    const mailboxes = [first, second].map((name) => {
      const mailbox = Mailbox.bounded<any>(5);
      mailbox.receive(() => {});
      broker.register(name, mailbox);
      return mailbox;
    }) as [Mailbox<any>, Mailbox<any>];
    const observe = (mailbox: Mailbox<any>, name: string): { unsubscribe(): void } => mailbox.idle$.subscribe((isIdle) => isIdle || told.push(name));
    const left = observe(mailboxes[1], 'has left');
    observe(mailboxes[0], 'first');
    observe(mailboxes[1], 'second');
    left.unsubscribe();
    broker.spawn(sender, (_message, context) => [first, second].forEach((target) => void context.trySend(target, 0)));
    broker.trySend(sender, 0);
    expect(told).toEqual(['second', 'first']);
  });

  it('is told in the order in which the mailboxes came to a broker, if they were observed before', () => {
    const { broker } = setup();
    const told: string[] = [];
    const [first, second, sender] = ['first', 'second', 'sender'].map((name) => actorId<any>(name));
    const mailboxes = [first!, second!].map((name) => {
      const mailbox = Mailbox.bounded<any>(5);
      mailbox.receive(() => {});
      mailbox.idle$.subscribe((isIdle) => isIdle || told.push(name));
      return mailbox;
    });
    broker.register(second!, mailboxes[1]!);
    broker.register(first!, mailboxes[0]!);
    broker.spawn(sender!, (_message, context) => [first!, second!].forEach((target) => void context.trySend(target, 0)));
    broker.trySend(sender!, 0);
    expect(told).toEqual(['second', 'first']);
  });

  it('goes on when the mailbox enters or leaves a broker', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const idle = watchFor(mailbox.idle$);
    mailbox.next(1);
    const registration = broker.register(id, mailbox);
    expect(idle.values).toEqual([true, false]);
    registration.unsubscribe();
    expect(idle.values).toEqual([true, false, true]);
    mailbox.next(2);
    expect(idle.values).toEqual([true, false, true, false]);
    mailbox.receive((_message, { broker: own }) => {
      void own;
      return of(1);
    });
    expect(idle.values.at(-1)).toBe(true);
  });

  it('goes on when an actor unregisters itself in its turn', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const idle = watchFor(mailbox.idle$);
    mailbox.receive(() => broker.unregister(id));
    mailbox.pause();
    broker.register(id, mailbox);
    for (const n of [1, 2]) broker.trySend(id, n);
    mailbox.resume();
    expect(idle.values).toEqual([true, false, true]);
  });

  it('of a mailbox that drains on a scheduler is false until that has run', () => {
    virtually(({ at }) => {
      const mailbox = Mailbox.bounded<any>(5, { dispatcher: asyncScheduler });
      mailbox.receive(() => {});
      const idle = watchFor(mailbox.idle$);
      mailbox.next(1);
      expect(idle.values).toEqual([true, false]);
      at(1, () => expect(idle.values).toEqual([true, false, true]));
    });
  });

  it('of a mailbox that has ended is true, and completes', () => {
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.next(1);
    mailbox.close();
    const early = watchFor(mailbox.idle$);
    mailbox.clear();
    expect(early).toMatchObject({ values: [false, true], completed: true });
    expect(watchFor(mailbox.idle$)).toMatchObject({ values: [true], completed: true });
  });

  it('costs nothing when its last observer has left', () => {
    const broker = new InMemoryMessageBroker();
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive(() => {});
    broker.register(id, mailbox);
    const idle = watchFor(mailbox.idle$);
    idle.subscription.unsubscribe();
    mailbox.pause();
    broker.trySend(id, 1);
    expect(idle.values).toEqual([true]);
    mailbox.resume();
  });
});
