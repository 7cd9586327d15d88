import { DeadLetterQueue, type Delivery, type InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { VirtualTimeScheduler, asapScheduler, asyncScheduler, of, queueScheduler } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { macrotask, setupStill as setup, virtually, watchFor } from './setup';

const [a, b, c] = [actorId<any>('a'), actorId<any>('b'), actorId<any>('c')];

describe('a message from outside to an idle actor', () => {
  it.each<[string, (broker: InMemoryMessageBroker) => unknown]>([
    ['trySend', (broker) => broker.trySend(a, 0)],
    ['send', (broker) => broker.send(a, 0).subscribe()],
    ['tryBroadcast', (broker) => broker.tryBroadcast(0)],
    ['broadcast', (broker) => broker.broadcast(0).subscribe()],
    ['publish', (broker) => broker.publish('t', 0)],
  ])('has been handled when %s returns, observed or not (D1)', (_, send) => {
    const { broker } = setup();
    let handled = 0;
    broker.spawn(a, () => void handled++, { topics: ['t'] });
    send(broker);
    expect(handled).toBe(1);
    broker.events$.subscribe();
    send(broker);
    expect(handled).toBe(2);
  });

  it('is handled before the call returns, also what its turn sends, and what an observer sends (D1)', () => {
    const { broker } = setup();
    const got: string[] = [];
    broker.spawn(a, (text: string) => void (got.push(`a ${text}`), broker.trySend(b, text)));
    broker.spawn(b, (text: string) => void got.push(`b ${text}`));
    broker.spawn(c, (text: string) => void got.push(`c ${text}`));
    broker.send(a, 'asked').subscribe(() => broker.trySend(c, 'from its caller'));
    expect(got).toEqual(['a asked', 'b asked', 'c from its caller']);
  });
});

describe('a turn', () => {
  it('runs to its end before any other handler does: what it sends is queued (D2)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(a, () => {
      steps.push('a begins');
      broker.trySend(b, 0);
      broker.send(b, 1).subscribe();
      broker.tryBroadcast(2, (id) => id === b);
      broker.publish('t', 3);
      steps.push('a ends');
    });
    broker.spawn(b, (n) => void steps.push(`b ${String(n)}`), { topics: ['t'] });
    broker.trySend(a, 0);
    expect(steps).toEqual(['a begins', 'a ends', 'b 0', 'b 1', 'b 2', 'b 3']);
  });

  it('that settles another one runs to its end before that goes on (D2)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    const mailbox = Mailbox.bounded<string>(5);
    broker.register(b, mailbox);
    const out: Delivery<string>[] = [];
    mailbox.deliveries$.subscribe((delivery) => {
      steps.push(`b ${delivery.message}`);
      out.push(delivery);
    });
    broker.spawn(c, (text: string) => void steps.push(`c ${text}`));
    broker.spawn(a, () => {
      out[0]?.complete();
      broker.trySend(c, 'after');
      steps.push('a ends');
    });
    for (const text of ['first', 'second']) broker.trySend(b, text);
    broker.trySend(a, 0);
    expect(steps).toEqual(['b first', 'a ends', 'b second', 'c after']);
  });

  it('of one broker may run inside a turn of another (D2)', () => {
    const [{ broker }, { broker: second }] = [setup(), setup()];
    const steps: string[] = [];
    broker.spawn(a, () => {
      second.trySend(b, 0);
      steps.push('a ends');
    });
    second.spawn(b, () => void steps.push('b'));
    broker.trySend(a, 0);
    expect(steps).toEqual(['b', 'a ends']);
  });
});

