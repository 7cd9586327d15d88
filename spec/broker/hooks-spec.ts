import { type ActorContext, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, macrotask, setupStill as setup, watchFor } from './setup';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];

/** A broker that hands its log to the spec. */
function logging() {
  const lines: unknown[][] = [];
  const broker = new InMemoryMessageBroker({ logDeadLetters: false, logger: (...line) => void lines.push(line) });
  return { broker, lines };
}

describe('onStart', () => {
  it('is called before the first turn, with a context that sends (M9)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(id, {
      receive: (name: string) => void steps.push(name),
      onStart: (context) => {
        steps.push(`start ${context.self}`);
        context.trySend(context.self, 'first');
      },
    });
    broker.trySend(id, 'second');
    expect(steps).toEqual(['start actor', 'first', 'second']);
  });

  it('that returns a promise is waited for by the first turn and by `ready` (M9)', async () => {
    const { broker } = setup();
    const gate = deferred<void>();
    const steps: string[] = [];
    const registration = broker.spawn(id, { receive: (name) => void steps.push(String(name)), onStart: () => gate.promise });
    void registration.ready.then(() => steps.push('ready'));
    const asked = watchFor(broker.send(id, 'asked'));
    broker.trySend(id, 'told');
    await Promise.resolve();
    expect([steps, broker.metrics().pending]).toEqual([[], 2]);
    gate.resolve();
    await registration.ready;
    expect(asked.completed).toBe(true);
    expect(steps).toEqual(['asked', 'told', 'ready']);
    broker.trySend(id, 'at once');
    expect(steps.at(-1)).toBe('at once');
  });

  it('is called in the step of the registration, while the messages of the mailbox are queued (M9, M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(5);
    const steps: string[] = [];
    mailbox.next('held');
    broker.register(id, mailbox);
    expect(steps).toEqual([]);
    mailbox.receive({ receive: (name) => void steps.push(name), onStart: () => void steps.push('start') });
    expect(steps).toEqual(['start', 'held']);
  });

  it('may send by its context while its broker drains, as long as it has not ended (M9, §7)', async () => {
    const { broker } = setup();
    const gate = deferred<void>();
    const results: unknown[] = [];
    let context!: ActorContext;
    broker.spawn(other, () => 'reply');
    broker.spawn(id, { receive: () => {}, onStart: (own) => ((context = own), gate.promise) });
    broker.trySend(id, 'waits for it');
    const closing = broker.close();
    results.push(context.trySend(other, 0).ok);
    gate.resolve();
    await closing;
    results.push(context.trySend(other, 0).ok);
    expect(results).toEqual([true, false]);
  });

  it('that begins a second life does not begin the first, which was ended while it started (M9, R2)', async () => {
    const { broker } = setup();
    const gates = [deferred<void>(), deferred<void>()];
    const got: unknown[] = [];
    let starts = 0;
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive({ receive: (message) => void got.push(message), onStart: () => gates[starts++]!.promise });
    broker.register(id, mailbox);
    broker.unregister(id);
    broker.register(id, mailbox);
    broker.trySend(id, 'waits');
    gates[0]!.resolve();
    await macrotask();
    expect(got).toEqual([]);
    gates[1]!.resolve();
    await macrotask();
    expect(got).toEqual(['waits']);
  });

  it('that returns what throws when it is read has ended: that is no promise (M9, D6)', async () => {
    const { broker } = setup();
    const got: unknown[] = [];
    const unreadable = { get then(): never { throw new Error('unreadable'); } };
    const registration = broker.spawn(id, { receive: (message) => void got.push(message), onStart: () => unreadable as never });
    await registration.ready;
    broker.trySend(id, 1);
    expect(got).toEqual([1]);
  });

  it('has a context without a turn: its later asks are ordinary ones', () => {
    const { broker } = setup();
    let context!: ActorContext;
    broker.spawn(id, { receive: () => 'reply', onStart: (own) => void (context = own) });
    expect(context.envelope.priority).toBe('normal');
    expect(watchFor(context.send(id, 0)).values).toEqual(['reply']);
    broker.unregister(id);
    expect(context.signal.aborted).toBe(false);
  });
});

