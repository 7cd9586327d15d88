import { type ActorContext, type InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { type Observable, VirtualTimeScheduler, map, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { clockAt, setupStill as setup, virtually, watchFor } from './setup';

const [a, b, nobody] = [actorId<any>('a'), actorId<any>('b'), actorId<any>('nobody')];

describe('the time of a broker', () => {
  it('comes from its scheduler (D5)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker, letters } = setup({ scheduler });
    broker.register(a, Mailbox.bounded(1));
    const seen = watchFor(broker.send(a, 0, { timeout: 70 }));
    scheduler.flush();
    expect(scheduler.now()).toBe(70);
    expect(seen.error).toMatchObject({ code: 'Timeout' });
    expect(letters).toMatchObject([{ at: 70 }]);
  });

  it('decides everything in virtual time: nothing inside waits for a microtask (D5)', () => {
    virtually(({ at, flush }) => {
      const { broker } = setup();
      broker.spawn(b, (n: number) => timer(10).pipe(map(() => n * 2)));
      broker.spawn(a, (n, context) => context.send(b, n));
      const seen = watchFor(broker.send(a, 1));
      at(9, () => expect(seen.values).toEqual([]));
      at(10, () => expect(seen).toMatchObject({ values: [2], completed: true }));
      flush();
    });
  });

  const WAYS: readonly [string, (broker: InMemoryMessageBroker) => unknown][] = [
    ['told', (broker) => broker.trySend(a, 0)],
    ['told with headers', (broker) => broker.trySend(a, 0, { headers: { h: '1' } })],
    ['asked', (broker) => broker.send(a, 0).subscribe()],
    ['asked with a ttl', (broker) => broker.send(a, 0, { ttl: 5 }).subscribe()],
    ['routed', (broker) => broker.sendWithRouting({ topic: 't' }, 0).subscribe()],
    ['broadcast', (broker) => broker.tryBroadcast(0)],
    ['broadcast, and asked', (broker) => broker.broadcast(0).subscribe()],
    ['published', (broker) => broker.publish('t', 0)],
  ];

  it.each(WAYS)('is that of the call for `sentAt`, to an idle actor and in a queue: %s (D5)', (_, send) => {
    virtually(({ at }) => {
      const { broker } = setup();
      const sentAt: number[] = [];
      const note = (_message: unknown, { envelope }: ActorContext): void => void sentAt.push(envelope.sentAt);
      const mailbox = Mailbox.bounded<any>(5);
      broker.register(a, mailbox, { topics: ['t'] });
      const seat = mailbox.receive(note);
      at(30, () => send(broker));
      at(31, () => seat.unsubscribe());
      at(40, () => send(broker));
      at(42, () => {
        mailbox.receive(note);
        expect(sentAt).toEqual([30, 40]);
      });
    });
  });

  it.each(WAYS)('is that of the call for `sentAt`, though it is first read while the reply is awaited: %s (D5)', (_, send) => {
    virtually(({ at }) => {
      const { broker } = setup();
      const sentAt: number[] = [];
      broker.spawn(a, (_message, context): Observable<unknown> => timer(3).pipe(map(() => sentAt.push(context.envelope.sentAt))), { topics: ['t'] });
      at(30, () => send(broker));
      at(50, () => expect(sentAt).toEqual([30]));
    });
  });

  it('is read once for an outermost call and for each turn, at its first use (D5)', () => {
    const { clock, scheduler } = clockAt(10);
    const { broker, letters } = setup({ scheduler });
    for (let i = 0; i < 10; i++) broker.register(actorId(`full ${i}`), Mailbox.bounded(1));
    broker.tryBroadcast('fills them');
    clock.readings = 0;
    broker.tryBroadcast('is refused by all');
    expect(letters.map(({ at }) => at)).toEqual(Array.from({ length: 10 }, () => 10));
    expect(clock.readings).toBe(1);
    const sentAt: number[] = [];
    broker.spawn(b, (_message, { envelope }) => void sentAt.push(envelope.sentAt));
    broker.spawn(a, () => {
      broker.trySend(b, 0);
      clock.at = 20;
      broker.trySend(b, 0);
    });
    broker.trySend(a, 0);
    expect(sentAt).toEqual([10, 10]);
  });

  it('is read anew for what is told after a handler has returned (D5)', () => {
    const { clock, scheduler } = clockAt(10);
    const { broker } = setup({ scheduler });
    const events: unknown[] = [];
    broker.spawn(a, () => {
      broker.trySend(nobody, 0);
      clock.at = 15;
    });
    broker.events$.subscribe((event) => 'target' in event && events.push([event.kind, event.target, event.at]));
    broker.trySend(a, 0);
    expect(events).toEqual([['sent', a, 10], ['sent', nobody, 10], ['failed', nobody, 10], ['delivered', a, 15], ['settled', a, 15]]);
  });

  it.each([
    ['told', (broker: InMemoryMessageBroker): unknown => broker.tryBroadcast(0)],
    ['asked', (broker: InMemoryMessageBroker): unknown => broker.broadcast(0).subscribe()],
  ])('is one for all targets of a broadcast, and anew for what each of them does: %s (D5)', (_, send) => {
    const { clock, scheduler } = clockAt(100);
    const { broker } = setup({ scheduler });
    const seen: number[] = [];
    const actor = (_message: unknown, { envelope }: ActorContext): void => {
      seen.push(envelope.sentAt);
      clock.at += 5;
    };
    for (const id of [a, b, nobody]) broker.spawn(id, actor);
    send(broker);
    expect(seen).toEqual([100, 100, 100]);
    send(broker);
    expect(seen.slice(3)).toEqual([115, 115, 115]);
  });

  it('is read anew for each turn of a drain, and for each call (D5)', () => {
    const { clock, scheduler } = clockAt(0);
    const { broker, letters } = setup({ scheduler });
    broker.spawn(a, (n: number) => {
      clock.at++;
      broker.trySend(nobody, n);
      if (n > 0) broker.trySend(a, n - 1);
    });
    broker.trySend(a, 2);
    for (clock.at of [10, 20]) broker.trySend(nobody, 0);
    expect(letters.map(({ at }) => at)).toEqual([1, 2, 3, 10, 20]);
  });

  it('is not read for a message to an idle actor, if nobody reads its time, nor after its readers have left (D5, O1)', () => {
    const { clock, scheduler } = clockAt(0);
    const { broker } = setup({ scheduler });
    const readingsOfAll = (): number => {
      clock.readings = 0;
      for (const id of [a, b]) {
        broker.trySend(id, 0);
        broker.send(id, 0).subscribe();
      }
      broker.tryBroadcast(0);
      return clock.readings;
    };
    broker.spawn(a, () => 'reply');
    broker.spawn(b, () => ({ reply: 'an object' }));
    expect(readingsOfAll()).toBe(0);
    const observers = [1, 2].map(() => broker.events$.subscribe());
    expect(readingsOfAll()).toBeGreaterThan(0);
    for (const observer of observers) observer.unsubscribe();
    expect(readingsOfAll()).toBe(0);
  });

  it('is the last one that was read where its clock throws, which is logged (D5, D6)', () => {
    const { clock, scheduler } = clockAt(10);
    const logged: unknown[] = [];
    const broken = { ...scheduler, now: () => (clock.at > 10 ? throwNow() : scheduler.now()) };
    const throwNow = (): never => {
      throw new Error('no time');
    };
    const { broker, letters } = setup({ scheduler: broken, logger: (...line) => void logged.push(line) });
    for (clock.at of [10, 20]) broker.trySend(nobody, 0);
    expect(letters.map(({ at }) => at)).toEqual([10, 10]);
    expect(logged).toContainEqual([expect.stringContaining('the scheduler threw'), new Error('no time')]);
  });
});
