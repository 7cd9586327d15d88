import { type ActorContext, Mailbox, actorId } from 'rx-broker';
import { EMPTY, Subject, of, takeUntil } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, watchFor } from '../broker/setup';

const a = actorId<any>('a');
const b = actorId<any>('b');

/** A broker whose first send is behind it: that one is sampled, and goes a longer way than those after it. */
function warm() {
  const { broker, letters } = setup();
  broker.spawn(actorId<any>('first'), () => {});
  broker.trySend(actorId<any>('first'), 0);
  return { broker, letters };
}

const thenable = { then: (resolve: (value: string) => void) => resolve('later') };

describe('a direct ask', () => {
  it.each([
    ['nothing', undefined, [undefined]],
    ['null', null, [null]],
    ['a number', 5, [5]],
    ['a text', 'text', ['text']],
    ['false', false, [false]],
    ['a bigint', 5n, [5n]],
    ['a symbol', Symbol.iterator, [Symbol.iterator]],
    ['a function', warm, [warm]],
    ['an array', [1, 2], [[1, 2]]],
    ['an object', { b: 1 }, [{ b: 1 }]],
    ['a thenable', thenable, ['later']],
    ['a thenable function', Object.assign(() => 0, thenable), ['later']],
    ['a stream', of(1, 2), [1, 2]],
    ['an empty stream', EMPTY, []],
  ])('is answered by %s as any ask is (S2)', (_, reply, values) => {
    const { broker } = warm();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    mailbox.receive(() => reply);
    for (const delivered of [1, 2]) {
      expect(watchFor(broker.send(a, 0))).toMatchObject({ values, completed: true });
      expect(mailbox.metrics()).toMatchObject({ delivered, accepted: delivered, inFlight: 0 });
    }
    expect(broker.metrics()).toMatchObject({ totalDelivered: 3, totalSucceeded: 3, inFlight: 0, openRequests: 0 });
  });

  it('is an open request while its handler runs, and not when its value is emitted (O2, S2)', () => {
    const { broker } = warm();
    const seen: unknown[] = [];
    const note = (): void => {
      const { openRequests, inFlight, totalSucceeded } = broker.metrics();
      seen.push({ openRequests, inFlight, totalSucceeded });
    };
    broker.spawn(a, note);
    broker.send(a, 0).subscribe(note);
    note();
    expect(seen).toEqual([
      { openRequests: 1, inFlight: 1, totalSucceeded: 1 },
      { openRequests: 0, inFlight: 0, totalSucceeded: 2 },
      { openRequests: 0, inFlight: 0, totalSucceeded: 2 },
    ]);
  });

  it('is aborted where its caller goes while it runs (S3)', () => {
    const { broker } = warm();
    const signals: AbortSignal[] = [];
    let leave = (): void => {};
    broker.spawn(a, (_message, { signal }: ActorContext) => {
      signals.push(signal);
      leave();
      return 'late';
    });
    broker.spawn(b, () => {
      leave();
      return 'late';
    });
    for (const [id, aborted] of [[a, 1], [b, 2]] as const) {
      const values: unknown[] = [];
      const stop = new Subject<void>();
      leave = () => stop.next();
      broker.send(id, 0).pipe(takeUntil(stop)).subscribe((value) => values.push(value));
      expect(values).toEqual([]);
      expect(broker.metrics()).toMatchObject({ totalAborted: aborted, inFlight: 0, openRequests: 0 });
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('fails where its turn ends its own actor (R2)', () => {
    const { broker } = warm();
    broker.spawn(a, () => {
      broker.unregister(a);
    });
    expect(watchFor(broker.send(a, 0)).error).toMatchObject({ code: 'ActorStopped', started: true });
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 1, inFlight: 0 });
  });

  it('has nothing to do with its signal when it is over (S3)', () => {
    const { broker } = warm();
    const signals: AbortSignal[] = [];
    broker.spawn(a, (_message, { signal }: ActorContext) => void signals.push(signal));
    broker.spawn(b, () => {
      broker.unregister(b);
    });
    broker.send(a, 0).subscribe();
    broker.trySend(b, 0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('is told to who comes to observe it during its turn (O1)', () => {
    const { broker } = warm();
    const kinds: string[] = [];
    broker.spawn(a, () => void broker.events$.subscribe(({ kind }) => kinds.push(kind)));
    broker.send(a, 0).subscribe();
    expect(kinds).toEqual(['settled']);
  });

  it.each([
    ['its handler', 'handler'],
    ['its caller', 'next'],
    ['its caller, at its end', 'complete'],
  ])('runs what %s sends when it is over (D2)', (_, where) => {
    const { broker } = warm();
    const got: string[] = [];
    const tell = (from: string): void => {
      if (from === where) expect(broker.trySend(b, from).ok).toBe(true);
      expect(got).toEqual([]);
    };
    broker.spawn(a, () => tell('handler'));
    broker.spawn(b, (from: string) => void got.push(from));
    broker.send(a, 0).subscribe({ next: () => tell('next'), complete: () => tell('complete') });
    expect(got).toEqual([where]);
    broker.trySend(b, 'at once');
    expect(got).toEqual([where, 'at once']);
  });

  it('hands its caller what its handler throws, and drains what that one sent (M5)', () => {
    const { broker } = warm();
    const got: string[] = [];
    broker.spawn(b, (from: string) => void got.push(from));
    broker.spawn(a, () => {
      broker.trySend(b, 'sent before the throw');
      throw new Error('no');
    });
    expect(watchFor(broker.send(a, 0)).error).toEqual(new Error('no'));
    expect(got).toEqual(['sent before the throw']);
    expect(broker.metrics()).toMatchObject({ totalErrored: 1, inFlight: 0, pending: 0 });
    broker.trySend(b, 'at once');
    expect(got).toHaveLength(2);
  });
});
