import { type Handler, Mailbox, actorId } from 'rx-broker';
import { NEVER, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, virtually, watchFor } from '../broker/setup';
import { MODES, Trial } from '../hostile/trial';

const id = actorId<any>('actor');

/** Every way of not answering. */
const SILENT: Record<string, Handler<unknown> | undefined> = {
  'never settles its promise': () => new Promise(() => {}),
  'never completes its stream': () => NEVER,
  'has emitted, and never completes': () => new Subject(),
  'asks somebody who is silent': (_message, context) => context.send(actorId<any>('silent'), 0, { timeout: Infinity }),
  'never receives': undefined,
};
/** Every way of ending. */
const ENDS: Record<string, (trial: Trial) => unknown> = {
  'is unregistered': ({ broker }) => broker.unregister(id),
  'has its broker closed, without draining': ({ broker }) => broker.close({ drain: false }),
  'has its broker closed, and the time for draining is over': ({ broker, clock }) => {
    void broker.close({ timeout: 100 });
    clock.pass(100);
  },
};

describe.each(MODES)('$mode: a request without a timeout whose actor', ({ observed }) => {
  for (const [end, act] of Object.entries(ENDS)) {
    it.each(Object.entries(SILENT))(`%s settles when the actor ${end} (S5, R2)`, (_, handler) => {
      const trial = new Trial({ observed });
      const { broker } = trial;
      const mailbox = Mailbox.bounded<unknown>(1, { overflow: 'block' });
      if (handler !== undefined) mailbox.receive(handler);
      broker.register(actorId<any>('silent'), Mailbox.bounded(5));
      broker.register(id, mailbox);
      // One runs, if the actor receives; one is queued; the others wait for a place.
      const seen = Array.from({ length: 4 }, () => watchFor(broker.send(id, 0, { timeout: Infinity })));
      seen.push(watchFor(broker.broadcastFilter(0, (target) => target === id, { timeout: Infinity })));
      trial.clock.pass(100_000);
      expect(seen.filter(({ errored, completed }) => errored || completed).length).toBeLessThan(5);
      act(trial);
      expect(seen.every(({ errored, completed }) => errored || completed)).toBe(true);
      trial.expectLaws();
      expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0 });
    });
  }
});

describe('a circle of asks', () => {
  it.each([1, 2, 3, 10, 200])('of %i actors fails with Deadlock, and names its path (O6)', (length) => {
    const { broker } = setup();
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
