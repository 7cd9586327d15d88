import { type Delivery, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { type SchedulerLike, Subject, Subscription, VirtualTimeScheduler, asyncScheduler, takeUntil } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, watchFor } from '../../broker/setup';

const a = actorId<any>('a');
const b = actorId<any>('b');
const c = actorId<any>('c');
const nobody = actorId<any>('nobody');

/** A clock that says what it is told, and how often it was asked. */
function clockOf(step = 0) {
  const clock = { at: 0, readings: 0 };
  const scheduler = {
    now: () => {
      clock.readings++;
      return (clock.at += step);
    },
    schedule: asyncScheduler.schedule.bind(asyncScheduler),
  };
  return { clock, scheduler };
}

const macrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe('ids', () => {
  it('begin with the name of their broker, and are never the same', () => {
    const { broker, letters } = setup({ name: 'shop' });
    for (let i = 0; i < 1_000; i++) broker.trySend(nobody, i);
    const ids = letters.map(({ id }) => id);
    expect(ids.every((id) => id.startsWith('shop:'))).toBe(true);
    expect(new Set(ids).size).toBe(1_000);
    const lone = Mailbox.bounded<number>(5);
    let id = '';
    lone.receive((_n, { envelope }) => void ({ id } = envelope));
    lone.next(1);
    expect(id).toMatch(/^mailbox:./);
  });
});

describe('the clock', () => {
  it('is read once for 32 letters of a flood, while it stands (D4)', () => {
    const { clock, scheduler } = clockOf();
    const { broker, letters } = setup({ scheduler: scheduler });
    clock.at = 7;
    clock.readings = 0;
    for (let i = 0; i < 320; i++) broker.trySend(nobody, i);
    expect(clock.readings).toBeGreaterThan(5);
    expect(clock.readings).toBeLessThan(20);
    expect(new Set(letters.map(({ at }) => at))).toEqual(new Set([7]));
  });

  it('is read anew when time has moved on since (D4)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker, letters } = setup({ scheduler });
    const flood = (): void => {
      for (let i = 0; i < 10; i++) broker.trySend(nobody, i);
    };
    for (const at of [0, 5, 9]) scheduler.schedule(flood, at);
    scheduler.flush();
    expect(letters.map(({ at }) => at)).toEqual([0, 5, 9].flatMap((at) => Array.from({ length: 10 }, () => at)));
    expect(scheduler.actions).toEqual([]);
  });

  it('is read once for 32 messages of a drain, which are all of that time (D4)', () => {
    const { clock, scheduler } = clockOf();
    const broker = new InMemoryMessageBroker({ scheduler: scheduler, logDeadLetters: false });
    const sentAt: number[] = [];
    let readings = 0;
    broker.spawn(a, (n: number, context) => {
      const before = clock.readings;
      if (n >= 100) sentAt.push(context.envelope.sentAt - clock.at);
      readings += clock.readings - before;
      if (n % 40 === 39) clock.at++;
      if (n < 170) broker.trySend(a, n + 1);
    });
    clock.readings = 0;
    broker.trySend(a, 0);
    expect(clock.readings - readings).toBeLessThan(15);
    expect(new Set(sentAt)).toEqual(new Set([0, -1]));
  });
});

describe('the time of a drain', () => {
  it('is that of its last reading: for what is sent in it, whenever that is looked at, and for letters (D4)', () => {
    const { clock, scheduler } = clockOf();
    const { broker, letters } = setup({ scheduler });
    const sentAt: number[] = [];
    broker.spawn(b, (_message, context) => void sentAt.push(context.envelope.sentAt));
    broker.spawn(a, (n: number) => {
      if (n === 40) broker.trySend(b, 'early');
      if (n === 50) clock.at = 3;
      if (n === 51) broker.trySend(nobody, 'between readings');
      if (n < 80) broker.trySend(a, n + 1);
    });
    broker.trySend(a, 0);
    expect(sentAt).toEqual([0]);
    expect(letters.map(({ at }) => at)).toEqual([0]);
  });

  it('is not that of an earlier one (D4)', () => {
    const { clock, scheduler } = clockOf();
    const { broker } = setup({ scheduler });
    const sentAt: number[] = [];
    broker.spawn(b, (_message, context) => void sentAt.push(context.envelope.sentAt));
    broker.spawn(a, (n: number) => {
      if (n > 0) broker.trySend(a, n - 1);
      else broker.trySend(b, 0);
    });
    broker.trySend(a, 40);
    clock.at = 100;
    broker.trySend(a, 0);
    expect(sentAt).toEqual([0, 100]);
  });

  it('is read anew for each letter while the clock moves (D4)', () => {
    const { clock, scheduler } = clockOf();
    const { broker, letters } = setup({ scheduler });
    for (clock.at of [10, 20, 30]) broker.trySend(nobody, 0);
    expect(letters.map(({ at }) => at)).toEqual([10, 20, 30]);
  });
});