describe('an observer', () => {
  it.each<[string, (broker: InMemoryMessageBroker, told: () => void) => void]>([
    ['a caller', (broker, told) => void broker.send(a, 0).subscribe(told)],
    ['a caller, at its completion', (broker, told) => void broker.send(a, 0).subscribe({ complete: told })],
    ['the caller of a stream', (broker, told) => void broker.send(a, 'stream').subscribe(told)],
    ['events$', (broker, told) => (broker.events$.subscribe(({ kind }) => kind === 'settled' && told()), void broker.trySend(a, 0))],
    ['a topic', (broker, told) => (broker.topic$('t').subscribe(told), void broker.publish('t', 0))],
    ['a topic that retains, at its subscription', (broker, told) => (broker.publish('t', 0, { retain: true }), void broker.topic$('t').subscribe(told))],
    ['broadcasts$', (broker, told) => (broker.broadcasts$.subscribe(told), void broker.tryBroadcast(0, () => false))],
    ['the pressure of a mailbox, at its subscription', (broker, told) => {
      const mailbox = Mailbox.bounded(1);
      broker.register(actorId('mailbox'), mailbox);
      mailbox.pressure$.subscribe(told);
    }],
    ['the end of an absent actor, at its subscription', (broker, told) => void broker.watch(actorId('nobody')).subscribe(told)],
  ])('has returned before the message that it sends is handled: %s (D2)', (_, observe) => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(a, (text) => (text === 'stream' ? of('x') : undefined));
    broker.spawn(b, () => void steps.push('b'));
    let isFirst = true;
    observe(broker, () => {
      if (!isFirst) return;
      isFirst = false;
      expect(broker.trySend(b, 0).ok).toBe(true);
      steps.push('observer returns');
    });
    expect(steps).toEqual(['observer returns', 'b']);
  });

  it('of one stream sees the same order as its other observers, though one of them publishes (D2)', () => {
    const { broker } = setup();
    const [first, second]: [number[], number[]] = [[], []];
    broker.topic$('n').subscribe((n) => {
      first.push(n as number);
      if ((n as number) < 3) broker.publish('n', (n as number) + 1);
    });
    broker.topic$('n').subscribe((n) => second.push(n as number));
    broker.publish('n', 1);
    expect([first, second]).toEqual([[1, 2, 3], [1, 2, 3]]);
  });

  it('of another stream sees the same order (D2)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.topic$('x').subscribe((message) => {
      broker.tryBroadcast(`broadcast after ${String(message)}`);
      steps.push(`x1 ${String(message)}`);
    });
    broker.topic$('x').subscribe((message) => steps.push(`x2 ${String(message)}`));
    broker.broadcasts$.subscribe((message) => steps.push(message as string));
    broker.publish('x', 1);
    expect(steps).toEqual(['x1 1', 'x2 1', 'broadcast after 1']);
  });
});

describe('a million', () => {
  it('sends from actor to actor drain in a flat loop (M7)', () => {
    const { broker } = setup();
    let hops = 0;
    for (const [self, next] of [[a, b], [b, a]] as const) {
      broker.spawn(self, (left: number) => {
        hops++;
        if (left > 0) broker.trySend(next, left - 1);
      });
    }
    broker.trySend(a, 999_999);
    expect(hops).toBe(1_000_000);
  });

  it('queued messages drain in order (M7, M3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.unbounded<number>();
    broker.register(a, mailbox);
    for (let i = 0; i < 1_000_000; i++) broker.trySend(a, i);
    let expected = 0;
    let inOrder = true;
    mailbox.receive((n) => {
      inOrder &&= n === expected++;
    });
    expect([expected, inOrder]).toEqual([1_000_000, true]);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 1_000_000, pending: 0 });
  });

  it('asks (a third of them), each made by the reply to the one before, go in a flat loop (M7)', () => {
    const { broker } = setup();
    let count = 0;
    broker.spawn(a, () => ++count);
    const ask = (): void => void broker.send(a, 0).subscribe((value) => (value as number) < 333_333 && ask());
    ask();
    expect(count).toBe(333_333);
  });
});

