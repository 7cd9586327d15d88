import { type ActorContext, Mailbox, actorId, message, protocol } from 'rx-broker';
import { NEVER } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { deferred, macrotask, setupStill as setup, watchFor } from '../broker/setup';

const a = actorId<any>('a');

describe('the handlers of a protocol', () => {
  const Odd = protocol('odd', { toString: message(), known: message() });

  it('are its own properties: methods of Object.prototype are no handlers', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, { known: () => {} });
    expect(watchFor(broker.send(a, { type: 'odd.toString' })).error).toMatchObject({ code: 'Unhandled', started: false });
  });

  it('may leave out some messages', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, {} as never);
    expect(watchFor(broker.send(a, { type: 'odd.known' })).error).toMatchObject({ code: 'Unhandled' });
  });

  it('may inherit nothing at all', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, Object.assign(Object.create(null), { known: () => {} }) as never);
    expect(watchFor(broker.send(a, { type: 'odd.toString' })).error).toMatchObject({ code: 'Unhandled' });
  });

  it('name the type that has no handler', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, { known: () => {} });
    expect(watchFor(broker.send(a, { type: 'other' })).error).toMatchObject({ message: expect.stringContaining("no handler for type 'other'") as string });
    expect(watchFor(broker.send(a, null)).error).toMatchObject({ message: expect.stringContaining('no handler for type undefined') as string });
  });

  it('get each message of its type, and no other (M6)', () => {
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
});

describe('a hook of a protocol alone', () => {
  it.each([['onStart', ['start']], ['onStop', ['unregistered']]] as const)('is called: %s (M9)', (name, expected) => {
    const { broker } = setup();
    const Door = protocol('door', { open: message() });
    const steps: unknown[] = [];
    const hooks = { onStart: () => void steps.push('start'), onStop: (reason: unknown) => void steps.push(reason) };
    broker.spawn(a, Door, { open: () => {} }, { [name]: hooks[name] });
    broker.unregister(a);
    expect(steps).toEqual(expected);
  });
});

describe('the hooks of a protocol', () => {
  const Door = protocol('door', { open: message(), shut: message() });
  /** Notes what is called, on itself. */
  class Porter {
    readonly steps: unknown[] = [];
    open(): void {
      this.steps.push('open');
    }
    shut(): void {
      this.steps.push('shut');
    }
    onStart({ self }: ActorContext): void {
      this.steps.push(`start ${self}`);
    }
    onStop(reason: unknown): void {
      this.steps.push(reason);
    }
  }

  it('are options of spawn, beside those of its mailbox (M9)', () => {
    const { broker } = setup();
    const porter = new Porter();
    const options = { capacity: 1, topics: ['doors'], onStart: (context: ActorContext) => porter.onStart(context), onStop: (reason: unknown) => porter.onStop(reason) };
    broker.spawn(a, Door, porter, options);
    broker.publish('doors', Door.open());
    broker.unregister(a);
    expect(porter.steps).toEqual(['start a', 'open', 'unregistered']);
  });

  it('that return promises are waited for by the first turn and by `ready` (M9)', async () => {
    const { broker } = setup();
    const porter = new Porter();
    const gate = deferred<void>();
    const { ready } = broker.spawn(a, Door, porter, { onStart: () => gate.promise });
    broker.trySend(a, Door.shut());
    expect(porter.steps).toEqual([]);
    gate.resolve();
    await ready;
    expect(porter.steps).toEqual(['shut']);
  });

  it('stand after the handlers of receive, and are called on their object (M9)', () => {
    const porter = new Porter();
    const hooks = {
      onStart(this: unknown) {
        porter.steps.push(this === hooks);
      },
      onStop(this: unknown, reason: unknown) {
        porter.steps.push(this === hooks, reason);
      },
    };
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive(Door, porter, hooks);
    mailbox.next(Door.open());
    mailbox.close();
    expect(porter.steps).toEqual([true, 'open', true, 'closed']);
  });

  it('that throw are thrown by spawn, and nothing is registered (M9)', () => {
    const { broker } = setup();
    const failure = new Error('no key');
    const onStart = (): never => {
      throw failure;
    };
    expect(() => broker.spawn(a, Door, new Porter(), { onStart })).toThrow(failure);
    expect(broker.isRegistered(a)).toBe(false);
  });

  it.each(['onStart', 'onStop'])('must be functions: %s', (name) => {
    const { broker } = setup();
    const receive = Mailbox.bounded<any>(5).receive as any;
    expect(() => broker.spawn(a, Door, new Porter(), { [name]: 5 })).toThrow(new TypeError(`${name} must be a function, got 5`));
    expect(() => receive(Door, new Porter(), { [name]: 5 })).toThrow(new TypeError(`${name} must be a function, got 5`));
    for (const misspelt of [() => broker.spawn(a, Door, new Porter(), { onstart: () => {} } as never), () => receive(Door, new Porter(), { onstart: () => {} })]) {
      expect(misspelt).toThrow(/unknown option 'onstart', did you mean 'onStart'\?/);
    }
    for (const none of [null, 'x']) {
      expect(() => broker.spawn(a, Door, new Porter(), none as never)).toThrow(/options must be an object/);
      expect(() => receive(Door, new Porter(), none)).toThrow(/options must be an object/);
    }
    expect(broker.isRegistered(a)).toBe(false);
  });
});