describe('a drain that gives way', () => {
  /** Two actors that play ping-pong by a clock that goes on at each look. */
  function playing() {
    const { scheduler } = clockOf(1);
    const { broker } = setup({ scheduler: scheduler });
    const game = { hops: 0 };
    for (const [id, other] of [[a, b], [b, a]] as const) {
      broker.spawn(id, (left: number) => {
        game.hops++;
        if (left > 0) broker.trySend(other, left - 1);
      });
    }
    const over = async (hops: number): Promise<void> => {
      while (game.hops < hops) await macrotask();
    };
    return { broker, game, over };
  }

  it('does so after 5 ms, and goes on in a macrotask (D4)', async () => {
    const { broker, game, over } = playing();
    broker.trySend(a, 999);
    expect(game.hops).toBeGreaterThan(32 * 4);
    expect(game.hops).toBeLessThan(32 * 9);
    await over(1_000);
    expect(broker.metrics()).toMatchObject({ pending: 0, totalSucceeded: 1_000 });
  });

  it('runs what a sender from outside sends meanwhile, for one more slice and no third (D1, D4)', async () => {
    const { broker, game, over } = playing();
    const got: number[] = [];
    broker.spawn(c, (n: number) => void got.push(n));
    broker.trySend(a, 1_999);
    const first = game.hops;
    broker.trySend(c, 1);
    expect(got).toEqual([1]);
    const second = game.hops;
    expect(second).toBeGreaterThan(first);
    broker.trySend(c, 2);
    expect([got, game.hops]).toEqual([[1, 2], second]);
    await over(2_000);
    expect(broker.metrics()).toMatchObject({ pending: 0, totalSucceeded: 2_002 });
  });

  it('goes on for a slice where a sender from outside lines up with the others (D1, D4)', async () => {
    const { broker, game, over } = playing();
    broker.trySend(a, 1_999);
    const first = game.hops;
    broker.trySend(a, 0);
    broker.trySend(b, 0);
    expect(game.hops).toBeGreaterThan(first + 32);
    await over(2_002);
    expect(broker.metrics()).toMatchObject({ pending: 0, totalSucceeded: 2_002 });
  });

  it('goes on for a slice, and one only, where a sender lines up behind what waits (D1, D4)', async () => {
    const { scheduler } = clockOf(1);
    const { broker } = setup({ scheduler });
    let hops = 0;
    broker.spawn(a, (left: number) => {
      hops++;
      if (left > 0) broker.trySend(a, left - 1);
    });
    broker.trySend(a, 1_999);
    const slices = [hops];
    for (let i = 0; i < 2; i++) {
      broker.trySend(a, 0);
      slices.push(hops);
    }
    expect(slices[1]).toBeGreaterThan((slices[0] as number) + 32);
    expect(slices[2]).toBe(slices[1]);
    while (hops < 2_002) await macrotask();
  });

  it.each<[string, SchedulerLike | undefined]>([
    ['on the sender’s stack', undefined],
    ['on a scheduler that runs its work at once', { now: () => 0, schedule: (work: () => void) => (work.call(undefined as never), Subscription.EMPTY) } as never],
  ])('does so after 5 ms of hops between two actors: its time counts from the second (D4): %s', async (_, dispatcher) => {
    const { scheduler } = clockOf(1);
    const { broker } = setup({ scheduler, ...(dispatcher && { dispatcher }) });
    let hops = 0;
    for (const [self, next] of [[a, c], [c, a]] as const) {
      broker.spawn(self, (left: number) => {
        hops++;
        if (left > 0) broker.trySend(next, left - 1);
      });
    }
    broker.trySend(a, 999);
    // One reading for the start, six for 32 hops each: the sixth is past it.
    expect(hops).toBeGreaterThanOrEqual(32 * 6 - 1);
    expect(hops).toBeLessThanOrEqual(32 * 6 + 1);
    while (hops < 1_000) await macrotask();
  });

  it('does so after 5 ms of turns that settle one another, too (D4)', async () => {
    const { scheduler } = clockOf(1);
    const { broker } = setup({ scheduler });
    const mailbox = Mailbox.bounded<number>(1_000);
    broker.register(a, mailbox);
    for (let n = 0; n < 1_000; n++) broker.trySend(a, n);
    const out: Delivery<number>[] = [];
    mailbox.deliveries$.subscribe((delivery) => out.push(delivery));
    const settleAll = (): number => {
      let settled = 0;
      for (let delivery = out.shift(); delivery !== undefined; delivery = out.shift(), settled++) delivery.complete();
      return settled;
    };
    const first = settleAll();
    expect(first).toBeGreaterThanOrEqual(32 * 4);
    expect(first).toBeLessThan(32 * 9);
    while (out.length === 0) await macrotask();
    expect(settleAll()).toBeGreaterThanOrEqual(32 * 4);
    mailbox.close();
  });

  it('does so where its clock was set back: nobody knows how long it took (D4)', async () => {
    const { clock, scheduler } = clockOf(-1);
    clock.at = 1_000;
    const { broker } = setup({ scheduler });
    let hops = 0;
    broker.spawn(a, (left: number) => {
      hops++;
      if (left > 0) broker.trySend(a, left - 1);
    });
    broker.trySend(a, 199);
    expect(hops).toBeGreaterThanOrEqual(32);
    expect(hops).toBeLessThan(32 * 3);
    while (hops < 200) await macrotask();
  });

  it('runs what a broadcast from outside sets off meanwhile, for one more slice (D1, D4, R4)', async () => {
    const { broker, over } = playing();
    const d = actorId<any>('d');
    const got: string[] = [];
    broker.spawn(c, (text: string) => {
      got.push(`c ${text}`);
      if (text === 'all') broker.trySend(c, 'again');
    });
    broker.spawn(d, (text: string) => void got.push(`d ${text}`));
    broker.trySend(a, 1_999);
    broker.tryBroadcast('all', (id) => id === c || id === d);
    expect(got).toEqual(['c all', 'c again', 'd all']);
    await over(2_000);
  });

  it.each<[string, (broker: InMemoryMessageBroker) => void]>([
    ['by what was told', (broker) => {
      broker.register(c, Mailbox.bounded(1));
      broker.trySend(c, 0, { headers: { h: '1' } });
    }],
    ['by one that waited', (broker) => {
      const open: Delivery[] = [];
      const mailbox = Mailbox.bounded<any>(1, { overflow: 'block' });
      broker.register(c, mailbox);
      mailbox.deliveries$.subscribe((delivery) => void open.push(delivery));
      for (const message of ['runs', 'is queued']) broker.trySend(c, message);
      broker.send(c, 'waits', { timeout: Infinity }).subscribe();
      open[0]?.reply();
    }],
  ])('tells what it refuses a sender from outside before it goes on for him, also where a mailbox is full %s (D1, D4)', async (_, fill) => {
    const { broker, game, over } = playing();
    fill(broker);
    const hops: number[] = [];
    broker.deadLetters$.subscribe(() => hops.push(game.hops));
    broker.trySend(a, 1_999);
    const first = game.hops;
    expect(broker.trySend(c, 0, { headers: { h: '1' } })).toMatchObject({ ok: false, code: 'MailboxFull' });
    expect(hops).toEqual([first]);
    expect(game.hops).toBeGreaterThan(first);
    await over(2_000);
  });

  it('is not over because another one is: that of a dispatcher (D3, D4)', async () => {
    const { broker, game } = playing();
    const dispatcher = new VirtualTimeScheduler();
    const got: number[] = [];
    broker.spawn(c, (n: number) => void got.push(n), { dispatcher });
    broker.trySend(a, 999);
    broker.trySend(c, 1);
    dispatcher.flush();
    expect(got).toEqual([1]);
    expect(game.hops).toBeLessThan(1_000);
    for (let i = 0; i < 100 && game.hops < 1_000; i++) await macrotask();
    expect(game.hops).toBe(1_000);
  });

  it('does not go on where a turn is settled meanwhile (D4)', async () => {
    const { broker, game, over } = playing();
    const mailbox = Mailbox.bounded<number>(5);
    broker.register(c, mailbox);
    const out: Delivery<number>[] = [];
    mailbox.deliveries$.subscribe((delivery) => out.push(delivery));
    const reply = watchFor(broker.send(c, 0));
    broker.trySend(a, 999);
    const { hops } = game;
    out[0]?.reply('fine');
    expect(reply.values).toEqual(['fine']);
    expect(game.hops).toBe(hops);
    await over(1_000);
  });

  it.each<[string, (stream: Subject<string>) => void]>([
    ['completes', (stream) => stream.complete()],
    ['errors', (stream) => stream.error(new Error('failed'))],
  ])('does not go on where a streamed reply %s meanwhile (D4)', async (_, settle) => {
    const { broker, game, over } = playing();
    const stream = new Subject<string>();
    broker.spawn(c, () => stream);
    const reply = watchFor(broker.send(c, 0));
    broker.trySend(a, 999);
    const { hops } = game;
    settle(stream);
    expect(reply.completed || reply.errored).toBe(true);
    expect(game.hops).toBe(hops);
    await over(1_000);
  });

  it('is as ready as any other when it is through (D1)', async () => {
    const { broker, game, over } = playing();
    broker.trySend(a, 999);
    await over(1_000);
    broker.trySend(b, 0);
    expect(game.hops).toBe(1_001);
  });
});

