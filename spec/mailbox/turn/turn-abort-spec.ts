import { type ActorContext, Mailbox, actorId } from 'rx-broker';
import { NEVER, Subject, takeUntil } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, virtually, watchFor } from '../../broker/setup';

const a = actorId<any>('a');
const b = actorId<any>('b');

describe('the signal of a turn', () => {
  it('says why it is aborted while it runs on the stack (S3, R2)', () => {
    const { broker } = setup();
    const leave = new Subject<void>();
    const reasons: unknown[] = [];
    broker.spawn(a, (how, { signal }: ActorContext) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      if (how === 'leave') leave.next();
      else broker.unregister(a);
      expect(signal.aborted).toBe(true);
    });
    broker.send(a, 'leave').pipe(takeUntil(leave)).subscribe();
    watchFor(broker.send(a, 'end'));
    expect(reasons).toMatchObject([{ name: 'AbortError' }, { code: 'ActorStopped', started: true, actorId: 'a' }]);
  });

  it('says why it is aborted when it is read only afterwards (S3)', () => {
    const { broker } = setup();
    const reasons: unknown[] = [];
    broker.spawn(a, (_how, context: ActorContext) => {
      broker.unregister(a);
      reasons.push(context.signal.reason);
      broker.spawn(a, () => {});
      broker.unregister(a);
      reasons.push(context.signal.reason);
    });
    watchFor(broker.send(a, 'end'));
    expect(reasons).toMatchObject([{ code: 'ActorStopped', started: true }, { code: 'ActorStopped' }]);
    expect(reasons[0]).toBe(reasons[1]);
  });

  it.each<[string, () => unknown]>([
    ['a promise', () => new Promise(() => {})],
    ['a stream', () => NEVER],
  ])('says that it is aborted when it is first read afterwards, by a handler of %s (S3)', (_, reply) => {
    const { broker } = setup();
    const contexts: ActorContext[] = [];
    broker.spawn(a, (_message, context: ActorContext) => {
      contexts.push(context);
      return reply();
    });
    broker.send(a, 1).subscribe().unsubscribe();
    broker.unregister(a);
    expect(contexts[0]?.signal).toMatchObject({ aborted: true, reason: { name: 'AbortError' } });
    broker.spawn(a, (_message, context: ActorContext) => {
      contexts.push(context);
      return reply();
    });
    watchFor(broker.send(a, 2));
    broker.unregister(a);
    expect(contexts[1]?.signal).toMatchObject({ aborted: true, reason: { code: 'ActorStopped', started: true } });
  });

  it('says why it is aborted while its reply is awaited (S3, S4)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const signals: AbortSignal[] = [];
      broker.spawn(a, (_message, { signal }: ActorContext) => {
        signals.push(signal);
        return NEVER;
      }, { concurrency: 2 });
      watchFor(broker.send(a, 0, { timeout: 10 }));
      const leaves = broker.send(a, 1).subscribe();
      at(20, () => {
        leaves.unsubscribe();
        expect(signals.map(({ reason }) => reason as unknown)).toMatchObject([{ code: 'Timeout', started: true, actorId: 'a' }, { name: 'AbortError' }]);
      });
    });
  });
});

