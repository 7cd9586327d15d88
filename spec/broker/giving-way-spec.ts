import { type InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { type SchedulerLike, asapScheduler, queueScheduler, timer } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clockAt, macrotask, setup, setupStill, virtually, watchFor } from './setup';

const [a, b, c, d] = [actorId<any>('a'), actorId<any>('b'), actorId<any>('c'), actorId<any>('d')];

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Two actors that play ping-pong until `left` hops are over. Each hop takes a millisecond of the broker's clock. */
function playing(left: number) {
  const { clock, scheduler } = clockAt(0);
  const { broker } = setup({ scheduler });
  const game = { left, hops: 0 };
  for (const [self, next] of [[a, b], [b, a]] as const) {
    broker.spawn(self, () => {
      clock.at++;
      game.hops++;
      if (--game.left > 0) broker.trySend(next, 0);
    });
  }
  const over = async (): Promise<void> => {
    while (game.left > 0) await macrotask();
  };
  return { broker, clock, game, over };
}

describe('ready actors', () => {
  it('take turns, at most 64 messages a visit, in the order in which they became ready (D4)', () => {
    const { broker } = setupStill();
    const order: string[] = [];
    for (const id of [a, b]) broker.spawn(id, () => void order.push(id));
    broker.spawn(c, () => {
      for (let i = 0; i < 100; i++) broker.trySend(a, i);
      for (let i = 0; i < 10; i++) broker.trySend(b, i);
    });
    broker.trySend(c, 0);
    const runs = order.join('').match(/a+|b+/g)!.map(({ length }) => length);
    expect(runs).toEqual([64, 10, 36]);
  });

  it.each([99, 50])('that send to themselves are visited for 64 messages, too, with the one on the direct path: another is ready at %i (D4)', (ready) => {
    const { broker } = setupStill();
    const order: string[] = [];
    for (const id of [a, b]) {
      broker.spawn(id, (left: number) => {
        order.push(id);
        if (left === ready && id === a) broker.trySend(b, 99);
        if (left > 0) broker.trySend(id, left - 1);
      });
    }
    broker.trySend(a, 99);
    const runs = order.join('').match(/a+|b+/g)!.map(({ length }) => length);
    expect(runs).toEqual([64, 64, 36, 36]);
  });

  it('that their callers ask again are visited for 64 messages, too (D4)', () => {
    const { broker } = setupStill();
    const order: string[] = [];
    const ask = (id: typeof a, left: number): void => {
      broker.send(id, left).subscribe(() => left > 0 && ask(id, left - 1));
    };
    for (const id of [a, b]) {
      broker.spawn(id, (left) => {
        order.push(id);
        if (left === 50 && id === a) ask(b, 99);
      });
    }
    broker.spawn(c, () => ask(a, 99));
    broker.trySend(c, 0);
    expect(order.join('').match(/a+|b+/g)!.map(({ length }) => length)).toEqual([64, 64, 36, 36]);
  });

  it('have their visit to its end, also where they unregister another one (D4, R2)', () => {
    const { broker } = setupStill();
    const got: unknown[] = [];
    broker.spawn(b, () => {});
    broker.spawn(a, (n: number) => {
      got.push(n);
      if (n === 1) broker.unregister(b);
    });
    broker.spawn(c, () => [1, 2, 3].forEach((n) => broker.trySend(a, n)));
    broker.trySend(c, 0);
    expect(got).toEqual([1, 2, 3]);
  });
});

describe('an actor that got a message from outside while the drain has given way', () => {
  it('has one place in line, and no more visits than others (D1, D4)', async () => {
    const { clock, scheduler } = clockAt(0);
    const { broker } = setup({ scheduler });
    const mailbox = Mailbox.bounded<any>(1_000);
    let order = '';
    mailbox.receive((message) => {
      order += 'a';
      if (message === 'from outside') for (let n = 0; n < 200; n++) broker.trySend(a, n);
    });
    broker.register(a, mailbox);
    broker.spawn(b, (message) => {
      order += 'b';
      if (message === 'slow') clock.at += 10;
    });
    broker.spawn(c, () => {
      broker.trySend(b, 'slow');
      for (let n = 0; n < 200; n++) broker.trySend(b, n);
      broker.trySend(a, 'cleared');
    });
    broker.trySend(c, 0);
    expect([mailbox.size, mailbox.clear()]).toEqual([1, 1]);
    order = '';
    broker.trySend(a, 'from outside');
    expect(order).toBe('a');
    while (broker.metrics().pending > 0) await macrotask();
    expect(order.slice(1).match(/a+|b+/g)!.map(({ length }) => length)).toEqual([64, 64, 64, 64, 64, 64, 8, 8]);
  });
});

