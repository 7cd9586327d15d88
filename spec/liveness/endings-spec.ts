import { type Handler, Mailbox, actorId } from 'rx-broker';
import { NEVER, Subject, VirtualTimeScheduler, firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Seen, setup, virtually, watchFor } from '../broker/setup';
import { MODES, Trial } from '../hostile/trial';

const id = actorId<any>('actor');

/** Every way of not answering. */
const SILENT: Record<string, Handler<unknown> | undefined> = {
  'never settles its promise': () => new Promise(() => {}),
  'never completes its stream': () => NEVER,
  'has emitted, and never completes': () => new Subject(),
  'asks somebody who is silent': (_message, context) => context.send(actorId<any>('silent'), 0, { timeout: Infinity }),
  'awaits somebody who is silent': async (_message, context) => firstValueFrom(context.send(actorId<any>('silent'), 0, { timeout: Infinity })),
  'never receives': undefined,
};
/** Every way of ending, and the code that it fails messages with. */
const ENDS: Record<string, { end(trial: Trial): unknown; readonly code: string }> = {
  'is unregistered': { end: ({ broker }) => broker.unregister(id), code: 'ActorNotFound' },
  'has its broker closed, without draining': { end: ({ broker }) => broker.close({ drain: false }), code: 'BrokerClosed' },
  'has its broker closed, and the time for draining is over': {
    end({ broker, clock }) {
      void broker.close({ timeout: 100 });
      clock.pass(100);
    },
    code: 'BrokerClosed',
  },
};

describe.each(MODES)('$mode: a request without a timeout whose actor', ({ observed }) => {
  for (const [ending, { end, code }] of Object.entries(ENDS)) {
    it.each(Object.entries(SILENT))(`%s settles when the actor ${ending} (S5, R2)`, (name, handler) => {
      const trial = new Trial({ observed });
      const { broker } = trial;
      const mailbox = Mailbox.bounded<unknown>(1, { overflow: 'block' });
      if (handler !== undefined) mailbox.receive(handler);
      broker.register(id, mailbox);
      // After it: actors end in the order of registration, and it would hear first that this one is gone.
      broker.register(actorId<any>('silent'), Mailbox.bounded(5));
      // One runs, if the actor receives; one is queued; the others are refused at once, but for those that wait for a place.
      const asks = Array.from({ length: 4 }, () => watchFor(broker.send(id, 0, { timeout: Infinity })));
      const cast = watchFor(broker.broadcastFilter(0, (target) => target === id, { timeout: Infinity }));
      trial.clock.pass(100_000);
      const open = asks.filter(({ errored }) => !errored);
      expect(open.length).toBe(handler === undefined ? 2 : 3);
      end(trial);
      const started = (one: Seen): boolean => handler !== undefined && one === asks[0];
      for (const one of open) expect(one.error).toMatchObject({ code, started: started(one) });
      expect(cast).toMatchObject({ values: [{ actorId: id, ok: false }], completed: true });
      trial.expectLaws();
      const { totalSent, totalAborted, totalFailed } = trial.metrics;
      // An actor that asked a silent one has an ask of its own, which ends with its turn.
      const own = name.endsWith('somebody who is silent') ? 1 : 0;
      expect([totalSent, totalAborted, totalFailed]).toEqual([5 + own, handler === undefined ? 0 : 1, handler === undefined ? 5 : 4 + own]);
      expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0 });
    });
  }
});

describe.each(MODES)('$mode: a request without a timeout', ({ observed }) => {
  it('settles when the consumer of deliveries$ leaves, and those that are queued when their actor ends (M6)', () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const mailbox = Mailbox.bounded<unknown>(5);
    broker.register(id, mailbox);
    const consumer = mailbox.deliveries$.subscribe();
    const [running, queued] = [1, 2].map(() => watchFor(broker.send(id, 0, { timeout: Infinity })));
    consumer.unsubscribe();
    expect([running?.error, queued?.errored]).toMatchObject([{ code: 'Unhandled', started: true }, false]);
    // A closed mailbox without a consumer never drains: its end is its unregistration.
    mailbox.close();
    expect(watchFor(broker.send(id, 0, { timeout: Infinity })).error).toMatchObject({ code: 'ActorStopped' });
    broker.unregister(id);
    expect(queued?.error).toMatchObject({ code: 'ActorNotFound', started: false });
    trial.expectCounts({ totalSent: 3, totalErrored: 1, totalFailed: 2, registeredActors: 0 });
  });

  it('to an actor that ends itself, or everybody, in its turn settles (R2)', () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const other = actorId<any>('other');
    broker.spawn(other, () => NEVER);
    broker.spawn(id, (_message, context) => {
      for (const one of [other, context.self]) broker.unregister(one);
      return NEVER;
    });
    const seen = [other, other, id].map((one) => watchFor(broker.send(one, 0, { timeout: Infinity })));
    expect(seen.map(({ error }) => error)).toMatchObject([true, false, true].map((started) => ({ code: 'ActorNotFound', started })));
    trial.expectCounts({ totalSent: 3, totalAborted: 2, totalFailed: 1, registeredActors: 0 });
  });
});

describe('a circle of asks', () => {
  it.each([1, 2, 3, 10, 200])('of %i actors fails with Deadlock, and names its path (O6)', (length) => {
    // No time passes, or a slow machine would make the drain give way.
    const { broker } = setup({ scheduler: new VirtualTimeScheduler() });
    const ids = Array.from({ length }, (_, i) => actorId<any>(`actor ${i}`));
    for (const [i, self] of ids.entries()) broker.spawn(self, (_message, context) => context.send(ids[(i + 1) % length]!, 0, { timeout: Infinity }));
    const { error } = watchFor(broker.send(ids[0]!, 0, { timeout: Infinity }));
    // The circle is closed by the last ask; from there it goes once round.
    const path = [...ids.slice(-1), ...ids].join(' → ');
    expect(error).toMatchObject({ code: 'Deadlock', started: false, message: expect.stringContaining(path) });
    expect(broker.metrics()).toMatchObject({ totalErrored: length, failedBy: { Deadlock: 1 }, pending: 0, inFlight: 0, openRequests: 0 });
  });

  it('is found when it is closed late, by a turn that waited for something else (O6)', () => {
    virtually(({ at, flush }) => {
      const { broker } = setup({ requestTimeout: Infinity });
      const [a, b] = [actorId<any>('a'), actorId<any>('b')];
      const asks: (() => void)[] = [];
      broker.spawn(a, (_message, context) => context.send(b, 0));
      broker.spawn(b, (_message, context) => {
        const reply = new Subject<unknown>();
        asks.push(() => context.send(a, 0).subscribe(reply));
        return reply;
      });
      const seen = watchFor(broker.send(a, 0));
      at(1_000, () => asks[0]?.());
      flush();
      expect(seen.error).toMatchObject({ code: 'Deadlock', message: expect.stringContaining('b → a → b') });
    });
  });
});