describe('the signal of another turn', () => {
  it('has nothing to do with the one on the stack, which ends its actor (S3, R2)', () => {
    const { broker } = setup();
    let open: ActorContext | undefined;
    broker.spawn(a, (_message, context: ActorContext) => {
      open = context;
      return NEVER;
    });
    broker.spawn(b, () => {
      broker.unregister(b);
    });
    broker.trySend(a, 0);
    const signal = (open as unknown as ActorContext).signal;
    broker.trySend(b, 0);
    expect(signal.aborted).toBe(false);
    broker.unregister(a);
    expect(signal.reason).toMatchObject({ code: 'ActorStopped' });
  });

  it('has nothing to do with the one on the stack, which was cancelled, also where both are of one actor (S3)', () => {
    const { broker } = setup();
    const contexts: ActorContext[] = [];
    const mailbox = Mailbox.bounded<string>(5, { concurrency: 2 });
    broker.register(a, mailbox);
    broker.trySend(a, 'open');
    const asked = broker.send(a, 'is cancelled').subscribe();
    const aborted: boolean[] = [];
    mailbox.receive((text: string, context: ActorContext) => {
      contexts.push(context);
      if (text === 'open') return NEVER;
      asked.unsubscribe();
      aborted.push(...contexts.map(({ signal }) => signal.aborted));
      return undefined;
    });
    expect(aborted).toEqual([false, true]);
    expect(broker.metrics()).toMatchObject({ inFlight: 1, totalAborted: 1 });
  });

  it('has nothing to do with the one on the stack, also where it is of an actor that starts during it (S3)', () => {
    const { broker } = setup();
    const signals: AbortSignal[] = [];
    broker.spawn(b, () => {
      broker.spawn(a, {
        receive: () => {},
        onStart: ({ signal }) => {
          signals.push(signal);
          broker.unregister(b);
        },
      });
    });
    broker.trySend(b, 0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });
});

describe('the signal of a turn during which an actor starts', () => {
  it.each<[string, (own: Mailbox) => void]>([
    ['another one', () => {}],
    ['its own next one', (own) => {
      own.receive({ receive: () => {}, onStart: ({ signal }) => expect(signal.aborted).toBe(false) });
    }],
  ])('says that it is aborted while it runs on the stack, as ever: %s (S3)', (which, attach) => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    const seen: unknown[] = [];
    const seat = mailbox.receive((_message, { signal }) => {
      expect(signal.aborted).toBe(false);
      if (which === 'another one') broker.spawn(b, { receive: () => {}, onStart: () => {} });
      else seat.unsubscribe();
      attach(mailbox);
      broker.unregister(a);
      seen.push(signal.aborted, signal.reason);
    });
    broker.trySend(a, 0);
    expect(seen).toMatchObject([true, { code: 'ActorStopped', started: true }]);
  });

  it('says that its caller has gone, as ever (S3)', () => {
    const { broker } = setup();
    const leave = new Subject<void>();
    const aborted: boolean[] = [];
    broker.spawn(b, () => {});
    broker.trySend(b, 'is sampled, and goes a longer way than those after it');
    broker.spawn(a, (_message, { signal }: ActorContext) => {
      aborted.push(signal.aborted);
      broker.spawn(actorId('c'), { receive: () => {}, onStart: () => {} });
      leave.next();
      aborted.push(signal.aborted);
    });
    broker.send(a, 0).pipe(takeUntil(leave)).subscribe();
    expect(aborted).toEqual([false, true]);
  });
});

