import { type Delivery, Mailbox, actorId, message, protocol } from 'rx-broker';
import { NEVER, Subject, config, firstValueFrom, of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { setup, virtually, watchFor } from '../broker/setup';

describe('Mailbox', () => {
  it('tells who observes its pressure from within another observer what changes from there on (D2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(4);
    const id = actorId<number>('observed');
    broker.register(id, mailbox);
    const seen: number[] = [];
    const observe = (): unknown => mailbox.pressure$.subscribe((pressure) => seen.push(pressure));
    broker.topic$('t').subscribe(() => {
      observe();
      for (const n of [1, 2]) broker.trySend(id, n);
    });
    broker.publish('t', 0);
    expect(seen).toEqual([0, 0.25, 0.5]);
    // And who sends when it is told the current one hears of that.
    const late: number[] = [];
    mailbox.pressure$.subscribe((pressure) => {
      late.push(pressure);
      if (pressure === 0.5) mailbox.next(3);
    });
    expect(late).toEqual([0.5, 0.75]);
  });

  it('gives who observes its pressure while others are told the current one, and then only newer ones (D2)', () => {
    const mailbox = Mailbox.bounded<number>(4);
    const late: number[] = [];
    const observeLate = (): unknown => mailbox.pressure$.subscribe((one) => late.push(one));
    let isFirst = true;
    const early = watchFor(mailbox.pressure$);
    mailbox.pressure$.subscribe((pressure) => {
      if (pressure === 0 || !isFirst) return;
      isFirst = false;
      mailbox.next(2);
      mailbox.next(3);
      observeLate();
      mailbox.next(4);
    });
    mailbox.next(1);
    expect(late).toEqual([0.75, 1]);
    expect(early.values).toEqual([0, 0.25, 0.5, 0.75, 1]);
    mailbox.receive(() => {});
    expect(late).toEqual([0.75, 1, 0.75, 0.5, 0.25, 0]);
  });

  it('queues without a consumer, and drains by itself with one (M6)', () => {
    const mailbox = Mailbox.bounded<number>(5);
    mailbox.next(1);
    mailbox.next(2);
    expect(mailbox.size).toBe(2);
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    mailbox.next(3);
    expect(got).toEqual([1, 2, 3]);
    expect(mailbox).toMatchObject({ size: 0, capacity: 5, isFull: false, isClosed: false });
  });

  it('tells what it loses, also without a broker (M2)', () => {
    for (const [overflow, lost, kept] of [
      ['fail', [{ message: 3, code: 'MailboxFull' }], [1, 2]],
      ['block', [{ message: 3, code: 'MailboxFull' }], [1, 2]],
      ['drop-newest', [{ message: 3, code: 'Dropped' }], [1, 2]],
      ['drop-oldest', [{ message: 1, code: 'Dropped' }], [2, 3]],
    ] as const) {
      const mailbox = Mailbox.bounded<number>(2, { overflow });
      const losses = watchFor(mailbox.losses$);
      for (const n of [1, 2, 3]) mailbox.next(n);
      expect(losses.values).toEqual(lost);
      const got: number[] = [];
      mailbox.receive((n) => void got.push(n));
      expect(got).toEqual(kept);
      expect(mailbox.metrics()).toMatchObject({ lost: 1, delivered: 2 });
    }
  });

  it('writes the first ten failures of its handler out, and what else throws, where no broker sees them (M5)', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const failure = new Error('failed');
      const mailbox = Mailbox.bounded<number>(5);
      const consumer = mailbox.receive((n) => {
        if (n % 2 === 0) throw failure;
      });
      for (let n = 0; n < 50; n++) mailbox.next(n);
      expect(warn.mock.calls).toEqual(Array.from({ length: 10 }, () => ['rx-broker: HandlerFailed in a mailbox without a broker:', failure]));
      consumer.unsubscribe();
      warn.mockClear();
      const stopping = Mailbox.bounded<number>(5);
      stopping.receive({
        receive: () => {},
        onStop: () => {
          throw failure;
        },
      });
      stopping.next(1);
      stopping.close();
      expect(warn.mock.calls).toEqual([["rx-broker: onStop of '' threw:", failure]]);
    } finally {
      warn.mockRestore();
    }
  });

  it('counts the turns that it has ended among them (M5)', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      virtually(({ flush }) => {
        const mailbox = Mailbox.bounded<number>(20, { turnTimeout: 5 });
        mailbox.receive((n) => {
          if (n < 6) return NEVER;
          throw new Error('failed');
        });
        for (let n = 0; n < 12; n++) mailbox.next(n);
        flush();
        expect(mailbox.metrics()).toMatchObject({ delivered: 12, size: 0 });
      });
      expect(warn).toHaveBeenCalledTimes(10);
      expect(warn.mock.calls[0]).toEqual(['rx-broker: Timeout in a mailbox without a broker:', expect.objectContaining({ code: 'Timeout' })]);
    } finally {
      warn.mockRestore();
    }
  });

  it('throws for an actor whose life is no functions', () => {
    const mailbox = Mailbox.bounded<number>(5);
    for (const name of ['onStart', 'onStop']) {
      expect(() => mailbox.receive({ receive: () => {}, [name]: 5 })).toThrow(`${name} must be a function, got 5`);
    }
  });

  it('never lets a handler run inside a handler, and goes on after one that throws (D2, M5)', () => {
    const mailbox = Mailbox.bounded<number>(5);
    const steps: string[] = [];
    mailbox.receive((n) => {
      steps.push(`${n} begins`);
      if (n < 3) mailbox.next(n + 1);
      if (n === 2) throw new Error('two');
      steps.push(`${n} ends`);
    });
    mailbox.next(1);
    expect(steps).toEqual(['1 begins', '1 ends', '2 begins', '3 begins', '3 ends']);
    expect(mailbox.metrics()).toMatchObject({ delivered: 3, inFlight: 0 });
  });

  it('drains a million in order (M7)', () => {
    // Virtual time stands still in a drain, so it never gives way (D4).
    virtually(() => {
      const mailbox = Mailbox.unbounded<number>();
      let next = 0;
      for (let n = 0; n < 1_000_000; n++) mailbox.next(n);
      mailbox.receive((n) => {
        if (n === next) next++;
      });
      expect(next).toBe(1_000_000);
      expect(mailbox).toMatchObject({ capacity: Infinity, isFull: false, size: 0 });
    });
  });

  it('keeps one consumer: a second throws, and changes nothing', () => {
    const mailbox = Mailbox.bounded<number>(5);
    const got: number[] = [];
    const subscription = mailbox.receive((n) => void got.push(n));
    expect(() => mailbox.receive(() => {})).toThrow(expect.objectContaining({ code: 'AlreadyRegistered' }));
    expect(watchFor(mailbox.deliveries$).error).toMatchObject({ code: 'AlreadyRegistered' });
    mailbox.next(1);
    subscription.unsubscribe();
    mailbox.next(2);
    expect(got).toEqual([1]);
    mailbox.receive((n) => void got.push(n * 10));
    subscription.unsubscribe();
    mailbox.next(3);
    expect(got).toEqual([1, 20, 30]);
  });

  it('gives each message of a protocol to its own handler', () => {
    const Door = protocol('door', { open: message<{ by: string }>(), shut: message() });
    const mailbox = Mailbox.bounded<any>(5);
    const got: unknown[] = [];
    mailbox.receive(Door, { open: ({ by }) => void got.push(by), shut: () => void got.push('shut') });
    mailbox.next(Door.open({ by: 'me' }));
    mailbox.next(Door.shut());
    mailbox.next({ type: 'other' });
    expect(got).toEqual(['me', 'shut']);
    expect(mailbox.metrics().delivered).toBe(3);
  });

  it('throws at the call for bad input, and changes nothing', () => {
    for (const capacity of [0, -1, 1.5, NaN, '10', Infinity, undefined]) {
      expect(() => Mailbox.bounded(capacity as never)).toThrow(RangeError);
    }
    const bad = (options: any) => () => Mailbox.bounded(1, options);
    expect(bad({ overflow: 'x' })).toThrow(/overflow must be one of 'fail', 'block', 'drop-oldest', 'drop-newest', got 'x'/);
    expect(bad({ concurrency: -1 })).toThrow(/concurrency/);
    expect(bad({ fairness: 'x' })).toThrow(/fairness must be one of 'weighted', 'strict', got 'x'/);
    expect(bad({ maxWaiting: 0 })).toThrow(/maxWaiting/);
    expect(bad({ concurrency: Infinity, maxWaiting: Infinity, ttl: Infinity, turnTimeout: Infinity })).not.toThrow();
    expect(bad({ ttl: NaN })).toThrow(/ttl/);
    expect(bad({ dispatcher: {} })).toThrow(/dispatcher/);
    expect(bad(5)).toThrow(/options must be an object, got 5/);
    expect(bad(null)).toThrow(/options must be an object, got null/);
    expect(() => Mailbox.unbounded('10' as never)).toThrow(/options must be an object, got '10'/);
    const mailbox = Mailbox.bounded<any>(1) as any;
    const Door = protocol('door', { open: message() });
    for (const [args, text] of [
      [[undefined], /^a handler must be a function, .* got undefined$/],
      [[null], /^a handler must be a function, .* got null$/],
      [['x'], /^a handler must be a function, .* got 'x'$/],
      [[{}], /^a handler must be a function, .* got an object$/],
      [[5], /^a handler must be a function, .* got 5$/],
      [[Door], /^a handler must be a function, .* got an object$/],
      [[Door, 5], /^a protocol's handlers must be an object .* got 5$/],
      [[Door, null], /^a protocol's handlers must be an object .* got null$/],
      [[Door, { open: 5 }], /^the handler of 'door.open' must be a function, got 5$/],
      [[{ a: 5 }, {}], /^a protocol must be made by protocol\(\); 'a' is not, got 5$/],
      [[{ a: null }, {}], /^a protocol must be made by protocol\(\); 'a' is not, got null$/],
      [[null, {}], /^a protocol must be made by protocol\(\), got null$/],
      [[5, {}], /^a protocol must be made by protocol\(\), got 5$/],
    ] as const) {
      expect(() => mailbox.receive(...args), JSON.stringify(args)).toThrow(expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(text) as string }));
    }
    expect(() => mailbox.receive(() => {})).not.toThrow();
  });

  it('starts an actor before its first message, and stops it when it has drained', () => {
    const mailbox = Mailbox.bounded<string>(5);
    const steps: unknown[] = [];
    mailbox.receive({ receive: (name) => void steps.push(name), onStart: () => steps.push('start'), onStop: (reason) => steps.push(['stop', reason]) });
    expect(steps).toEqual([]);
    mailbox.next('a');
    mailbox.complete();
    mailbox.close();
    mailbox.next('late');
    expect(steps).toEqual(['start', 'a', ['stop', 'closed']]);
  });

  it('tries again to start an actor whose onStart threw', () => {
    const mailbox = Mailbox.bounded<string>(5);
    const got: string[] = [];
    let starts = 0;
    mailbox.receive({
      receive: (name) => void got.push(name),
      onStart: () => {
        if (++starts === 1) throw new Error('not yet');
      },
    });
    mailbox.next('a');
    mailbox.next('b');
    mailbox.next('c');
    expect([got, starts]).toEqual([['b', 'c'], 2]);
  });

  it('closes like a Subject: complete, error; what is queued drains first (M6)', () => {
    const mailbox = Mailbox.bounded<number>(5);
    const losses = watchFor(mailbox.losses$);
    const pressure = watchFor(mailbox.pressure$);
    mailbox.next(1);
    mailbox.error(new Error('upstream'));
    mailbox.next(2);
    expect(mailbox.isClosed).toBe(true);
    expect(losses).toMatchObject({ values: [{ message: 2, code: 'ActorStopped' }], completed: false });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    expect(got).toEqual([1]);
    expect(losses.completed).toBe(true);
    expect(pressure).toMatchObject({ values: [0, 0.2, 0], completed: true });
    expect(watchFor(mailbox.losses$).completed).toBe(true);
    expect(watchFor(mailbox.pressure$)).toMatchObject({ values: [0], completed: true });
    expect(watchFor(mailbox.deliveries$).completed).toBe(true);
  });

  it('is over only when its last turn is', () => {
    const mailbox = Mailbox.bounded<number>(5);
    const stream = new Subject<void>();
    mailbox.receive(() => stream as never);
    const losses = watchFor(mailbox.losses$);
    mailbox.next(1);
    mailbox.close();
    expect(losses.completed).toBe(false);
    stream.complete();
    expect(losses.completed).toBe(true);
    const own = Mailbox.bounded<number>(5);
    const ownLosses = watchFor(own.losses$);
    own.receive(() => {
      own.close();
      expect(ownLosses.completed).toBe(false);
    });
    own.next(1);
    expect(ownLosses.completed).toBe(true);
  });

  it('tells its pressure: the current value first, then each change', () => {
    const mailbox = Mailbox.bounded<number>(4);
    mailbox.next(1);
    const seen = watchFor(mailbox.pressure$);
    mailbox.next(2);
    mailbox.next(3);
    mailbox.receive(() => NEVER as never);
    expect(seen.values).toEqual([0.25, 0.5, 0.75, 0.5]);
    expect(watchFor(Mailbox.unbounded().pressure$).values).toEqual([0]);
  });

  it('has no broker to give to its handlers', () => {
    const mailbox = Mailbox.bounded<number>(1);
    const errors: unknown[] = [];
    let self: unknown;
    mailbox.receive((_n, context) => {
      ({ self } = context);
      for (const use of [() => context.broker, () => context.send('x' as never, 1 as never), () => context.trySend('x' as never, 1 as never)]) {
        try {
          use();
        } catch (error) {
          errors.push(error);
        }
      }
    });
    mailbox.next(1);
    expect(self).toBe('');
    expect(errors).toEqual([1, 2, 3].map(() => expect.objectContaining({ code: 'NotFound', reason: expect.stringContaining('register it') as string })));
  });

  it('keeps two mailboxes that feed one another flat', () => {
    const [a, b] = [Mailbox.bounded<number>(5), Mailbox.bounded<number>(5)];
    let hops = 0;
    a.receive((n) => {
      hops++;
      if (n > 0) b.next(n - 1);
    });
    b.receive((n) => {
      hops++;
      if (n > 0) a.next(n - 1);
    });
    // No time passes, or a slow machine would make the drain give way.
    virtually(() => a.next(500));
    expect(hops).toBe(501);
  });
});