describe('a drain', () => {
  it('that gives way before a mailbox has asked its own scheduler tells the logger nothing, and that mailbox runs (D3, D4)', async () => {
    const { clock, scheduler } = clockAt(0);
    const lines: unknown[] = [];
    const log = (...line: unknown[]): void => void lines.push(line);
    const { broker } = setup({ scheduler, logger: { warn: log, error: log } });
    const got: unknown[] = [];
    broker.spawn(b, (message) => void got.push(message), { dispatcher: asapScheduler });
    broker.spawn(a, (left: number) => {
      clock.at += 10;
      broker.trySend(b, left);
      if (left > 0) broker.trySend(a, left - 1);
    });
    broker.trySend(a, 5);
    while (got.length < 6) await macrotask();
    expect(lines).toEqual([]);
  });

  it('of an actor that sends to itself gives way after 5 ms, also where events are observed (D4)', () => {
    const { clock, scheduler } = clockAt(0);
    const { broker } = setup({ scheduler });
    broker.events$.subscribe();
    let hops = 0;
    broker.spawn(a, () => {
      clock.at++;
      if (++hops < 50) broker.trySend(a, 0);
    });
    broker.trySend(a, 0);
    expect(hops).toBeLessThanOrEqual(10);
  });

  it('gives way after 5 ms, and goes on in a macrotask (D4)', async () => {
    const { broker, game, over } = playing(100);
    broker.trySend(a, 0);
    expect(game.hops).toBeGreaterThanOrEqual(5);
    expect(game.hops).toBeLessThanOrEqual(10);
    await Promise.resolve();
    expect(game.left).toBeGreaterThan(80);
    await over();
    expect(broker.metrics()).toMatchObject({ pending: 0, totalSucceeded: 100 });
  });

  it('reads the clock for idle actors only until all of it is done (D4, D5)', async () => {
    const { broker, clock, over } = playing(100);
    broker.spawn(c, () => {});
    broker.trySend(a, 0);
    await over();
    await macrotask();
    clock.readings = 0;
    broker.trySend(c, 0);
    expect(clock.readings).toBe(0);
  });

  it('gives way again after each 5 ms (D4)', () => {
    const due: (() => void)[] = [];
    vi.stubGlobal('setImmediate', (work: () => void) => void due.push(work));
    const { broker, game } = playing(100);
    const slices: number[] = [];
    const slice = (work: () => void): void => {
      const before = game.hops;
      work();
      slices.push(game.hops - before);
    };
    slice(() => broker.trySend(a, 0));
    while (due.length > 0) slice(due.shift()!);
    expect(game.hops).toBe(100);
    expect(Math.max(...slices)).toBeLessThanOrEqual(10);
  });

  it('counts from its start, without the time of an earlier call (D4)', () => {
    const { clock, scheduler } = clockAt(0);
    const { broker } = setup({ scheduler });
    let handled = 0;
    broker.spawn(a, () => {
      clock.at += 3;
      handled++;
    });
    for (let i = 0; i < 10; i++) broker.trySend(a, i);
    expect(handled).toBe(10);
  });

  it('gives way if its clock was set back, since its time is unknown (D4)', async () => {
    const { clock, scheduler } = clockAt(1_000_000);
    const { broker } = setup({ scheduler });
    let left = 200;
    broker.spawn(a, () => {
      clock.at -= 10;
      if (--left > 0) broker.trySend(a, 0);
    });
    broker.trySend(a, 0);
    expect(left).toBeGreaterThan(100);
    while (left > 0) await macrotask();
  });

  it('never gives way in virtual time, which stands still (D4)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      let ran = 0;
      broker.spawn(a, () => (ran++, timer(1)), { capacity: Infinity });
      for (let n = 0; n < 5_000; n++) broker.trySend(a, n);
      const end = performance.now() + 10;
      broker.spawn(b, (left: number) => {
        while (performance.now() < end);
        if (left > 0) broker.trySend(b, left - 1);
        else ran++;
      });
      broker.trySend(b, 1_000);
      flush();
      expect(ran).toBe(5_001);
    });
  });
});

