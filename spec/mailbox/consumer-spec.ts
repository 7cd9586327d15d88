import { Mailbox, actorId, message, protocol } from 'rx-broker';
import { describe, expect, it, vi } from 'vitest';
import { deferred, macrotask, setupStill as setup, watchFor } from '../broker/setup';

const a = actorId<any>('a');

describe('the handlers of a protocol', () => {
  const Odd = protocol('odd', { toString: message(), known: message() });

  it('are its own: what every object has is none of them', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, { known: () => {} } as never);
    expect(watchFor(broker.send(a, { type: 'odd.toString' })).error).toMatchObject({ code: 'Unhandled', started: false });
  });

  it('need not be all there are', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, {} as never);
    expect(watchFor(broker.send(a, { type: 'odd.known' })).error).toMatchObject({ code: 'Unhandled' });
  });

  it('may inherit nothing at all', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, Object.assign(Object.create(null), { known: () => {} }) as never);
    expect(watchFor(broker.send(a, { type: 'odd.toString' })).error).toMatchObject({ code: 'Unhandled' });
  });

  it('say which type they lack', () => {
    const { broker } = setup();
    broker.spawn(a, Odd, { known: () => {} } as never);
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

describe('an actor', () => {
  it('whose hooks are no functions is refused (M9)', () => {
    const mailbox = Mailbox.bounded<number>(5);
    for (const name of ['onStart', 'onStop']) {
      expect(() => mailbox.receive({ receive: () => {}, [name]: 5 })).toThrow(`${name} must be a function, got 5`);
    }
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
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const gate = deferred<void>();
      const mailbox = Mailbox.bounded<number>(5);
      mailbox.next(1);
      mailbox.receive({ receive: () => {}, onStart: () => gate.promise }).unsubscribe();
      const got: number[] = [];
      mailbox.receive((n) => void got.push(n));
      gate.reject(new Error('no database'));
      await macrotask();
      warn.mockRestore();
      mailbox.next(2);
      expect(got).toEqual([1, 2]);
    });
  });
});