describe('a turn', () => {
  it('that settles another one runs to its end before anyone else does (D2)', () => {
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
      steps.push('a settled b');
      broker.trySend(c, 'after');
      steps.push('a ends');
    });
    broker.trySend(b, 'first');
    broker.trySend(b, 'second');
    broker.trySend(a, 0);
    expect(steps).toEqual(['b first', 'a settled b', 'a ends', 'b second', 'c after']);
  });
});

describe('dispatchers', () => {
  it('have one queue each, and the broker’s own is that of its mailboxes too (D3)', () => {
    const [own, other] = [new VirtualTimeScheduler(), new VirtualTimeScheduler()];
    const { broker } = setup({ dispatcher: own });
    const got: string[] = [];
    for (const [name, dispatcher] of [['none', undefined], ['own', own], ['other', other], ['same', other]] as const) {
      broker.spawn(actorId<any>(name), () => void got.push(name), dispatcher === undefined ? {} : { dispatcher });
      broker.trySend(actorId<any>(name), 0);
    }
    expect([own.actions.length, other.actions.length]).toEqual([1, 1]);
    other.flush();
    own.flush();
    expect(got).toEqual(['other', 'same', 'none', 'own']);
  });
});

describe('a dispatcher of one mailbox', () => {
  function withDispatcher() {
    const dispatcher = new VirtualTimeScheduler();
    const { broker } = setup();
    const steps: string[] = [];
    return { dispatcher, broker, steps };
  }

  it('has what its turns send to others run when they are over (D2, D3)', () => {
    const { dispatcher, broker, steps } = withDispatcher();
    broker.spawn(a, () => {
      broker.trySend(b, 0);
      steps.push('a');
    }, { dispatcher });
    broker.spawn(b, () => void steps.push('b'));
    broker.trySend(a, 0);
    expect(steps).toEqual([]);
    dispatcher.flush();
    expect(steps).toEqual(['a', 'b']);
  });

  it('that takes its time during a turn waits for its end (D2)', () => {
    const { dispatcher, broker, steps } = withDispatcher();
    broker.spawn(a, (n) => void steps.push(`a ${n}`), { dispatcher });
    broker.spawn(b, () => {
      broker.trySend(a, 1);
      dispatcher.flush();
      broker.trySend(c, 2);
      steps.push('b');
    });
    broker.spawn(c, (n) => void steps.push(`c ${n}`));
    broker.trySend(b, 0);
    expect(steps.slice(0, 1)).toEqual(['b']);
    expect(steps.slice(1).sort()).toEqual(['a 1', 'c 2']);
  });

  it('is asked for nothing any more by a broker that is closed (§7)', async () => {
    const { dispatcher, broker } = withDispatcher();
    broker.spawn(a, () => {}, { dispatcher });
    broker.trySend(a, 0);
    await broker.close({ drain: false });
    expect(dispatcher.actions.filter(({ closed }) => !closed)).toEqual([]);
  });
});