describe('while a drain gives way', () => {
  it.each<[string, (broker: InMemoryMessageBroker) => unknown, string[]]>([
    ['trySend', (broker) => broker.trySend(c, 'text'), ['c text']],
    ['trySend with options', (broker) => broker.trySend(c, 'text', { headers: { h: '1' } }), ['c text']],
    ['send', (broker) => watchFor(broker.send(c, 'text')), ['c text']],
    ['sendWithRouting', (broker) => watchFor(broker.sendWithRouting({ topic: 'one' }, 'text')), ['c text']],
    ['publish', (broker) => broker.publish('t', 'text'), ['c text', 'd text']],
    ['tryBroadcast', (broker) => broker.tryBroadcast('text', (id) => id === c || id === d), ['c text', 'd text']],
    ['broadcastFilter', (broker) => watchFor(broker.broadcastFilter('text', (id) => id === c || id === d)), ['c text', 'd text']],
  ])('a call from outside to an idle actor runs at once: %s (D4, D1)', async (_, send, handled) => {
    const { broker, over } = playing(100);
    const got: string[] = [];
    for (const id of [c, d]) broker.spawn(id, (text: string) => void got.push(`${id} ${text}`), { topics: id === c ? ['t', 'one'] : ['t'] });
    broker.trySend(a, 0);
    send(broker);
    expect(got).toEqual(handled);
    await over();
  });

  it('such a call waits for nothing, but what it sets off does (D4, D1)', async () => {
    const { broker, clock, over } = playing(100);
    const got: number[] = [];
    broker.spawn(c, (n: number) => {
      got.push(n);
      if (n < 3) broker.trySend(c, n + 1);
    });
    broker.trySend(a, 0);
    broker.trySend(c, 1);
    expect(got).toEqual([1]);
    await over();
    await macrotask();
    expect(got).toEqual([1, 2, 3]);
    clock.readings = 0;
    broker.trySend(c, 4);
    expect(clock.readings).toBe(0);
  });

  it('an actor that has a backlog is not idle: its capacity counts (D4, M1)', async () => {
    const { broker, over } = playing(100);
    const mailbox = Mailbox.bounded<number>(2);
    const got: number[] = [];
    for (const n of [1, 2]) mailbox.next(n);
    broker.register(c, mailbox);
    broker.trySend(a, 0);
    mailbox.receive((n) => void got.push(n));
    expect([got, broker.trySend(c, 3)]).toMatchObject([[], { code: 'MailboxFull' }]);
    await over();
    expect(got).toEqual([1, 2]);
  });

  it('a refusal is told at once, and so is the reply of an open turn (D4, D0)', async () => {
    const { broker, game, over } = playing(100);
    const mailbox = Mailbox.bounded<any>(1);
    broker.register(c, mailbox);
    const replies: { reply(value: unknown): void }[] = [];
    mailbox.deliveries$.subscribe((delivery) => replies.push(delivery));
    const asked = watchFor(broker.send(c, 'runs'));
    broker.trySend(c, 'fills it');
    broker.trySend(a, 0);
    const { hops } = game;
    expect(watchFor(broker.send(c, 'is refused')).error).toMatchObject({ code: 'MailboxFull' });
    replies[0]!.reply('fine');
    expect(asked.values).toEqual(['fine']);
    expect(game.hops - hops).toBeLessThanOrEqual(1);
    await over();
  });

  it('a closing broker is ended all the same (D4, §7)', async () => {
    const { broker, game } = playing(Infinity);
    broker.trySend(a, 0);
    await broker.close({ drain: false });
    const { hops } = game;
    await macrotask();
    expect(game.hops).toBe(hops);
    expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, registeredActors: 0 });
  });
});

describe('actors that ping-pong for ever', () => {
  it.each<[string, SchedulerLike | undefined, (pass: () => void) => unknown]>([
    ['synchronous', undefined, (pass) => pass()],
    ['async', undefined, async (pass) => pass()],
    ['async, with an await', undefined, async (pass) => Promise.resolve().then(pass)],
    ['on asapScheduler', asapScheduler, (pass) => pass()],
    ['on queueScheduler', queueScheduler, (pass) => pass()],
  ])('let a timer of 1 ms come: %s (D4, D3)', async (_, dispatcher, handle) => {
    const { broker } = setup(dispatcher === undefined ? {} : { dispatcher });
    let isOver = false;
    let hops = 0;
    for (const [self, next] of [[a, b], [b, a]] as const) {
      broker.spawn(self, () => handle(() => {
        if (!isOver && ++hops < 20_000_000) broker.trySend(next, 0);
      }));
    }
    const timers = (async () => {
      for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 1));
    })();
    broker.trySend(a, 0);
    await timers;
    isOver = true;
    expect(hops).toBeGreaterThan(0);
    expect(hops).toBeLessThan(20_000_000);
    await broker.close();
  });
});

describe('the macrotask of a drain that gave way', () => {
  it('is one of setImmediate, else of a MessageChannel, else of setTimeout (D4)', async () => {
    for (const missing of [[], ['setImmediate'], ['setImmediate', 'MessageChannel']]) {
      for (const name of missing) vi.stubGlobal(name, undefined);
      const { broker, game, over } = playing(30);
      const timers = vi.spyOn(globalThis, 'setTimeout');
      broker.trySend(a, 0);
      expect(timers).toHaveBeenCalledTimes(missing.length === 2 ? 1 : 0);
      timers.mockRestore();
      await over();
      expect(game.hops).toBe(30);
      expect(broker.metrics().pending).toBe(0);
      vi.unstubAllGlobals();
    }
  });

  it('that never comes, since a test has taken the timers away, leaves the rest to the next call from outside (D4)', () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const due: (() => void)[] = [];
    vi.stubGlobal('setImmediate', (work: () => void) => void due.push(work));
    const { broker, clock, game } = playing(12);
    broker.spawn(c, () => {});
    broker.trySend(a, 0);
    const { hops } = game;
    now += 50;
    broker.trySend(c, 0);
    expect(game.hops).toBe(hops);
    now += 100;
    broker.trySend(c, 0);
    expect(game.hops).toBeGreaterThan(hops);
    // If they come after all, nothing is left to do.
    while (due.length > 0) due.shift()!();
    expect(game.left).toBe(0);
    clock.readings = 0;
    broker.trySend(c, 0);
    expect(clock.readings).toBe(0);
  });
});
