import { type Delivery, type InMemoryMessageBroker, type MailboxOptions, type SendError, Mailbox, actorId } from 'rx-broker';
import { NEVER, Subject, Subscription, take, takeUntil } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { BoundedBuffer } from '../../src/buffer/bounded-buffer';
import { expectConserved, setup, virtually, watchFor } from '../broker/setup';

const a = actorId<any>('a');

describe('a full mailbox', () => {
  /** One message runs for ever; the others wait behind it. */
  function busy(capacity: number, options: MailboxOptions = {}) {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(capacity, options);
    broker.register(a, mailbox);
    mailbox.receive(() => NEVER);
    broker.trySend(a, 'runs');
    return { broker, mailbox };
  }

  it.each(['low', 'normal', 'high', 'critical'] as const)('makes room by what expired of priority %s (M2, ttl)', (priority) => {
    virtually(({ at }) => {
      const { broker, mailbox } = busy(2, { ttl: 10 });
      for (const n of [1, 2]) broker.trySend(a, n, { priority });
      at(9, () => expect(broker.trySend(a, 'early').ok).toBe(false));
      at(10, () => {
        expect(broker.trySend(a, 'newcomer').ok).toBe(true);
        expect(mailbox.metrics()).toMatchObject({ size: 1, lost: 3 });
      });
    });
  });

  it.each<[string, MailboxOptions]>([
    ['refuses', {}],
    ['lets the newest in', { overflow: 'drop-oldest' }],
  ])('looks through its queue only when something may have expired, and %s without that (M7, ttl)', (_, options) => {
    const look = vi.spyOn(BoundedBuffer.prototype, 'forEach');
    virtually(({ at, flush }) => {
      const { broker, mailbox } = busy(100, options);
      for (let n = 0; n < 100; n++) broker.trySend(a, n, { ttl: 1_000 });
      look.mockClear();
      for (let n = 0; n < 100; n++) broker.trySend(a, n, { ttl: 1_000 });
      expect(look).not.toHaveBeenCalled();
      at(1_000, () => {
        look.mockClear();
        expect(broker.trySend(a, 'newcomer').ok).toBe(true);
        expect(mailbox.size).toBe(1);
      });
      flush();
    });
    look.mockRestore();
  });

  it('does not look for what has left (M7, ttl)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(2);
    broker.register(a, mailbox);
    broker.trySend(a, 'with a ttl', { ttl: 0 });
    mailbox.receive(() => {}).unsubscribe();
    for (const n of [1, 2]) broker.trySend(a, n);
    const look = vi.spyOn(BoundedBuffer.prototype, 'forEach');
    expect(broker.trySend(a, 3)).toMatchObject({ code: 'MailboxFull' });
    expect(look).not.toHaveBeenCalled();
    look.mockRestore();
  });

  it('finds what is behind one that lives longer than the mailbox lets others, also where that came later (M2, ttl)', () => {
    virtually(({ at, flush }) => {
      const { broker, mailbox } = busy(2, { ttl: 11 });
      broker.trySend(a, 'short', { ttl: 4, priority: 'low' });
      at(4, () => {
        broker.trySend(a, 'long', { ttl: 15 });
        // Looked through now: 'short' goes.
        broker.trySend(a, 'as the mailbox says');
        expect(mailbox.size).toBe(2);
      });
      at(15, () => expect(broker.trySend(a, 'newcomer').ok).toBe(true));
      flush();
      expect(mailbox.size).toBe(2);
    });
  });

  it('finds what expires later than what it found before (M2, ttl)', () => {
    virtually(({ at, flush }) => {
      const { broker, mailbox } = busy(3);
      broker.trySend(a, 'lives');
      for (const ttl of [10, 20]) broker.trySend(a, `lives for ${ttl}`, { ttl });
      for (const ms of [10, 20]) {
        at(ms - 1, () => expect(broker.trySend(a, 'too early').ok).toBe(false));
        at(ms, () => expect(broker.trySend(a, 'newcomer').ok).toBe(true));
      }
      flush();
      expect(mailbox.size).toBe(3);
    });
  });

  it('finds one that has waited for its place behind one that lives longer (M2, ttl)', () => {
    virtually(({ at, flush }) => {
      const { broker, mailbox } = busy(2, { ttl: 10, overflow: 'block' });
      broker.trySend(a, 'long', { ttl: 100 });
      broker.trySend(a, 'short', { ttl: 4 });
      const waits = watchFor(broker.send(a, 'waits', { timeout: Infinity }));
      // 'short' goes, 'waits' gets its place: of its 10 ms it has 6 left.
      at(4, () => broker.trySend(a, 'looks'));
      at(9, () => expect(broker.trySend(a, 'too early').ok).toBe(false));
      at(10, () => expect(broker.trySend(a, 'newcomer').ok).toBe(true));
      flush();
      expect(waits.error).toMatchObject({ code: 'Expired' });
      expect(mailbox.size).toBe(2);
    });
  });

  it('finds what was sent after its clock was set back (M2, ttl)', () => {
    const clock = { at: 5_000 };
    const scheduler = { now: () => clock.at, schedule: () => Subscription.EMPTY };
    const { broker } = setup({ scheduler });
    broker.register(a, Mailbox.bounded<any>(2, { ttl: 100 }));
    broker.trySend(a, 'long', { ttl: 100_000 });
    clock.at = 1_000;
    broker.trySend(a, 'short');
    clock.at = 1_100;
    expect(broker.trySend(a, 'newcomer')).toEqual({ ok: true });
  });

  it('stops looking where whoever is told of the first has ended its actor (M2, R2)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      broker.register(a, Mailbox.bounded<any>(2, { ttl: 10 }));
      broker.deadLetters$.pipe(take(1)).subscribe(() => broker.unregister(a));
      broker.trySend(a, 'own', { ttl: 5 });
      broker.trySend(a, 'as the mailbox says');
      at(10, () => broker.trySend(a, 'newcomer'));
      flush();
      // What is lost because of the first is counted, and makes no letter (rule O4).
      expect(letters.map(({ message, reason }) => [message, reason])).toEqual([
        ['own', 'Expired'],
        ['newcomer', 'ActorNotFound'],
      ]);
      expect(broker.metrics()).toMatchObject({ pending: 0, failedBy: { Expired: 1, ActorNotFound: 2 } });
      expectConserved(broker.metrics());
    });
  });

  it('lets one with a ttl of 0 have its turn if no time has passed, whoever else is busy (R3, ttl)', () => {
    virtually(() => {
      const { broker } = busy(5);
      const seen: unknown[] = [];
      broker.spawn(actorId('idle'), (message) => void seen.push(message), { ttl: 0 });
      broker.spawn(actorId('sender'), (message, context) => void context.trySend(actorId('idle'), message));
      broker.tryBroadcast('broadcast', (id) => id !== 'sender');
      broker.trySend(actorId('sender'), 'sent in a turn');
      broker.broadcastFilter('asked', (id) => id === 'idle', { ttl: 0 }).subscribe();
      expect(seen).toEqual(['broadcast', 'sent in a turn', 'asked']);
    });
  });

  it('finds a ttl of 0 behind a head that lives (M2, ttl)', () => {
    virtually(() => {
      const { broker } = busy(2);
      broker.trySend(a, 'lives');
      broker.trySend(a, 'expires', { ttl: 0 });
      expect(broker.trySend(a, 'newcomer').ok).toBe(true);
    });
  });

  /** A mailbox of five that lets messages wait for 10 ms, all but the first. Nobody receives. */
  function filled() {
    const { broker, letters } = setup();
    const mailbox = Mailbox.bounded<any>(5, { ttl: 10 });
    broker.register(a, mailbox, { topics: ['t', 'both'] });
    broker.spawn(actorId('b'), () => {}, { topics: ['both'] });
    broker.trySend(a, 'lives', { ttl: 100 });
    return { broker, letters, mailbox };
  }

  it.each<[string, (broker: InMemoryMessageBroker, message: string) => void]>([
    ['told', (broker, message) => broker.trySend(a, message)],
    ['told with headers', (broker, message) => broker.trySend(a, message, { headers: { h: '1' } })],
    ['broadcast', (broker, message) => broker.tryBroadcast(message)],
    ['published', (broker, message) => broker.publish('t', message)],
    ['published to two', (broker, message) => broker.publish('both', message)],
  ])('finds what its own ttl has ended behind a head that lives longer: %s (M2, ttl)', (how, send) => {
    virtually(({ at }) => {
      const { broker, letters, mailbox } = filled();
      send(broker, 'old');
      at(5, () => send(broker, 'young'));
      at(6, () => send(broker, 'younger'));
      at(7, () => broker.trySend(a, 'urgent', { priority: 'high' }));
      at(9, () => expect(broker.trySend(a, 'early').ok).toBe(false));
      at(10, () => {
        letters.length = 0;
        expect(broker.trySend(a, 'newcomer').ok).toBe(true);
        expect(letters).toMatchObject([{ reason: 'Expired', message: 'old', target: a, priority: 'normal' }]);
        expect(letters[0]?.topic).toBe({ published: 't', 'published to two': 'both' }[how]);
        expect(mailbox.metrics()).toMatchObject({ size: 5, lost: 2, accepted: 6 });
        const got: unknown[] = [];
        mailbox.receive((message: unknown) => void got.push(message));
        expect(got).toEqual(['urgent', 'lives', 'young', 'younger', 'newcomer']);
        expectConserved(broker.metrics());
      });
    });
  });

  it('leaves nothing of a message that whoever is told of an expired one calls off (S3, ttl)', () => {
    virtually(({ at }) => {
      const { broker, mailbox } = busy(1);
      let leave = (): void => {};
      broker.send(a, 'expires', { ttl: 5 }).subscribe({ error: () => leave() });
      at(5, () => {
        const stop = new Subject<void>();
        leave = () => stop.next();
        broker.send(a, 'called off').pipe(takeUntil(stop)).subscribe();
        expect(mailbox.size).toBe(0);
        expect(broker.metrics()).toMatchObject({ pending: 0, openRequests: 0, failedBy: { Expired: 1, Cancelled: 1 } });
        expectConserved(broker.metrics());
      });
    });
  });

  it('tells who is refused outside of any drain, though it has looked for what has expired (D1, M2)', () => {
    virtually(() => {
      const { broker } = busy(1, { ttl: 10 });
      broker.trySend(a, 'waits');
      const b = actorId<any>('b');
      const got: string[] = [];
      broker.spawn(b, () => void got.push('handled'));
      broker.send(a, 'is refused').subscribe({
        error: () => {
          broker.trySend(b, 0);
          got.push('told');
        },
      });
      expect(got).toEqual(['handled', 'told']);
      expectConserved(broker.metrics());
    });
  });

  it('has the credits that it had, however long it has looked (M3, ttl)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const mailbox = Mailbox.bounded<any>(2);
      broker.register(a, mailbox);
      const open: Delivery[] = [];
      mailbox.deliveries$.subscribe((delivery) => void open.push(delivery));
      const goOn = (): void => open.at(-1)?.reply();
      for (const message of ['runs', 'normal 1']) broker.trySend(a, message);
      broker.trySend(a, 'expires', { ttl: 5 });
      goOn();
      broker.trySend(a, 'low', { priority: 'low' });
      at(10, () => {
        expect(broker.trySend(a, 'normal 2').ok).toBe(true);
        goOn();
        broker.trySend(a, 'normal 3');
        goOn();
        goOn();
        expect(open.map(({ message }) => message as unknown)).toEqual(['runs', 'normal 1', 'normal 2', 'low', 'normal 3']);
      });
    });
  });

  it('tells of them in the order in which they stand (M2, ttl)', () => {
    virtually(({ at }) => {
      const { broker, letters } = filled();
      broker.trySend(a, 1);
      watchFor(broker.send(a, 2, { ttl: 5 }));
      broker.trySend(a, 3);
      watchFor(broker.send(a, 4));
      at(10, () => {
        expect(broker.trySend(a, 'newcomer').ok).toBe(true);
        expect(letters.map(({ message }) => message as unknown)).toEqual([1, 2, 3, 4]);
      });
    });
  });

  it('looks again where one that waited has come in behind it and is too old as well (M2, ttl)', () => {
    virtually(({ at }) => {
      const { broker } = busy(1, { ttl: 10, overflow: 'block' });
      broker.trySend(a, 'first', { priority: 'critical' });
      const waiter = watchFor(broker.sendWithPriority(a, 'waits', 'low'));
      at(10, () => {
        expect(broker.trySend(a, 'newcomer').ok).toBe(true);
        expect(waiter.error).toMatchObject({ code: 'Expired', started: false });
      });
    });
  });

  it('looks again where one that waited has come in and is too old as well (M2, ttl)', () => {
    virtually(({ at }) => {
      const { broker } = busy(2, { overflow: 'block', maxWaiting: Infinity });
      broker.trySend(a, 'lives');
      const old = [1, 2, 3].map((n) => watchFor(broker.send(a, n, { ttl: 5 })));
      at(10, () => {
        expect(broker.trySend(a, 'newcomer').ok).toBe(true);
        expect(old.map(({ error }) => (error as { code: string }).code)).toEqual(['Expired', 'Expired', 'Expired']);
      });
    });
  });

  it('is left alone by the search where someone who is told ends its actor (R2, ttl)', () => {
    virtually(({ at }) => {
      const { broker } = busy(3);
      broker.trySend(a, 'lives');
      const second: unknown[] = [];
      broker.send(a, 1, { ttl: 5 }).subscribe({
        error: () => {
          broker.unregister(a);
        },
      });
      broker.send(a, 2, { ttl: 5 }).subscribe({ error: (error: unknown) => second.push((error as SendError).code) });
      at(10, () => {
        expect(broker.trySend(a, 'newcomer')).toMatchObject({ ok: false, code: 'ActorNotFound' });
        expect(second).toEqual(['ActorNotFound']);
        expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0 });
      });
    });
  });
});