describe('a turn that is aborted', () => {
  /** An actor that asks another one, and what both see. */
  function asking(reply: () => unknown) {
    const { broker } = setup();
    const asked: unknown[] = [];
    const seen: unknown[] = [];
    let context: ActorContext | undefined;
    broker.spawn(b, (text) => {
      asked.push(text);
      return NEVER;
    }, { concurrency: 9 });
    broker.spawn(a, (_message, own: ActorContext) => {
      context = own;
      own.send(b, 'during').subscribe({ error: (error: unknown) => seen.push(error) });
      return reply();
    });
    const caller = broker.send(a, 0).subscribe();
    return { broker, caller, asked, seen, later: () => watchFor((context as ActorContext).send(b, 'later')) };
  }

  it.each([
    ['a promise', () => new Promise(() => {})],
    ['a stream', () => NEVER],
  ])('and returned %s cancels what it asked, and says so (M4)', (_, reply) => {
    const { broker, caller, asked, seen } = asking(reply);
    caller.unsubscribe();
    expect(asked).toEqual(['during']);
    expect(seen).toMatchObject([{ code: 'ActorStopped', started: true, actorId: 'a', message: expect.stringContaining('(its turn was cancelled)') as string }]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 2, inFlight: 0, openRequests: 0 });
  });

  it('asks nobody any more (M4)', () => {
    const { caller, asked, later } = asking(() => new Promise(() => {}));
    caller.unsubscribe();
    expect(later().error).toMatchObject({ code: 'ActorStopped', started: false, actorId: 'b', message: expect.stringContaining('(not sent, since the turn that asks was aborted)') as string });
    expect(asked).toEqual(['during']);
  });

  it('asks nobody any more, also while it is on the stack, once its signal has told (M4)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    broker.spawn(b, () => 'fine');
    const asked = broker.send(a, 0).subscribe();
    const errors: unknown[] = [];
    mailbox.receive((_message, context) => {
      const { signal } = context;
      asked.unsubscribe();
      expect(signal.aborted).toBe(true);
      context.send(b, 0).subscribe({ error: (error: unknown) => errors.push(error) });
      expect(errors).toMatchObject([{ code: 'ActorStopped', message: expect.stringContaining('(not sent, since the turn that asks was aborted)') as string }]);
      errors.push('went on');
    });
    expect(errors).toHaveLength(2);
  });

  it('asks nobody any more, also where only its signal tells (M4)', () => {
    const { broker } = setup();
    let context: ActorContext | undefined;
    broker.spawn(b, () => 'fine');
    broker.spawn(a, (_message, own: ActorContext) => {
      context = own;
      expect(own.signal.aborted).toBe(false);
      return NEVER;
    });
    const caller = broker.send(a, 0).subscribe();
    expect(watchFor((context as unknown as ActorContext).send(b, 0)).values).toEqual(['fine']);
    caller.unsubscribe();
    expect(watchFor((context as unknown as ActorContext).send(b, 0)).error).toMatchObject({ code: 'ActorStopped' });
  });

  it('cancels all that it asked (M4)', () => {
    const { broker } = setup();
    broker.spawn(b, () => NEVER, { concurrency: 2 });
    broker.spawn(a, (_message, context: ActorContext) => {
      for (const n of [1, 2, 3]) watchFor(context.send(b, n));
      return NEVER;
    });
    const asked = broker.send(a, 0).subscribe();
    expect(broker.metrics()).toMatchObject({ openRequests: 4, inFlight: 3, pending: 1 });
    asked.unsubscribe();
    expect(broker.metrics()).toMatchObject({ openRequests: 0, inFlight: 0, pending: 0, totalAborted: 3, failedBy: { Cancelled: 1 } });
  });

  it('asks nothing more while it is on the stack and has seen its signal abort (S3)', () => {
    const { broker } = setup();
    broker.spawn(b, () => 'fine');
    const errors: unknown[] = [];
    broker.spawn(a, (_message, context: ActorContext) => {
      expect(context.signal.aborted).toBe(false);
      broker.unregister(a);
      errors.push(watchFor(context.send(b, 0)).error);
    });
    broker.trySend(a, 0);
    // Of the message that was to be sent, which nobody saw.
    expect(errors).toMatchObject([{ code: 'ActorStopped', actorId: 'b', started: false }]);
    expect(broker.metrics().totalSent).toBe(1);
  });

  it('is another one than that of an actor which starts on its stack (S3)', () => {
    const { broker } = setup();
    const ids: unknown[] = [];
    const aborted: boolean[] = [];
    broker.spawn(a, (_message, { signal }: ActorContext) => {
      broker.spawn(b, {
        receive: () => {},
        onStart: ({ envelope }: ActorContext) => {
          ids.push(envelope.id);
          broker.unregister(a);
          aborted.push(signal.aborted);
        },
      });
    });
    broker.trySend(a, 0);
    expect(ids).toHaveLength(1);
    expect(aborted).toEqual([true]);
  });

  it('goes on, whether or not it has read its signal (S3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    const asked = broker.send(a, 0).subscribe();
    const steps: string[] = [];
    mailbox.receive(() => {
      asked.unsubscribe();
      steps.push('went on');
    });
    expect(steps).toEqual(['went on']);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalErrored: 0 });
  });

  it.each(['leave', 'end'])('is aborted and not errored, though its handler throws: %s (M5)', (how) => {
    const { broker, letters } = setup();
    const leave = new Subject<void>();
    broker.spawn(a, () => {
      if (how === 'leave') leave.next();
      else broker.unregister(a);
      throw new Error('no');
    });
    broker.send(a, 0).pipe(takeUntil(leave)).subscribe({ error: () => {} });
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalErrored: 0, inFlight: 0, openRequests: 0 });
    expect(letters).toEqual([]);
  });
});
