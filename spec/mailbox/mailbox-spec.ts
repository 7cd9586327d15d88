import { type Delivery, Mailbox, type SendError, message, protocol } from 'rx-broker';
import { type Held, boundedBuffer } from 'rx-broker/operators';
import { NEVER, Subject } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { virtually, watchFor } from '../broker/setup';

describe('Mailbox', () => {
  it('queues without a consumer, and drains by itself with one (M6)', () => {
    virtually(() => {
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
  });

  it('tells what it loses, also without a broker (M2)', () => virtually(() => {
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
  }));

  it('names no actor in the errors of a mailbox without a broker', () => {
    virtually(({ at }) => {
      const mailbox = Mailbox.bounded<number>(1, { turnTimeout: 5 });
      let reason: unknown;
      mailbox.receive((_message, { signal }) => {
        signal.addEventListener('abort', () => (reason = signal.reason));
        return NEVER;
      });
      mailbox.next(1);
      at(10, () => {
        expect(reason).toMatchObject({ code: 'Timeout', message: expect.stringMatching(/message to a mailbox without a broker failed/) as unknown });
        expect((reason as SendError).actorId).toBeUndefined();
      });
    });
  });

  it('writes the first ten failures of its handler, and other errors, to the console without a broker (M5)', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const failure = new Error('failed');
      const mailbox = Mailbox.bounded<number>(5);
      const consumer = mailbox.receive((n) => {
        if (n % 2 === 0) throw failure;
        return { fine: n };
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
      expect(warn.mock.calls).toEqual([["rx-broker: onStop threw:", failure]]);
    } finally {
      warn.mockRestore();
    }
  });

  it('counts turns over turnTimeout among these failures (M5)', () => {
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

  it('never lets a handler run inside a handler, and goes on after one that throws (D2, M5)', () => {
    virtually(() => {
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

  it('keeps one consumer: a second throws, and changes nothing (M6)', () => {
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

  it('throws at the call for bad input, and changes nothing (M1)', () => {
    for (const capacity of [0, -1, 1.5, NaN, '10', Infinity, undefined]) {
      expect(() => Mailbox.bounded(capacity as never)).toThrow(expect.objectContaining({ name: 'RangeError', message: expect.stringMatching(/^capacity must/) as string }));
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

  it('starts an actor before its first message, and stops it when it has drained (M9)', () => {
    const mailbox = Mailbox.bounded<string>(5);
    const steps: unknown[] = [];
    mailbox.receive({ receive: (name) => void steps.push(name), onStart: () => void steps.push('start'), onStop: (reason) => void steps.push(['stop', reason]) });
    expect(steps).toEqual([]);
    mailbox.next('a');
    mailbox.complete();
    mailbox.close();
    mailbox.next('late');
    expect(steps).toEqual(['start', 'a', ['stop', 'closed']]);
  });

  it('tries again to start an actor whose onStart threw (M9)', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    virtually(() => {
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
      // It waits for the second start, which the next message brings.
      expect([got, starts]).toEqual([['a', 'b', 'c'], 2]);
    });
    expect(warn.mock.calls).toEqual([['rx-broker: onStart threw:', new Error('not yet')]]);
    warn.mockRestore();
  });

  it('has no broker to give to its handlers (M6)', () => {
    const mailbox = Mailbox.bounded<number>(1);
    const errors: unknown[] = [];
    let self: unknown;
    mailbox.receive((_n, context) => {
      ({ self } = context);
      for (const use of [() => context.broker, () => context.send('x' as never, 1 as never), () => context.trySend('x' as never, 1 as never)]) {
        try {
          void use();
        } catch (error) {
          errors.push(error);
        }
      }
    });
    mailbox.next(1);
    expect(self).toBe('');
    expect(errors).toEqual([1, 2, 3].map(() => expect.objectContaining({ code: 'NotFound', reason: expect.stringContaining('register it') as string })));
  });

  it('keeps two mailboxes that feed one another flat (M7)', () => {
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

  it('counts the turn on the stack as in flight', () => {
    const mailbox = Mailbox.bounded<number>(5);
    const inFlight: number[] = [];
    mailbox.receive(() => void inFlight.push(mailbox.metrics().inFlight));
    for (const n of [1, 2]) mailbox.next(n);
    expect(inFlight).toEqual([1, 1]);
    expect(mailbox.metrics().inFlight).toBe(0);
  });

  it.each(['drop-oldest', 'drop-newest'] as const)('hands out and loses what boundedBuffer does, in the same order: %s (M8)', (overflow) => {
    const mailbox = Mailbox.bounded<number>(3, { overflow });
    const source = new Subject<number>();
    const [own, other]: [unknown[], unknown[]] = [[], []];
    const [deliveries, held]: [Delivery<number>[], Held<number>[]] = [[], []];
    mailbox.losses$.subscribe(({ message: lost }) => own.push(`loses ${lost}`));
    mailbox.deliveries$.subscribe((delivery) => (deliveries.push(delivery), own.push(delivery.message)));
    source.pipe(boundedBuffer(3, { overflow, onOverflow: (lost) => other.push(`loses ${lost}`) })).subscribe((one) => (held.push(one), other.push(one.value)));
    for (const n of [1, 2, 3, 4, 5, 6]) for (const input of [mailbox, source]) input.next(n);
    for (let i = 0; i < 3; i++) {
      deliveries[i]!.complete();
      held[i]!.release();
      for (const input of [mailbox, source]) input.next(10 + i);
    }
    expect(own).toEqual(other);
    expect(own.length).toBeGreaterThan(5);
  });
});
