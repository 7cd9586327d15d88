import { type InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { Subscription, VirtualTimeScheduler, asapScheduler, asyncScheduler, queueScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, virtually, watchFor } from './setup';

const a = actorId<any>('a');
const b = actorId<any>('b');

describe('dispatch', () => {
  it('has handled a message to an idle actor when trySend returns (D1)', () => {
    const { broker } = setup();
    let handled = false;
    broker.spawn(a, () => void (handled = true));
    broker.trySend(a, 0);
    expect(handled).toBe(true);
  });

  it('never runs a handler inside a handler: what a turn sends runs when its stack has returned (D2)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(a, () => {
      steps.push('a begins');
      broker.trySend(b, 0);
      broker.send(b, 0).subscribe();
      broker.tryBroadcast('all', (id) => id === b);
      steps.push('a ends');
    });
    broker.spawn(b, (message) => void steps.push(`b ${message}`));
    broker.trySend(a, 0);
    expect(steps).toEqual(['a begins', 'a ends', 'b 0', 'b 0', 'b all']);
  });

  it('runs what an observer of a reply sends when everyone has seen the reply (D2)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(a, () => 'reply');
    broker.spawn(b, () => void steps.push('b'));
    broker.send(a, 0).subscribe({
      next: () => {
        broker.trySend(b, 0);
        steps.push('next');
      },
      complete: () => steps.push('complete'),
    });
    expect(steps).toEqual(['next', 'complete', 'b']);
  });

  it('shows all observers of a stream one order, also when one publishes from inside (D2)', () => {
    const { broker } = setup();
    const first: number[] = [];
    const second: number[] = [];
    broker.topic$('n').subscribe((n) => {
      first.push(n as number);
      if ((n as number) < 3) broker.publish('n', (n as number) + 1);
    });
    broker.topic$('n').subscribe((n) => second.push(n as number));
    broker.publish('n', 1);
    expect(first).toEqual([1, 2, 3]);
    expect(second).toEqual([1, 2, 3]);
  });

  it('keeps one order across streams, too (D2)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.topic$('x').subscribe((message) => {
      broker.tryBroadcast(`broadcast after ${message}`);
      steps.push(`x1 ${message}`);
    });
    broker.topic$('x').subscribe((message) => steps.push(`x2 ${message}`));
    broker.broadcasts$.subscribe((message) => steps.push(message as string));
    broker.publish('x', 1);
    expect(steps).toEqual(['x1 1', 'x2 1', 'broadcast after 1']);
  });

  it('drains a chain of a million sends in a flat loop (M7)', () => {
    const { broker } = setup();
    let hops = 0;
    broker.spawn(a, (left: number) => {
      hops++;
      if (left > 0) broker.trySend(b, left - 1);
    });
    broker.spawn(b, (left: number) => {
      hops++;
      if (left > 0) broker.trySend(a, left - 1);
    });
    // Virtual time stands still in a drain, so it never gives way (D4).
    virtually(() => broker.trySend(a, 999_999));
    expect(hops).toBe(1_000_000);
  });

  it('goes on flat where each reply makes the next ask (M7)', () => {
    virtually(() => {
      const { broker } = setup();
      let count = 0;
      broker.spawn(a, () => ++count);
      const ask = (): void => {
        broker.send(a, 0).subscribe((value) => {
          if ((value as number) < 300_000) ask();
        });
      };
      ask();
      expect(count).toBe(300_000);
    });
  });

  it('drains a backlog of a million in order (M7)', () => {
    virtually(() => {
      const { broker } = setup();
      const mailbox = Mailbox.unbounded<number>();
      broker.register(a, mailbox);
      for (let i = 0; i < 1_000_000; i++) broker.trySend(a, i);
      let expected = 0;
      let inOrder = true;
      mailbox.receive((n) => {
        inOrder &&= n === expected++;
      });
      expect(expected).toBe(1_000_000);
      expect(inOrder).toBe(true);
      expect(broker.metrics()).toMatchObject({ totalSucceeded: 1_000_000, pending: 0 });
    });
  });

  it('gives ready actors turns, at most 64 messages a visit (D4)', () => {
    // No time passes, or a slow machine would make the drain give way.
    const { broker } = setup({ scheduler: new VirtualTimeScheduler() });
    const order: string[] = [];
    const kick = actorId<any>('kick');
    for (const id of [a, b]) broker.spawn(id, () => void order.push(id));
    broker.spawn(kick, () => {
      for (let i = 0; i < 100; i++) broker.trySend(a, i);
      for (let i = 0; i < 10; i++) broker.trySend(b, i);
    });
    broker.trySend(kick, 0);
    expect(order.slice(0, 64).every((id) => id === 'a')).toBe(true);
    expect(order.slice(64, 74).every((id) => id === 'b')).toBe(true);
    expect(order.slice(74)).toHaveLength(36);
  });

  it('reads the clock every 32 messages, and past 5 ms goes on in a macrotask (D4)', async () => {
    let readings = 0;
    // One millisecond passes with every reading.
    const scheduler = { now: () => readings++, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const { broker } = setup({ scheduler });
    const mailbox = Mailbox.unbounded<number>();
    broker.register(a, mailbox);
    for (let i = 0; i < 1_000; i++) broker.trySend(a, i);
    readings = 0;
    let handled = 0;
    mailbox.receive(() => void handled++);
    // Reading 0 is its start, 1 to 5 are within its time; the sixth after it, before the 192nd message, is past it.
    expect(handled).toBe(32 * 6 - 1);
    const idle = actorId<any>('idle');
    broker.spawn(idle, () => 'at once');
    // A stretch from outside has one more slice: else a loop of sends would only fill mailboxes after a long pause of the machine.
    const slices = handled;
    expect(slices).toBeGreaterThan(32 * 6);
    expect(slices).toBeLessThanOrEqual(2 * 32 * 6);
    expect(watchFor(broker.send(idle, 0)).values).toEqual(['at once']);
    expect(handled).toBe(slices);
    for (let macrotasks = 0; handled < 1_000; macrotasks++) {
      expect(macrotasks).toBeLessThan(20);
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(broker.metrics()).toMatchObject({ pending: 0 });
  });

  it('lets timers run while two actors ping-pong for ever (D4)', async () => {
    const { broker } = setup();
    let isOver = false;
    broker.spawn(a, () => void (isOver || broker.trySend(b, 0)));
    broker.spawn(b, () => void (isOver || broker.trySend(a, 0)));
    broker.trySend(a, 0);
    await new Promise((resolve) => setTimeout(resolve, 1));
    isOver = true;
    await broker.close();
    expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0 });
  });

  it('moves draining to a scheduler, for the broker or one mailbox (D3)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ dispatcher: scheduler });
    const steps: string[] = [];
    broker.spawn(a, (message) => void steps.push(`a${message}`));
    const other = setup().broker;
    other.spawn(a, (message) => void steps.push(`other ${message}`), { dispatcher: scheduler });
    other.spawn(b, (message) => void steps.push(`at once ${message}`));
    broker.trySend(a, 1);
    broker.trySend(a, 2);
    other.trySend(a, 3);
    other.trySend(b, 4);
    expect(steps).toEqual(['at once 4']);
    scheduler.flush();
    expect(steps).toEqual(['at once 4', 'a1', 'a2', 'other 3']);
  });

  it.each([
    ['asapScheduler', asapScheduler],
    ['asyncScheduler', asyncScheduler],
  ])('drains on %s (D3)', (_name, dispatcher) => {
    virtually(({ flush }) => {
      const { broker } = setup({ dispatcher });
      const got: unknown[] = [];
      broker.spawn(a, (message) => {
        got.push(message);
        if (message === 1) broker.trySend(a, 2);
      });
      broker.trySend(a, 1);
      const seen = watchFor(broker.send(a, 3));
      expect(got).toEqual([]);
      flush();
      expect(got).toEqual([1, 3, 2]);
      expect(seen.completed).toBe(true);
    });
  });

  it.each<[string, (broker: InMemoryMessageBroker) => unknown]>([
    ['broadcast', (broker) => broker.tryBroadcast(1)],
    ['broadcast with results', (broker) => broker.broadcast(1).subscribe()],
    ['publication', (broker) => broker.publish('t', 1)],
  ])('leaves to a scheduler what is lined up there, also where another gives its time in the middle of a %s (D3)', (_, cast) => {
    const dispatcher = new VirtualTimeScheduler();
    const { broker } = setup({ dispatcher });
    const steps: string[] = [];
    broker.spawn(a, () => void steps.push('a'), { topics: ['t'] });
    broker.spawn(b, () => void steps.push('b'), { topics: ['t'], dispatcher: queueScheduler });
    cast(broker);
    expect(steps).toEqual(['b']);
    dispatcher.flush();
    expect(steps).toEqual(['b', 'a']);
  });

  it('lets timers run where a scheduler gives its time at once, message by message (D3, D4)', async () => {
    const dispatcher = {
      now: () => Date.now(),
      schedule(this: void, work: (this: any, state?: any) => void) {
        work.call(undefined);
        return Subscription.EMPTY;
      },
    };
    const { broker } = setup({ dispatcher });
    let isOver = false;
    let hops = 0;
    for (const [self, other] of [[a, b], [b, a]] as const) broker.spawn(self, () => void (isOver || ++hops === 20_000_000 || broker.trySend(other, 0)));
    const timer = new Promise((resolve) => setTimeout(resolve, 1));
    broker.trySend(a, 0);
    await timer;
    isOver = true;
    expect(hops).toBeLessThan(20_000_000);
    await broker.close();
  });

  it('nests nothing on a scheduler that runs its work at once (D2, D3)', () => {
    const { broker } = setup({ dispatcher: queueScheduler });
    const steps: string[] = [];
    broker.spawn(a, () => {
      steps.push('a begins');
      broker.trySend(b, 0);
      steps.push('a ends');
    });
    broker.spawn(b, () => void steps.push('b'));
    broker.trySend(a, 0);
    expect(steps).toEqual(['a begins', 'a ends', 'b']);
    const mixed = setup().broker;
    mixed.spawn(a, () => {
      steps.push('mixed a begins');
      mixed.trySend(b, 0);
      steps.push('mixed a ends');
    });
    mixed.spawn(b, () => void steps.push('mixed b'), { dispatcher: queueScheduler });
    mixed.trySend(a, 0);
    expect(steps.slice(3)).toEqual(['mixed a begins', 'mixed a ends', 'mixed b']);
  });

  it('takes its time from the scheduler (D5)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker, letters } = setup({ scheduler });
    broker.register(a, Mailbox.bounded(1));
    const seen = watchFor(broker.send(a, 0, { timeout: 70 }));
    scheduler.flush();
    expect(scheduler.now()).toBe(70);
    expect(seen.error).toMatchObject({ code: 'Timeout' });
    expect(letters).toMatchObject([{ at: 70 }]);
  });

  it('survives a clock that is set back: what was waited for stays waited for', () => {
    let now = 1_000_000;
    let wake: (() => void) | undefined;
    const scheduler: any = {
      now: () => now,
      schedule: (work: () => void) => {
        wake = work;
        return { unsubscribe: () => {} };
      },
    };
    const { broker } = setup({ scheduler });
    broker.register(a, Mailbox.bounded(1));
    const seen = watchFor(broker.send(a, 0, { timeout: 100 }));
    now -= 500_000;
    wake?.();
    now += 49;
    wake?.();
    expect(seen.errored).toBe(false);
    now += 2;
    wake?.();
    expect(seen.error).toMatchObject({ code: 'Timeout' });
  });
});
