import { type ActorContext, Mailbox, actorId } from 'rx-broker';
import { NEVER, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, setupStill as setup, virtually, watchFor } from './setup';

const [a, b] = [actorId<any>('a'), actorId<any>('b')];

describe('the turns of an actor', () => {
  it.each([1, 3])('are at most %i at a time: the next begins when a reply has settled (M4)', (concurrency) => {
    virtually(({ flush }) => {
      const { broker } = setup();
      let open = 0;
      let most = 0;
      broker.spawn(a, () => {
        most = Math.max(most, ++open);
        const reply = timer(5);
        reply.subscribe(() => open--);
        return reply;
      }, { concurrency });
      for (let i = 0; i < 9; i++) broker.trySend(a, i);
      flush();
      expect(most).toBe(concurrency);
      expect(broker.metrics()).toMatchObject({ totalSucceeded: 9, inFlight: 0 });
    });
  });

  it.each<[string, (gate: ReturnType<typeof deferred>) => unknown, string[]]>([
    ['a promise, it keeps its seat until that settles', ({ promise }) => promise, ['first']],
    ['a stream, the next begins at once', () => NEVER, ['first', 'second']],
  ])('never overlap: when one is aborted that returned %s (M4)', async (_, reply, atOnce) => {
    const { broker } = setup();
    const gate = deferred();
    const began: string[] = [];
    broker.spawn(a, (name: string) => {
      began.push(name);
      return name === 'first' ? reply(gate) : undefined;
    });
    const asked = broker.send(a, 'first').subscribe();
    broker.trySend(a, 'second');
    asked.unsubscribe();
    expect(began).toEqual(atOnce);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, inFlight: 0, pending: 2 - atOnce.length });
    gate.reject(new Error('late'));
    await gate.promise.catch(() => {});
    expect(began).toEqual(['first', 'second']);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalErrored: 0, totalSucceeded: 1 });
  });

  it('never overlap, also when the first is ended on its own stack and returns a promise (M4, S3)', async () => {
    const { broker } = setup();
    const gate = deferred();
    const began: unknown[] = [];
    const asks: { unsubscribe(): void }[] = [];
    const mailbox = Mailbox.bounded<string>(5);
    broker.register(a, mailbox);
    asks.push(broker.send(a, 'first').subscribe());
    broker.trySend(a, 'second');
    mailbox.receive((name) => {
      began.push(name);
      asks[0]!.unsubscribe();
      return name === 'first' ? gate.promise : undefined;
    });
    expect(began).toEqual(['first']);
    gate.resolve(0);
    await gate.promise;
    expect(began).toEqual(['first', 'second']);
  });

  it('go on after a handler that throws, with their state, and with what it sent (M5)', () => {
    const { broker } = setup();
    const got: unknown[] = [];
    let sum = 0;
    broker.spawn(b, (n) => void got.push(n));
    broker.spawn(a, (n: number) => {
      sum += n;
      broker.trySend(b, n);
      if (n === 2) throw new Error('two');
      return sum;
    });
    expect([1, 2, 3].flatMap((n) => watchFor(broker.send(a, n)).values)).toEqual([1, 6]);
    expect(got).toEqual([1, 2, 3]);
  });

  it('are aborted when they take longer than turnTimeout, also where nobody waits for the reply (M4)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      const began: unknown[] = [];
      broker.spawn(a, (message) => {
        began.push(message);
        return message === 'slow' ? NEVER : timer(5);
      }, { turnTimeout: 10 });
      broker.trySend(a, 'slow');
      broker.trySend(a, 'fast');
      at(9, () => expect(began).toEqual(['slow']));
      flush();
      expect(began).toEqual(['slow', 'fast']);
      expect(letters).toMatchObject([{ message: 'slow', reason: 'Timeout', error: { code: 'Timeout', started: true } }]);
      expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 1 });
    });
  });
});

describe('an aborted turn', () => {
  /** `a` asks `b` in its turn, and `b` never answers. */
  function asking(reply: () => unknown) {
    const { broker } = setup();
    const asked: unknown[] = [];
    const told: unknown[] = [];
    let context!: ActorContext;
    broker.spawn(b, (text) => {
      asked.push(text);
      return NEVER;
    });
    broker.spawn(a, (_message, own) => {
      context = own;
      for (const text of ['runs', 'is queued']) own.send(b, text).subscribe({ error: (error: unknown) => told.push(error) });
      return reply();
    });
    const caller = broker.send(a, 0).subscribe({ error: () => {} });
    return { broker, caller, asked, told, later: () => watchFor(context.send(b, 'later')) };
  }

  it.each([
    ['a promise', () => new Promise(() => {})],
    ['a stream', () => NEVER],
  ])('that returned %s cancels what it asked through its context, and says so (M4)', (_, reply) => {
    const { broker, caller, asked, told } = asking(reply);
    caller.unsubscribe();
    expect(asked).toEqual(['runs']);
    expect(told).toMatchObject([1, 2].map(() => ({ code: 'ActorStopped', actorId: a, started: true, message: expect.stringContaining('(its turn was cancelled)') as string })));
    expect(broker.metrics()).toMatchObject({ totalAborted: 2, failedBy: { Cancelled: 1 }, inFlight: 0, pending: 0, openRequests: 0 });
  });

  it('asks nobody any more (M4)', () => {
    const { caller, asked, later } = asking(() => new Promise(() => {}));
    caller.unsubscribe();
    expect(later().error).toMatchObject({ code: 'ActorStopped', started: false, actorId: b, message: expect.stringContaining('(not sent, since the turn that asks was aborted)') as string });
    expect(asked).toEqual(['runs']);
  });

  it('whose handler awaits an ask gets its error, so that its seat comes free (M4)', async () => {
    const { broker } = setup();
    const failures: unknown[] = [];
    const after = deferred();
    broker.spawn(b, () => NEVER);
    broker.spawn(a, (message, context) => {
      if (message === 'next') {
        after.resolve('ran');
        return undefined;
      }
      return new Promise<void>((resolve) => {
        context.send(b, 0).subscribe({
          error: (error: unknown) => {
            failures.push(error);
            resolve();
          },
        });
      });
    });
    const asked = broker.send(a, 'first').subscribe();
    broker.trySend(a, 'next');
    asked.unsubscribe();
    await after.promise;
    expect(failures).toHaveLength(1);
  });

  it('does not count as in flight while it keeps its seat (M4)', async () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    const gate = deferred();
    broker.register(a, mailbox);
    mailbox.receive(() => gate.promise);
    const asked = broker.send(a, 1).subscribe();
    expect(mailbox.metrics().inFlight).toBe(1);
    asked.unsubscribe();
    broker.trySend(a, 2);
    expect(mailbox.metrics()).toMatchObject({ inFlight: 0, size: 1, delivered: 1 });
    gate.resolve(undefined);
    await gate.promise;
    expect(mailbox.metrics()).toMatchObject({ size: 0, delivered: 2 });
  });
});

describe('a context', () => {
  it('makes ordinary asks once its turn is over', () => {
    const { broker } = setup();
    let kept!: ActorContext;
    broker.spawn(a, (message, context) => {
      kept = context;
      return message;
    });
    broker.trySend(a, 0);
    expect(watchFor(kept.send(a, 'later')).values).toEqual(['later']);
    expect(kept.broker).toBe(broker);
  });
});