describe('an onStart that fails', () => {
  const failure = new Error('no database');
  const failing = { receive: () => {}, onStart: () => { throw failure; } };

  it('is thrown by spawn and register outside of a step; the actor is unregistered, onStop not called (M9)', () => {
    const { broker } = setup();
    const steps: unknown[] = [];
    broker.events$.subscribe(({ kind }) => steps.push(kind));
    expect(() => broker.spawn(id, { ...failing, onStop: () => void steps.push('onStop') })).toThrow(failure);
    const mailbox = Mailbox.bounded<any>(1);
    mailbox.receive({ ...failing, onStop: () => void steps.push('onStop') });
    expect(() => broker.register(id, mailbox)).toThrow(failure);
    expect(steps).toEqual(['registered', 'unregistered', 'registered', 'unregistered']);
    expect([broker.isRegistered(id), broker.metrics().registeredActors]).toEqual([false, 0]);
  });

  it('inside a step is reported, and rejects `ready`: spawn has returned before (M9)', async () => {
    const { broker, lines } = logging();
    let ready: Promise<void> | undefined;
    broker.spawn(other, () => void ({ ready } = broker.spawn(id, failing)));
    broker.trySend(other, 0);
    await expect(ready).rejects.toBe(failure);
    expect(broker.isRegistered(id)).toBe(false);
    expect(lines).toEqual([[expect.stringContaining("onStart of 'actor'"), failure]]);
  });

  it('by a promise unregisters the actor with what is queued, rejects `ready` and is reported (M9)', async () => {
    const { broker, lines } = logging();
    const registration = broker.spawn(id, { receive: () => {}, onStart: () => Promise.reject(failure), onStop: () => void lines.push(['onStop']) });
    const asked = watchFor(broker.send(id, 0));
    await expect(registration.ready).rejects.toBe(failure);
    expect(asked.error).toMatchObject({ code: 'ActorNotFound', started: false });
    expect([registration.closed, broker.isRegistered(id)]).toEqual([true, false]);
    expect(lines).toEqual([[expect.stringContaining("onStart of 'actor'"), failure]]);
  });

  it('of a consumer that comes later gives the seat back, and is thrown by receive (M9)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    expect(() => mailbox.receive(failing)).toThrow(failure);
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    expect(got).toEqual([1]);
  });

  it.runIf(typeof process === 'object' && typeof process.on === 'function')('is never an unhandled rejection, though nobody looks at `ready` (M9)', async () => {
    const { broker } = logging();
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    void broker.spawn(id, { receive: () => {}, onStart: () => Promise.reject(failure) }).ready;
    broker.spawn(other, { receive: () => {}, onStop: () => Promise.reject(failure) });
    broker.unregister(other);
    for (let i = 0; i < 3; i++) await macrotask();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});

describe('the failure of an onStart that is over', () => {
  it('does not unregister a mailbox whose consumer has left meanwhile (M9)', async () => {
    const { broker, lines } = logging();
    const gate = deferred<void>();
    const mailbox = Mailbox.bounded<any>(5);
    const consumer = mailbox.receive({ receive: () => {}, onStart: () => gate.promise });
    const registration = broker.register(id, mailbox);
    consumer.unsubscribe();
    gate.reject(new Error('no database'));
    await expect(registration.ready).rejects.toThrow('no database');
    expect([registration.closed, broker.isRegistered(id)]).toEqual([false, true]);
    expect(lines).toHaveLength(1);
  });
});

describe('`ready`', () => {
  it('resolves where no life begins: the mailbox has ended (M9, M6)', async () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded(5);
    mailbox.receive({ receive: () => {}, onStart: () => { throw new Error('not called'); } });
    mailbox.close();
    await broker.register(id, mailbox).ready;
    expect(broker.isRegistered(id)).toBe(true);
  });
});

