import { Mailbox, actorId } from 'rx-broker';
import { Subject, config } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setupStill as setup, watchFor } from './setup';

const id = actorId<any>('actor');
const failure = new Error('callback');
const boom = (): never => {
  throw failure;
};

describe('a callback that throws', () => {
  const { onUnhandledError } = config;
  let reported: unknown[];
  beforeEach(() => {
    reported = [];
    config.onUnhandledError = (error) => reported.push(error);
  });
  afterEach(async () => {
    // RxJS reports what an observer throws in a timer of its own.
    await new Promise((resolve) => setTimeout(resolve));
    config.onUnhandledError = onUnhandledError;
  });

  it('as an observer of a stream of the broker changes nothing for the others (D6)', async () => {
    const { broker } = setup();
    broker.spawn(id, (n: number) => n, { topics: ['t'] });
    for (const stream of [broker.topic$('t'), broker.broadcasts$, broker.events$, broker.deadLetters$, broker.metrics$, broker.watch(id)]) {
      stream.subscribe(boom);
    }
    const seen = [broker.topic$('t'), broker.broadcasts$, broker.deadLetters$].map((stream) => watchFor(stream));
    expect(broker.publish('t', 1)).toBe(1);
    expect(broker.tryBroadcast(2)).toBe(1);
    expect(broker.trySend(actorId('nobody'), 3).ok).toBe(false);
    expect(watchFor(broker.send(id, 4)).values).toEqual([4]);
    await broker.close();
    expect(seen.map(({ values }) => values.length)).toEqual([1, 1, 1]);
    await new Promise((resolve) => setTimeout(resolve));
    expect(reported.length).toBeGreaterThan(5);
    expect(new Set(reported)).toEqual(new Set([failure]));
  });

  it('as the subscriber of a reply, or of a mailbox’s streams, changes nothing for the next (D6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(1);
    broker.register(id, mailbox);
    mailbox.losses$.subscribe(boom);
    mailbox.pressure$.subscribe(boom);
    broker.send(id, 1).subscribe(boom);
    broker.send(id, 2).subscribe({ error: boom });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    broker.send(id, 3).subscribe({ next: boom, complete: boom });
    expect(got).toEqual([1, 3]);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 2, failedBy: { MailboxFull: 1 }, pending: 0, inFlight: 0, openRequests: 0 });
  });

  it('as any of a subscriber’s three callbacks leaves the next ask alone (D6)', () => {
    const { broker } = setup();
    broker.spawn(id, () => 'reply');
    for (const how of ['next', 'error', 'complete'] as const) {
      broker.send(id, 0).subscribe({ [how]: boom });
    }
    expect(watchFor(broker.send(id, 0)).values).toEqual(['reply']);
  });

  it('as a handler in every way it can fails its own message only (D6)', async () => {
    const { broker, letters } = setup();
    const ways = {
      throw: boom,
      reject: () => Promise.reject(failure),
      thenable: () => ({ then: boom }),
      getter: () => Object.defineProperty({}, 'then', { get: boom }),
      proxy: () => new Proxy({}, { get: boom }),
    };
    broker.spawn(id, (way: keyof typeof ways) => ways[way]?.() ?? 'fine');
    for (const way of Object.keys(ways)) broker.trySend(id, way);
    await Promise.resolve();
    expect(letters.map(({ error }) => error)).toEqual([failure, failure, failure, failure, failure]);
    expect(watchFor(broker.send(id, 'fine')).values).toEqual(['fine']);
  });

  it('as an abort listener does not keep the abort from the others (D6)', () => {
    const { broker } = setup();
    const gone: string[] = [];
    const leaving = actorId<any>('leaving');
    for (const name of [id, leaving]) {
      broker.spawn(name, (_message, { signal }) => {
        signal.addEventListener('abort', () => gone.push(name));
        return new Subject();
      });
    }
    const subscription = broker.broadcast(0).subscribe();
    subscription.unsubscribe();
    expect(gone).toEqual(['actor', 'leaving']);
  });
});