describe('deliveries$', () => {
  it('hands out the next when this one is settled; concurrency many at once', () => {
    const mailbox = Mailbox.bounded<number>(9, { concurrency: 2 });
    for (const n of [1, 2, 3, 4]) mailbox.next(n);
    const out: Delivery<number>[] = [];
    mailbox.deliveries$.subscribe((delivery) => out.push(delivery));
    expect(out.map(({ message: n }) => n)).toEqual([1, 2]);
    out[1]?.complete();
    out[0]?.fail(new Error('no'));
    expect(out.map(({ message: n }) => n)).toEqual([1, 2, 3, 4]);
    expect(mailbox.metrics()).toMatchObject({ inFlight: 2, size: 0 });
  });

  it('settles a message once, at the first of reply, complete and fail', () => {
    const mailbox = Mailbox.bounded<number>(9);
    const out: Delivery<number>[] = [];
    mailbox.deliveries$.subscribe((delivery) => out.push(delivery));
    mailbox.next(1);
    const [delivery] = out;
    delivery?.reply();
    delivery?.reply();
    delivery?.fail('late');
    delivery?.next('late');
    expect(mailbox.metrics()).toMatchObject({ inFlight: 0, delivered: 1 });
  });

  it('fails the delivery whose observer throws, and goes on with the next (M6)', async () => {
    const { onUnhandledError } = config;
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const mailbox = Mailbox.bounded<number>(9);
    const got: number[] = [];
    const subscription = mailbox.deliveries$.subscribe({
      next: (delivery) => {
        got.push(delivery.message);
        if (delivery.message === 1) throw new Error('observer');
        delivery.reply();
      },
    });
    mailbox.next(1);
    mailbox.next(2);
    expect(got).toEqual([1, 2]);
    expect(mailbox.metrics().inFlight).toBe(0);
    subscription.unsubscribe();
    // RxJS reports what an observer throws in a timer of its own.
    await new Promise((resolve) => setTimeout(resolve));
    config.onUnhandledError = onUnhandledError;
    expect(reported).toEqual([new Error('observer')]);
  });

  it('gives the seat back when it is left, and takes streams through operators', async () => {
    const mailbox = Mailbox.bounded<number>(9);
    const first = firstValueFrom(mailbox.deliveries$);
    mailbox.next(1);
    await expect(first).resolves.toMatchObject({ message: 1 });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    mailbox.next(2);
    expect(got).toEqual([2]);
    mailbox.close();
    expect(watchFor(mailbox.deliveries$).completed).toBe(true);
  });

  it('completes when the mailbox is closed and drained', () => {
    const mailbox = Mailbox.bounded<number>(9);
    const seen = watchFor(mailbox.deliveries$);
    of(1).subscribe(mailbox);
    expect(seen.completed).toBe(false);
    (seen.values[0] as Delivery).reply();
    expect(seen.completed).toBe(true);
    mailbox.deliveries$.subscribe();
    const errors = Mailbox.bounded<number>(1);
    errors.receive(() => {});
    const failed: unknown[] = [];
    errors.deliveries$.subscribe({ error: (error: unknown) => failed.push(error) });
    // eslint-disable-next-line @typescript-eslint/no-deprecated, rxjs-x/prefer-observer -- still in use, and still to work
    errors.deliveries$.subscribe(null as never, (error: unknown) => failed.push(error));
    expect(failed).toMatchObject([{ code: 'AlreadyRegistered' }, { code: 'AlreadyRegistered' }]);
  });
});