describe('a dispatcher', () => {
  it('is where a broker drains, or one mailbox (D3)', () => {
    const dispatcher = new VirtualTimeScheduler();
    const { broker } = setup({ dispatcher });
    const { broker: second } = setup();
    const steps: string[] = [];
    broker.spawn(a, (n) => void steps.push(`a ${String(n)}`));
    second.spawn(a, (n) => void steps.push(`second a ${String(n)}`), { dispatcher });
    second.spawn(b, (n) => void steps.push(`second b ${String(n)}`));
    for (const n of [1, 2]) broker.trySend(a, n);
    second.trySend(a, 3);
    second.trySend(b, 4);
    expect(steps.splice(0)).toEqual(['second b 4']);
    dispatcher.flush();
    expect(steps).toEqual(['a 1', 'a 2', 'second a 3']);
  });

  it('is where a mailbox without a broker drains (D3)', () => {
    const dispatcher = new VirtualTimeScheduler();
    const mailbox = Mailbox.bounded<number>(5, { dispatcher });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    mailbox.next(1);
    expect([got, mailbox.size]).toEqual([[], 1]);
    dispatcher.flush();
    expect(got).toEqual([1]);
  });

  it.each([['asapScheduler', asapScheduler], ['asyncScheduler', asyncScheduler], ['queueScheduler', queueScheduler]])('may be %s (D3)', async (_, dispatcher) => {
    const { broker } = setup({ dispatcher });
    const got: unknown[] = [];
    broker.spawn(a, (n) => {
      if (n === 1) broker.trySend(a, 2);
      got.push(n);
    });
    broker.trySend(a, 1);
    const seen = watchFor(broker.send(a, 3));
    while (!seen.completed) await macrotask();
    expect(got).toEqual(dispatcher === queueScheduler ? [1, 2, 3] : [1, 3, 2]);
  });

  it.each([['a broker', true], ['two actors', false]])('is asked once for all waiting messages, again for later ones, and not by a closed broker: that of %s (D3, §7)', async (_, isBroker) => {
    const dispatcher = new VirtualTimeScheduler();
    const schedule = vi.spyOn(dispatcher, 'schedule');
    const { broker } = setup(isBroker ? { dispatcher } : {});
    const got: unknown[] = [];
    for (const id of [a, b]) broker.spawn(id, (n) => void got.push(n), isBroker ? {} : { dispatcher });
    for (const round of [1, 2]) {
      for (const n of [1, 2, 3]) for (const id of [a, b]) broker.trySend(id, n);
      expect(dispatcher.actions).toHaveLength(1);
      dispatcher.flush();
      expect(got).toHaveLength(6 * round);
      expect(schedule).toHaveBeenCalledTimes(round);
    }
    broker.trySend(a, 4);
    await broker.close({ drain: false });
    broker.withDeadLetterQueue(new DeadLetterQueue());
    broker.trySend(a, 5);
    expect(dispatcher.actions.filter(({ closed }) => !closed)).toEqual([]);
  });

  it('runs its actors in the order in which they became ready, whether they name it or their broker does (D3, D4)', () => {
    const dispatcher = new VirtualTimeScheduler();
    const { broker } = setup({ dispatcher });
    const order: string[] = [];
    for (const id of [a, b, c]) broker.spawn(id, () => void order.push(id), id === b ? {} : { dispatcher });
    for (const id of [a, b, c]) broker.trySend(id, 0);
    dispatcher.flush();
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it.each(['idle', 'busy'])('of the broker that an actor goes to in the middle of its visit is where it goes on: it was %s (D3, M6)', (how) => {
    const dispatcher = new VirtualTimeScheduler();
    const [{ broker: first }, { broker: second }] = [setup(), setup({ dispatcher })];
    const mailbox = Mailbox.bounded<string>(5);
    const got: string[] = [];
    first.register(a, mailbox);
    if (how === 'busy') for (const message of ['moves', 'is lost']) first.trySend(a, message);
    first.watch(a).subscribe(() => {
      second.register(a, mailbox);
      second.trySend(a, 'waits');
    });
    mailbox.receive((message) => {
      got.push(message);
      if (message === 'moves') first.unregister(a);
    });
    if (how === 'idle') first.trySend(a, 'moves');
    expect(got).toEqual(['moves']);
    dispatcher.flush();
    expect(got).toEqual(['moves', 'waits']);
  });

  it('of one mailbox leaves the others alone, also where it calls in the middle of a broadcast (D3)', () => {
    const dispatcher = new VirtualTimeScheduler();
    const { broker } = setup({ dispatcher });
    const steps: string[] = [];
    broker.spawn(a, () => void steps.push('a'));
    broker.spawn(b, () => void steps.push('b'), { dispatcher: queueScheduler });
    broker.tryBroadcast(0);
    expect(steps).toEqual(['b']);
    dispatcher.flush();
    expect(steps).toEqual(['b', 'a']);
  });

  it('that calls at once, or during a turn, nests no handler (D2, D3)', () => {
    const dispatcher = new VirtualTimeScheduler();
    const { broker } = setup({ dispatcher: queueScheduler });
    const steps: string[] = [];
    broker.spawn(a, () => {
      broker.trySend(b, 0);
      dispatcher.flush();
      steps.push('a ends');
    });
    broker.spawn(b, () => void steps.push('b'));
    broker.spawn(c, () => void steps.push('c'), { dispatcher });
    broker.trySend(c, 0);
    broker.trySend(a, 0);
    expect(steps[0]).toBe('a ends');
    expect(steps.slice(1).sort()).toEqual(['b', 'c']);
  });

  it('that throws is logged, and a macrotask drains instead (D3, D6)', async () => {
    const failure = new Error('no frames here');
    const lines: unknown[][] = [];
    const { broker } = setup({ logger: (...line: unknown[]) => void lines.push(line) });
    const got: number[] = [];
    broker.spawn(a, (n: number) => void got.push(n), { dispatcher: { now: () => 0, schedule: () => { throw failure; } } });
    expect(broker.trySend(a, 1).ok).toBe(true);
    expect(got).toEqual([]);
    expect(lines).toEqual([[expect.stringContaining('the dispatcher'), failure]]);
    while (got.length < 1) await macrotask();
    expect(got).toEqual([1]);
  });

  it('of RxJS runs in virtual time, as its timers do (D3, D5)', () => {
    virtually(({ at, flush }) => {
      const { broker } = setup({ dispatcher: asyncScheduler });
      const got: unknown[] = [];
      broker.spawn(a, (n) => void got.push(n));
      at(5, () => {
        broker.trySend(a, 1);
        expect(got).toEqual([]);
      });
      at(6, () => expect(got).toEqual([1]));
      flush();
    });
  });
});
