import { type ActorContext, Mailbox, actorId } from 'rx-broker';
import { catchError, firstValueFrom, merge, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, macrotask, setupStill as setup, virtually, watchFor } from './setup';

const ids = ['a', 'b', 'c'].map((name) => actorId<any>(name));
const [a, b, c] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]];

describe('context.send', () => {
  it('fails at once with Deadlock when an actor asks itself (O6)', () => {
    const { broker, letters } = setup();
    broker.spawn(a, (message, context) => (message === 'outer' ? context.send(a, 'inner') : 'reply'));
    expect(watchFor(broker.send(a, 'outer')).error).toMatchObject({ code: 'Deadlock', started: false, message: expect.stringContaining('a → a') });
    expect(letters).toMatchObject([{ message: 'inner', reason: 'Deadlock', asked: true }]);
    expect(broker.metrics()).toMatchObject({ failedBy: { Deadlock: 1 }, pending: 0, inFlight: 0, openRequests: 0 });
  });

  it('fails a circle of asks, naming its path (O6)', () => {
    const { broker } = setup();
    broker.spawn(a, (_message, context) => context.send(b, 1));
    broker.spawn(b, (_message, context) => context.send(c, 1));
    broker.spawn(c, (_message, context) => context.send(a, 1));
    expect(watchFor(broker.send(a, 0)).error).toMatchObject({ code: 'Deadlock', message: expect.stringContaining('(c → a → b → c)') });
    expect(broker.metrics()).toMatchObject({ totalErrored: 3, pending: 0, inFlight: 0 });
  });

  it('fails a circle through an actor at which the last ask waits for a place (O6, M2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(1, { overflow: 'block' });
    mailbox.receive((message, context) => (message === 'outer' ? context.send(b, 0) : undefined) as never);
    broker.register(a, mailbox);
    broker.spawn(b, (_message, context) => {
      context.trySend(a, 'fills it');
      return context.send(a, 'waits');
    });
    expect(watchFor(broker.send(a, 'outer')).error).toMatchObject({ code: 'Deadlock', started: false, message: expect.stringContaining('(b → a → b)') });
  });

  it.each([['first', [a, b]], ['last', [b, a]]])('fails one ask of several, which stands %s: the others go on (O6)', (_, targets) => {
    const { broker } = setup();
    broker.spawn(b, () => timer(1));
    broker.spawn(a, (_message, context) => merge(...targets.map((id) => context.send(id, 0).pipe(catchError((error: unknown) => of((error as { code: string }).code))))));
    virtually(({ flush }) => {
      const seen = watchFor(broker.send(a, 0));
      flush();
      expect(seen.values).toEqual(['Deadlock', 0]);
    });
  });

  it('lets the handler catch a Deadlock (O6)', () => {
    const { broker } = setup();
    broker.spawn(a, (message, context) =>
      message === 'outer' ? context.send(a, 'inner').pipe(catchError((error: unknown) => of((error as { code: string }).code))) : 'reply',
    );
    expect(watchFor(broker.send(a, 'outer')).values).toEqual(['Deadlock']);
  });

  it('is found in an ask made on the stack of a handler that returns its promise (O6)', async () => {
    const { broker } = setup();
    broker.spawn(a, async (message, context) => (message === 'outer' ? firstValueFrom(context.send(a, 'inner')) : undefined));
    await expect(firstValueFrom(broker.send(a, 'outer'))).rejects.toMatchObject({ code: 'Deadlock' });
  });

  it('finds a circle that an ask after an await closes, too (O6)', async () => {
    const { broker } = setup();
    broker.spawn(a, async (_message, context) => {
      await Promise.resolve();
      return firstValueFrom(context.send(b, 0));
    });
    broker.spawn(b, async (_message, context) => {
      await Promise.resolve();
      return firstValueFrom(context.send(a, 0));
    });
    await expect(firstValueFrom(broker.send(a, 0))).rejects.toMatchObject({ code: 'Deadlock' });
  });

  it('fails a circle through the open turn of an actor that has another one free: that would not help (O6)', () => {
    const { broker } = setup();
    broker.spawn(a, (_message, context) => context.send(b, 1));
    broker.spawn(b, (_message, context) => context.send(a, 2), { concurrency: 2 });
    expect(watchFor(broker.send(a, 0)).error).toMatchObject({ code: 'Deadlock', message: expect.stringContaining('(b → a → b)') });
  });

  it('does not fail while an actor of the circle has a turn free (O6)', () => {
    const { broker } = setup();
    broker.spawn(a, (message, context) => (message === 'outer' ? context.send(b, 'middle') : 'inner'), { concurrency: 2 });
    broker.spawn(b, (_message, context) => context.send(a, 'inner'));
    expect(watchFor(broker.send(a, 'outer')).values).toEqual(['inner']);
  });

  it('does not fail while a turn that holds a seat waits for something else (O6)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      broker.spawn(a, (message, context) => (message === 'busy' ? timer(10) : context.send(b, 0)));
      broker.spawn(b, () => 'b');
      broker.trySend(a, 'busy');
      const seen = watchFor(broker.send(a, 'asks'));
      flush();
      expect(seen.values).toEqual(['b']);
    });
  });

  it.each([['first', ['busy', 'asks']], ['last', ['asks', 'busy']]])('is none while one turn of several waits for something else: the %s one (O6)', (_, messages) => {
    virtually(({ flush }) => {
      const { broker } = setup();
      broker.spawn(a, (message, context) => (message === 'busy' ? timer(10) : message === 'asks' ? context.send(b, 0) : 'inner'), { concurrency: 2 });
      broker.spawn(b, (_message, context) => context.send(a, 'inner'));
      const [first, last] = messages.map((message) => watchFor(broker.send(a, message)));
      flush();
      expect([first!.values, last!.values].sort()).toEqual([[0], ['inner']]);
    });
  });

  it('is none for two asks that wait for the same turn, which waits for something else (O6)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      let context!: ActorContext;
      broker.spawn(c, (message) => (message === 'busy' ? timer(10) : 'c'));
      broker.spawn(b, (message, own) => (message === 'twice' ? merge(own.send(c, 0), own.send(c, 0)) : 'b'), { concurrency: 2 });
      broker.spawn(a, (_message, own) => (context = own).send(b, 'twice'));
      broker.trySend(c, 'busy');
      const seen = watchFor(broker.send(a, 0));
      expect(watchFor(context.send(b, 'once')).values).toEqual(['b']);
      flush();
      expect(seen.values).toEqual(['c', 'c']);
    });
  });

  it('is found at the next ask of a turn on the circle that a new consumer has closed: the ask that fails had started (O6)', () => {
    const { broker } = setup();
    let context!: ActorContext;
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(c, mailbox);
    const consumer = mailbox.receive((_message, own) => ((context = own), new Promise(() => {})) as never);
    broker.trySend(c, 0);
    consumer.unsubscribe();
    broker.spawn(a, (_message, own) => own.send(c, 0));
    broker.spawn(b, () => 'b');
    const seen = watchFor(context.send(a, 0));
    mailbox.receive(() => {});
    expect(seen.errored).toBe(false);
    watchFor(context.send(b, 0));
    expect(seen.error).toMatchObject({ code: 'Deadlock', started: true });
  });

  it('is none for a turn that was ended, and keeps its seat until its promise settles (O6, M4)', async () => {
    const { broker } = setup();
    const gate = deferred();
    broker.spawn(b, (message) => (message === 'first' ? gate.promise : 'b'));
    broker.spawn(a, (_message, context) => context.send(b, 0));
    watchFor(broker.send(b, 'first')).subscription.unsubscribe();
    const seen = watchFor(broker.send(a, 0));
    expect(seen.errored).toBe(false);
    gate.resolve(0);
    await macrotask();
    expect(seen.values).toEqual(['b']);
  });

  it('does not fail at an actor without a consumer: one may come (O6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(1);
    broker.register(b, mailbox);
    broker.spawn(a, (_message, context) => context.send(b, 'x'));
    const seen = watchFor(broker.send(a, 0));
    expect(seen.errored).toBe(false);
    mailbox.receive(() => 'late');
    expect(seen.values).toEqual(['late']);
  });

  it('finds no circle for trySend and broker.send, which no turn waits for (O6)', () => {
    const { broker } = setup();
    const got: unknown[] = [];
    broker.spawn(a, (message, context) => {
      got.push(message);
      if (message !== 'outer') return 'done';
      context.trySend(a, 'told');
      return broker.send(a, 'asked');
    });
    const seen = watchFor(broker.send(a, 'outer'));
    expect(seen.errored).toBe(false);
    expect(got).toEqual(['outer']);
    seen.subscription.unsubscribe();
    expect(got).toEqual(['outer', 'told']);
  });
});