describe('a life that ends before it has started', () => {
  it.each<[string, (broker: InMemoryMessageBroker) => unknown]>([
    ['unregistered', (broker) => broker.unregister(id)],
    ['ended by the close of its broker', (broker) => broker.close({ drain: false })],
  ])('calls no hook, and is waited for by nobody: %s by an observer of `registered` (M9, R2)', async (_, end) => {
    const { broker, letters } = setup();
    const steps: string[] = [];
    broker.events$.subscribe(({ kind }) => {
      steps.push(kind);
      if (kind === 'registered') void end(broker);
    });
    const actor = { receive: () => {}, onStart: () => void steps.push('start'), onStop: () => void steps.push('stop') };
    const registration = broker.spawn(id, actor, { topics: ['t'] });
    await registration.ready;
    expect(registration.closed).toBe(true);
    expect(steps.filter((step) => step !== 'closed')).toEqual(['registered', 'unregistered']);
    expect([broker.publish('t', 0), letters]).toEqual([0, []]);
  });

  it('runs nothing when its promise is fulfilled after all (M9)', async () => {
    const { broker } = setup();
    const gate = deferred<void>();
    const got: unknown[] = [];
    const registration = broker.spawn(id, { receive: (message) => void got.push(message), onStart: () => gate.promise });
    broker.trySend(id, 'lost');
    broker.unregister(id);
    gate.resolve();
    await registration.ready;
    expect(got).toEqual([]);
    expect(broker.metrics()).toMatchObject({ failedBy: { ActorNotFound: 1 }, pending: 0 });
  });
});

