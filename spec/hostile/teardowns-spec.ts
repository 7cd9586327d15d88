import { Mailbox, actorId } from 'rx-broker';
import { Observable, type Subscriber } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Seen, watchFor } from '../broker/setup';
import { MODES, ORDINARY, Trial } from './trial';

const id = actorId<any>('culprit');
const failure = new Error('of the stream');

/** A turn that replies with a stream whose teardown throws, and a message that is queued behind it. */
interface Scene {
  readonly trial: Trial;
  readonly seen: Seen & { readonly subscription: { unsubscribe(): void } };
  /** Ends the stream. */
  readonly reply: Subscriber<unknown>;
}

/** Every way in which such a turn can end, and what its caller must see. */
const ENDS: Record<string, { end(scene: Scene): unknown; readonly sees: object }> = {
  completes: { end: ({ reply }) => reply.complete(), sees: { completed: true } },
  fails: { end: ({ reply }) => reply.error(failure), sees: { error: failure } },
  'is cancelled': { end: ({ seen }) => seen.subscription.unsubscribe(), sees: { completed: false, errored: false } },
  'is timed out': { end: ({ trial }) => trial.clock.pass(100), sees: { error: { code: 'Timeout', started: true } } },
  'has its actor unregistered': { end: ({ trial }) => trial.broker.unregister(id), sees: { error: { code: 'ActorNotFound', started: true } } },
  'has its broker closed': { end: ({ trial }) => trial.broker.close({ drain: false }), sees: { error: { code: 'BrokerClosed', started: true } } },
};

function play(observed: boolean): Scene {
  const trial = new Trial({ observed });
  let reply!: Subscriber<unknown>;
  const stream = new Observable((subscriber) => {
    reply = subscriber;
    return () => {
      throw new Error('of the teardown');
    };
  });
  trial.broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : stream));
  return { trial, seen: watchFor(trial.broker.send(id, 'asked', { timeout: 100 })), reply };
}

describe.each(MODES)('$mode: a reply stream whose teardown throws', ({ observed }) => {
  it.each(Object.entries(ENDS))('frees its seat when it %s, and its error is reported (M5)', async (_, { end, sees }) => {
    const scene = play(observed);
    const { trial, seen } = scene;
    const queued = watchFor(trial.broker.send(id, ORDINARY, { timeout: Infinity }));
    expect(() => end(scene)).not.toThrow();
    expect(seen).toMatchObject(sees);
    expect(queued.completed || queued.errored).toBe(true);
    expect(trial.logged).toMatchObject([expect.stringContaining('teardown')]);
    const { totalSent, totalDelivered, totalFailed, pending, inFlight, openRequests } = trial.metrics;
    expect([totalSent, totalDelivered + totalFailed, pending, inFlight, openRequests]).toEqual([2, 2, 0, 0, 0]);
    if (trial.broker.isRegistered(id)) await trial.expectUnharmed(id);
    else trial.expectLaws();
  });

  it('throws neither out of trySend nor out of next of a mailbox (S1)', async () => {
    const trial = new Trial({ observed });
    const mailbox = Mailbox.bounded<unknown>(5);
    const atOnce = new Observable((subscriber) => {
      subscriber.complete();
      return () => {
        throw new Error('of the teardown');
      };
    });
    mailbox.receive((message) => (message === ORDINARY ? 'fine' : atOnce));
    trial.broker.register(id, mailbox);
    expect(trial.broker.trySend(id, 'told')).toMatchObject({ ok: true });
    expect(() => mailbox.next('told')).not.toThrow();
    trial.expectCounts({ totalSent: 2, totalSucceeded: 2 });
    await trial.expectUnharmed(id);
  });
});
