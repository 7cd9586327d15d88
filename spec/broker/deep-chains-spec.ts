import { type Handler, actorId } from 'rx-broker';
import { NEVER, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, watchFor } from './setup';

/** More levels than any stack holds, were each reply to settle on that of the one before. */
const LENGTH = 20_000;
const idOf = (index: number) => actorId<any>(`a${index}`);

/** Actors of which each answers with what it asks the next; the last does as `last` says. The clock stands still, so no drain gives way. */
function chain(last: Handler<any>) {
  const scheduler = new VirtualTimeScheduler();
  // Only the first ask has a timer: a `VirtualTimeScheduler` sorts all it has at each.
  const { broker } = setup({ scheduler, requestTimeout: Infinity });
  for (let i = 0; i < LENGTH - 1; i++) broker.spawn(idOf(i), (message, context) => context.send(idOf(i + 1), message));
  broker.spawn(idOf(LENGTH - 1), last);
  const seen = watchFor(broker.send(idOf(0), 'to the end', { timeout: 100 }));
  return { broker, scheduler, seen };
}

const settled = { pending: 0, inFlight: 0, openRequests: 0, totalSent: LENGTH };

describe('a chain of asks, longer than the stack is deep (M7)', () => {
  it('answers', () => {
    const { broker, seen } = chain((message) => message);
    expect(seen).toMatchObject({ values: ['to the end'], completed: true });
    expect(broker.metrics()).toMatchObject({ ...settled, totalSucceeded: LENGTH });
  });

  it('fails', () => {
    const error = new Error('at the end');
    const { broker, seen } = chain(() => {
      throw error;
    });
    expect(seen.error).toBe(error);
    expect(broker.metrics()).toMatchObject({ ...settled, totalErrored: LENGTH });
  });

  it('is cancelled', () => {
    const { broker, seen } = chain(() => NEVER);
    expect(broker.metrics()).toMatchObject({ inFlight: LENGTH });
    seen.subscription.unsubscribe();
    expect(broker.metrics()).toMatchObject({ ...settled, totalAborted: LENGTH });
  });

  it('runs out of time', () => {
    const { broker, scheduler, seen } = chain(() => NEVER);
    scheduler.flush();
    expect(seen.error).toMatchObject({ code: 'Timeout', started: true });
    expect(broker.metrics()).toMatchObject({ ...settled, totalAborted: LENGTH });
  });

  it('ends with the actor it began at', () => {
    const { broker, seen } = chain(() => NEVER);
    broker.unregister(idOf(0));
    expect(seen.error).toMatchObject({ code: 'ActorNotFound' });
    expect(broker.metrics()).toMatchObject({ ...settled, totalAborted: LENGTH });
  });

  it('is a circle, and fails with its path (O6)', () => {
    const { broker, seen } = chain((message, context) => context.send(idOf(0), message));
    expect(seen.error).toMatchObject({ code: 'Deadlock', message: expect.stringContaining('a19999 → a0 → a1 → a2 →') });
    expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0, totalErrored: LENGTH, failedBy: { Deadlock: 1 } });
  });
});