describe('an actor', () => {
  it('whose hooks are no functions is refused (M9)', () => {
    const mailbox = Mailbox.bounded<number>(5);
    for (const name of ['onStart', 'onStop']) {
      expect(() => mailbox.receive({ receive: () => {}, [name]: 5 })).toThrow(`${name} must be a function, got 5`);
    }
  });

  describe('whose onStart throws while `receive` is called', () => {
    const failure = new Error('no database');
    const actor = { receive: () => {}, onStart: () => { throw failure; } };

    it('is told to the caller alone where the mailbox has no broker (M9)', () => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const mailbox = Mailbox.bounded<number>(5);
      mailbox.next(1);
      expect(() => mailbox.receive(actor)).toThrow(failure);
      const { calls } = warn.mock;
      warn.mockRestore();
      expect(calls).toEqual([]);
    });

    it('is told to the caller and to onError where the mailbox is registered (M9, O7)', () => {
      const errors: unknown[] = [];
      const { broker } = setup({ onError: (error) => errors.push(error) });
      const mailbox = Mailbox.bounded<number>(5);
      broker.register(a, mailbox);
      expect(() => mailbox.receive(actor)).toThrow(failure);
      expect(errors).toEqual([failure]);
    });
  });

  describe('whose onStart fails after `receive` has returned', () => {
    it('gives its seat back, and is written out where there is no broker (M9)', async () => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const mailbox = Mailbox.bounded<number>(5);
      mailbox.next(1);
      const failed = mailbox.receive({ receive: () => {}, onStart: () => Promise.reject(new Error('no database')) });
      await macrotask();
      expect(warn.mock.calls).toEqual([['rx-broker: onStart threw:', new Error('no database')]]);
      warn.mockRestore();
      const got: number[] = [];
      mailbox.receive((n) => void got.push(n));
      failed.unsubscribe();
      mailbox.next(2);
      expect(got).toEqual([1, 2]);
    });

    it('leaves the seat to the consumer who has it by then (M9)', async () => {
      const { broker } = setup({ onError: () => {} });
      const gate = deferred<void>();
      const mailbox = Mailbox.bounded<number>(5);
      broker.register(a, mailbox);
      mailbox.receive({ receive: () => {}, onStart: () => gate.promise }).unsubscribe();
      const got: number[] = [];
      mailbox.receive(async (n) => void got.push(n));
      gate.reject(new Error('no database'));
      await macrotask();
      for (const n of [1, 2, 3]) {
        broker.trySend(a, n);
        await macrotask();
      }
      expect(got).toEqual([1, 2, 3]);
    });
  });

  it('is started once, however many messages wait for that (M9)', async () => {
    const mailbox = Mailbox.bounded<number>(5);
    const gate = deferred<void>();
    const steps: unknown[] = [];
    mailbox.receive({ receive: (n) => (steps.push(n), NEVER as never), onStart: () => (steps.push('start'), gate.promise) });
    for (const n of [1, 2]) mailbox.next(n);
    gate.resolve();
    await macrotask();
    mailbox.next(3);
    expect(steps).toEqual(['start', 1]);
  });

  it('is not started by the onStart of another, whose seat it has taken meanwhile (M9)', async () => {
    const mailbox = Mailbox.bounded<number>(5);
    const gates = [deferred<void>(), deferred<void>()] as const;
    const got: number[] = [];
    const actorOf = (gate: (typeof gates)[0]) => ({ receive: (n: number) => void got.push(n), onStart: () => gate.promise });
    mailbox.next(1);
    mailbox.receive(actorOf(gates[0])).unsubscribe();
    mailbox.receive(actorOf(gates[1]));
    gates[0].resolve();
    await macrotask();
    expect(got).toEqual([]);
    gates[1].resolve();
    await macrotask();
    expect(got).toEqual([1]);
  });
});