describe('the streams of a mailbox', () => {
  it('are the same for all who observe them', () => {
    const mailbox = Mailbox.bounded<number>(2);
    const seen = [mailbox.pressure$, mailbox.pressure$, mailbox.losses$, mailbox.losses$].map((stream) => watchFor(stream).values);
    for (const n of [1, 2, 3]) mailbox.next(n);
    const loss = { message: 3, code: 'MailboxFull' };
    expect(seen).toEqual([[0, 0.5, 1], [0, 0.5, 1], [loss], [loss]]);
  });

  it('complete at once where it has ended before anyone observed them', () => {
    const mailbox = Mailbox.bounded<number>(2);
    mailbox.close();
    expect(watchFor(mailbox.losses$)).toMatchObject({ values: [], completed: true });
    expect(watchFor(mailbox.pressure$)).toMatchObject({ values: [0], completed: true });
    expect(watchFor(mailbox.deliveries$)).toMatchObject({ values: [], completed: true });
  });

  it('tell what a closing broker refuses (§7)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(2);
    broker.register(actorId('a'), mailbox);
    mailbox.receive(() => NEVER as never);
    mailbox.next(1);
    void broker.close();
    const losses = watchFor(mailbox.losses$);
    mailbox.next(2);
    expect(losses.values).toEqual([{ message: 2, code: 'BrokerClosed' }]);
  });
});