describe('a turn that is ended twice', () => {
  it.each([
    ['Cancelled', ['leave', 'end']],
    ['ActorStopped', ['end', 'leave']],
  ])('ended for its first reason: %s (S3)', (code, both) => {
    const { broker } = setup();
    const codes: unknown[] = [];
    const leave = new Subject<void>();
    broker.spawn(a, () => {
      broker.events$.subscribe((event) => event.kind === 'settled' && codes.push(event.code));
      for (const way of both) {
        if (way === 'end') broker.unregister(a);
        else leave.next();
      }
    });
    broker.send(a, 0).pipe(takeUntil(leave)).subscribe({ error: () => {} });
    expect(codes).toEqual([code]);
  });
});

describe('a broadcast to idle actors', () => {
  it('gives way after 5 ms, too, and goes on in a macrotask (R4, D4)', async () => {
    const { scheduler } = clockOf(10);
    const { broker } = setup({ scheduler });
    let ran = 0;
    broker.spawn(a, (left: number) => {
      ran++;
      if (left > 0) broker.trySend(a, left - 1);
    });
    broker.tryBroadcast(199);
    expect(ran).toBeGreaterThan(32);
    expect(ran).toBeLessThan(200);
    for (let i = 0; i < 100 && ran < 200; i++) await macrotask();
    expect(ran).toBe(200);
  });

  it('that one of them answers with a message to itself goes on with that one (R4, D4)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(a, (text: string) => {
      steps.push(`a ${text}`);
      if (text === 'all') broker.trySend(a, 'again');
    });
    broker.spawn(b, (text: string) => void steps.push(`b ${text}`));
    broker.tryBroadcast('all');
    expect(steps).toEqual(['a all', 'a again', 'b all']);
  });
});