describe('onStop', () => {
  it('is called once for each started life, with the reason (M9)', async () => {
    const { broker } = setup();
    const steps: unknown[] = [];
    const hooks = { receive: () => {}, onStart: () => void steps.push('start'), onStop: (reason: unknown) => void steps.push(reason) };
    const mailbox = Mailbox.bounded(5);
    mailbox.receive(hooks);
    broker.register(id, mailbox);
    broker.unregister(id);
    broker.register(id, mailbox);
    mailbox.error('upstream');
    mailbox.close();
    broker.unregister(id);
    const closed = Mailbox.bounded(5);
    closed.receive(hooks);
    broker.register(id, closed);
    closed.close();
    broker.spawn(other, hooks);
    await broker.close();
    expect(steps).toEqual(['start', 'unregistered', 'start', 'upstream', 'start', 'closed', 'start', 'broker-closed']);
  });

  it.each<[string, () => any]>([
    ['a promise', () => new Promise(() => {})],
    ['a stream', () => NEVER],
  ])('is told that its actor was unregistered, though its mailbox was closed before and had a backlog behind %s (M9, R2)', (_, reply) => {
    const { broker } = setup();
    const reasons: unknown[] = [];
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive({ receive: reply, onStop: (reason) => void reasons.push(reason) });
    broker.register(id, mailbox);
    for (const n of [1, 2]) broker.trySend(id, n);
    mailbox.close();
    expect(reasons).toEqual([]);
    broker.unregister(id);
    expect(reasons).toEqual(['unregistered']);
  });

  it.each<[string, object]>([['drained', {}], ['not drained', { drain: false }]])('that returns a promise is waited for by close, within its timeout: %s (M9, §7)', async (_, options) => {
    const { broker } = setup();
    const gate = deferred<void>();
    broker.spawn(id, { receive: () => {}, onStop: () => gate.promise });
    let isClosed = false;
    const closing = broker.close(options).then(() => (isClosed = true));
    await macrotask();
    expect([isClosed, broker.isRegistered(id)]).toEqual([false, false]);
    gate.resolve();
    await closing;
    const scheduler = new VirtualTimeScheduler();
    const slow = setup({ scheduler }).broker;
    slow.spawn(id, { receive: () => {}, onStop: () => new Promise(() => {}) });
    const given = slow.close({ ...options, timeout: 100 });
    scheduler.flush();
    await given;
    expect(scheduler.frame).toBe(100);
  });

  it('of an actor that was unregistered before is waited for by close as well; a new life of the id is not kept waiting (M9)', async () => {
    const { broker } = setup();
    const gate = deferred<void>();
    const got: unknown[] = [];
    broker.spawn(id, { receive: () => {}, onStop: () => gate.promise });
    broker.unregister(id);
    broker.spawn(id, (message) => void got.push(message));
    broker.trySend(id, 'at once');
    expect(got).toEqual(['at once']);
    let isClosed = false;
    const closing = broker.close().then(() => (isClosed = true));
    await macrotask();
    expect(isClosed).toBe(false);
    gate.resolve();
    await closing;
  });

  it.each<[string, () => Promise<void>]>([
    ['throws', () => { throw new Error('stop'); }],
    ['rejects', () => Promise.reject(new Error('stop'))],
  ])('that %s stops nothing, and is logged (M9, D6)', async (_, onStop) => {
    const { broker, lines } = logging();
    broker.spawn(id, { receive: () => {}, onStop });
    const seen = watchFor(broker.watch(id));
    broker.unregister(id);
    expect(seen.completed).toBe(true);
    await broker.close();
    expect(lines).toEqual([[expect.stringContaining("onStop of 'actor'"), new Error('stop')]]);
  });

  it.each<[string, (settle: () => void) => PromiseLike<void>]>([
    ['twice', (settle) => ({ then: (fulfilled: any) => (fulfilled(), settle(), fulfilled()) }) as never],
    ['both ways', (settle) => ({ then: (fulfilled: any, rejected: any) => (rejected(new Error('stop')), settle(), fulfilled()) }) as never],
  ])('that settles its thenable %s counts once: close waits for the others, too (M9, §7)', async (_, thenable) => {
    const { broker } = logging();
    const gate = deferred<void>();
    let settled = 0;
    let isClosed = false;
    broker.spawn(id, { receive: () => {}, onStop: () => thenable(() => void settled++) });
    broker.spawn(other, { receive: () => {}, onStop: () => gate.promise });
    const closing = broker.close({ timeout: 60_000 }).then(() => (isClosed = true));
    await macrotask();
    expect([settled, isClosed]).toEqual([1, false]);
    gate.resolve();
    await closing;
  });

  it('of one actor may end another one, which is ended once (M9, §7)', async () => {
    const { broker } = setup();
    const stopped: string[] = [];
    broker.spawn(id, { receive: () => {}, onStop: () => {
      stopped.push('first');
      broker.unregister(other);
    } });
    broker.spawn(other, { receive: () => {}, onStop: () => void stopped.push('other') });
    broker.unregister(id);
    await broker.close({ drain: false });
    expect(stopped).toEqual(['first', 'other']);
  });

  it('sends are handled when it has returned, and what comes after it runs at once (M9, D1, D2)', () => {
    const { broker } = setup();
    const steps: unknown[] = [];
    broker.spawn(other, (message) => void steps.push(message));
    broker.spawn(id, { receive: () => {}, onStop: () => void (broker.trySend(other, 'from onStop'), steps.push('onStop ends')) });
    broker.unregister(id);
    broker.trySend(other, 'later');
    expect(steps).toEqual(['onStop ends', 'from onStop', 'later']);
  });
});

describe('an actor', () => {
  it('keeps its state in `this`, and needs no hooks', () => {
    const { broker, lines } = logging();
    class Counter {
      total = 0;
      receive(n: number): number {
        return (this.total += n);
      }
    }
    broker.spawn(id, new Counter());
    broker.trySend(id, 2);
    expect(watchFor(broker.send(id, 3)).values).toEqual([5]);
    broker.unregister(id);
    expect(lines).toEqual([]);
  });
});
