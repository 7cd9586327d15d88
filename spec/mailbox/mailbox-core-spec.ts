import { type DeadLetter, type InMemoryMessageBroker, Mailbox, type MailboxOptions, actorId } from 'rx-broker';
import { NEVER, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, setup, virtually, watchFor } from '../broker/setup';

const a = actorId<any>('a');

describe('a lone mailbox', () => {
  it('drains where its dispatcher says, not on the stack of next (D3)', () => {
    const dispatcher = new VirtualTimeScheduler();
    const mailbox = Mailbox.bounded<number>(5, { dispatcher });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    mailbox.next(1);
    expect([got, mailbox.size]).toEqual([[], 1]);
    dispatcher.flush();
    expect(got).toEqual([1]);
  });
});

describe('Mailbox.metrics', () => {
  it('counts the turn on the stack as in flight', () => {
    const mailbox = Mailbox.bounded<number>(5);
    const inFlight: number[] = [];
    mailbox.receive(() => void inFlight.push(mailbox.metrics().inFlight));
    mailbox.next(1);
    mailbox.next(2);
    expect(inFlight).toEqual([1, 1]);
    expect(mailbox.metrics().inFlight).toBe(0);
  });

  it('does not count a turn as in flight that only keeps its seat: aborted, its promise still open (M4)', async () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    const reply = deferred();
    broker.register(a, mailbox);
    mailbox.receive(() => reply.promise);
    const asked = broker.send(a, 1).subscribe();
    expect(mailbox.metrics().inFlight).toBe(1);
    asked.unsubscribe();
    broker.trySend(a, 2);
    expect(mailbox.metrics()).toMatchObject({ inFlight: 0, size: 1, delivered: 1 });
    reply.resolve(undefined);
    await reply.promise;
    expect(mailbox.metrics()).toMatchObject({ size: 0, delivered: 2 });
  });

  it('counts what expired as accepted and lost (ttl)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const mailbox = Mailbox.bounded<number>(5, { ttl: 10 });
      broker.register(a, mailbox);
      for (const n of [1, 2, 3]) broker.trySend(a, n);
      at(20, () => {
        mailbox.receive(() => {});
        expect(mailbox.metrics()).toMatchObject({ accepted: 3, lost: 3, delivered: 0, size: 0 });
      });
    });
  });
});

describe('a closed mailbox with a backlog', () => {
  /** One message runs for ever; the others fill it. */
  function closed(options: MailboxOptions = {}) {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(2, options);
    broker.register(a, mailbox);
    mailbox.receive(() => NEVER);
    for (const message of ['runs', 'is queued']) broker.trySend(a, message);
    return { broker, mailbox };
  }

  it('refuses newcomers, also while there is room for them (M6)', () => {
    const { broker, mailbox } = closed();
    mailbox.close();
    expect(broker.trySend(a, 'newcomer')).toMatchObject({ ok: false, code: 'ActorStopped' });
    expect(mailbox.metrics()).toMatchObject({ size: 1, accepted: 2, lost: 1 });
  });

  it('makes no room for those that it refuses anyway (M6, ttl)', () => {
    virtually(({ at }) => {
      const { broker, mailbox } = closed({ ttl: 10 });
      broker.trySend(a, 'is queued, too');
      mailbox.close();
      at(10, () => {
        expect(broker.trySend(a, 'newcomer')).toMatchObject({ ok: false, code: 'ActorStopped' });
        expect(mailbox.metrics()).toMatchObject({ size: 2, lost: 1 });
      });
    });
  });
});

describe('a message with a record', () => {
  it('stands in the queue by its record only: what is taken back is not kept (S3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    broker.trySend(a, 'without');
    const asked = broker.send(a, 'asked').subscribe();
    broker.trySend(a, 'with headers', { headers: { h: '1' } });
    const held: unknown[] = [];
    Mailbox.coreOf(mailbox).buffer?.forEach((value) => held.push(value));
    expect(held).toEqual(['without', undefined, undefined]);
    asked.unsubscribe();
  });
});

describe('a ttl of 0', () => {
  it('is a ttl: who is queued makes room for a newcomer (M2)', () => {
    const { broker } = setup({ scheduler: new VirtualTimeScheduler() });
    broker.spawn(a, () => NEVER, { capacity: 1 });
    broker.trySend(a, 'runs');
    const queued = watchFor(broker.send(a, 'is queued', { ttl: 0 }));
    expect(broker.trySend(a, 'newcomer').ok).toBe(true);
    expect(queued.error).toMatchObject({ code: 'Expired' });
  });

  it('is a ttl: who waited for a place makes room when found too old (M2)', () => {
    const { broker } = setup({ scheduler: new VirtualTimeScheduler() });
    broker.spawn(a, () => NEVER, { capacity: 1, overflow: 'block' });
    const first = broker.send(a, 'runs').subscribe();
    broker.trySend(a, 'is queued');
    const waiter = watchFor(broker.send(a, 'waits', { ttl: 0 }));
    first.unsubscribe();
    expect(waiter.errored).toBe(false);
    expect(broker.trySend(a, 'newcomer').ok).toBe(true);
    expect(waiter.error).toMatchObject({ code: 'Expired' });
  });
});

describe('a queued message', () => {
  /** A broker with a mailbox in which this waits for its consumer. */
  function withBacklog(message: unknown): { broker: InMemoryMessageBroker; letters: DeadLetter[]; mailbox: Mailbox } {
    const { broker, letters } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    broker.trySend(a, message);
    return { broker, letters, mailbox };
  }

  it('is aborted when its turn ends its actor, also by one that returns nothing (R2)', () => {
    const { broker, letters, mailbox } = withBacklog('x');
    mailbox.receive(() => {
      broker.unregister(a);
    });
    expect(broker.metrics()).toMatchObject({ totalDelivered: 1, totalAborted: 1, totalSucceeded: 0, inFlight: 0 });
    expect(letters).toMatchObject([{ reason: 'ActorStopped', message: 'x' }]);
  });

  it('has nothing to do with its signal when its turn is over (S3)', () => {
    const { broker, mailbox } = withBacklog('x');
    const signals: AbortSignal[] = [];
    mailbox.receive((_message, context) => {
      signals.push(context.signal);
    });
    broker.spawn(actorId<any>('b'), () => {
      broker.unregister(actorId('b'));
    });
    broker.trySend(actorId<any>('b'), 'ends itself');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('is told to who comes to observe it during its turn (O1)', () => {
    const { broker, mailbox } = withBacklog('x');
    const kinds: string[] = [];
    mailbox.receive(() => {
      broker.events$.subscribe(({ kind }) => kinds.push(kind));
    });
    expect(kinds).toEqual(['settled']);
  });
});

describe('a turn that an observer ends before it began', () => {
  it.each(['idle', 'queued'])('never runs: its actor was %s (O1)', (which) => {
    const { broker } = setup();
    let ran = 0;
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    broker.events$.subscribe(({ kind }) => {
      if (kind === 'delivered') broker.unregister(a);
    });
    const handle = (): void => void ran++;
    if (which === 'idle') mailbox.receive(handle);
    const reply = watchFor(broker.send(a, 1));
    if (which === 'queued') mailbox.receive(handle);
    expect(ran).toBe(0);
    expect(reply.error).toMatchObject({ code: 'ActorStopped', started: true });
    expect(broker.metrics()).toMatchObject({ totalDelivered: 1, totalAborted: 1, inFlight: 0, pending: 0 });
  });
});
