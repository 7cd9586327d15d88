import { type ActorContext, Mailbox, actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup } from '../broker/setup';

const a = actorId<any>('a');
const b = actorId<any>('b');

describe('a broadcast to idle actors', () => {
  it('is delivered once to each, and open where a reply is awaited (R3, O2)', () => {
    const { broker } = setup();
    const mailboxes = [a, b].map((id) => {
      const mailbox = Mailbox.bounded<any>(5);
      broker.register(id, mailbox);
      return mailbox;
    });
    mailboxes[0]?.receive(() => {});
    mailboxes[1]?.receive(() => new Promise(() => {}));
    expect(broker.tryBroadcast(0)).toBe(2);
    expect(mailboxes.map((mailbox) => mailbox.metrics())).toMatchObject([
      { delivered: 1, accepted: 1, inFlight: 0 },
      { delivered: 1, accepted: 1, inFlight: 1 },
    ]);
    expect(broker.metrics()).toMatchObject({ totalSent: 2, totalDelivered: 2, totalSucceeded: 1, inFlight: 1 });
  });

  it('is handed over once to each, also behind one that sends and then throws (R4, M5)', () => {
    const { broker } = setup();
    const got: string[] = [];
    broker.spawn(a, (text: string) => {
      got.push(`a ${text}`);
      if (text !== 'all') return;
      broker.trySend(b, 'after');
      throw new Error('failed');
    });
    broker.spawn(b, (text: string) => void got.push(`b ${text}`));
    expect(broker.tryBroadcast('all')).toBe(2);
    expect(got).toEqual(['a all', 'b all', 'b after']);
    expect(broker.metrics()).toMatchObject({ totalSent: 3, totalErrored: 1, totalSucceeded: 2, pending: 0 });
  });

  it('is handed over once to one actor, also where an observer of its topic sends to that one (R4)', () => {
    const { broker } = setup();
    const got: string[] = [];
    broker.spawn(a, (text: string) => void got.push(text), { topics: ['t'] });
    broker.topic$('t').subscribe(() => broker.trySend(a, 'after'));
    expect(broker.publish('t', 'all')).toBe(1);
    expect(got).toEqual(['all', 'after']);
    expect(broker.metrics()).toMatchObject({ totalSent: 2, totalSucceeded: 2, pending: 0 });
  });

  it('tells what it pushes out before it is offered to the next (R4, M2)', () => {
    const { broker, letters } = setup();
    broker.register(a, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }));
    broker.register(b, Mailbox.bounded<any>(1));
    for (const id of [a, b]) broker.trySend(id, 'first');
    expect(broker.tryBroadcast('all')).toBe(1);
    expect(letters).toMatchObject([
      { target: a, message: 'first', reason: 'Dropped' },
      { target: b, message: 'all', reason: 'MailboxFull' },
    ]);
  });

  it('is aborted at one that ends itself, also by a handler that returns nothing (R2)', () => {
    const { broker, letters } = setup();
    broker.spawn(a, () => {
      broker.unregister(a);
    });
    broker.spawn(b, () => {});
    broker.tryBroadcast('all');
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 1, inFlight: 0, pending: 0 });
    expect(letters).toMatchObject([{ target: a, reason: 'ActorStopped' }]);
  });

  it('has nothing to do with a signal when that turn is over (S3)', () => {
    const { broker } = setup();
    const signals: AbortSignal[] = [];
    broker.spawn(a, (_message, { signal }: ActorContext) => void signals.push(signal));
    broker.spawn(b, (text) => {
      if (text === 'end') broker.unregister(b);
    });
    broker.tryBroadcast('all');
    broker.trySend(b, 'end');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('is told to who comes to observe it during its turn (O1)', () => {
    const { broker } = setup();
    const kinds: string[] = [];
    broker.spawn(a, () => void broker.events$.subscribe(({ kind }) => kinds.push(kind)));
    broker.tryBroadcast('all');
    expect(kinds).toEqual(['settled']);
  });
});

describe('a busy mailbox that somebody looks at', () => {
  /** A broker whose first send is behind it: that one is sampled, and goes a longer way than those after it. */
  function busy(options: { ttl?: number; capacity: number }) {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(options.capacity, options.ttl === undefined ? {} : { ttl: options.ttl });
    broker.register(a, mailbox);
    mailbox.receive(() => NEVER);
    broker.trySend(a, 'runs');
    broker.spawn(b, () => {});
    broker.trySend(b, 0);
    return { broker, mailbox };
  }

  it('tells its pressure at each message (M6)', () => {
    const { broker, mailbox } = busy({ capacity: 4 });
    const pressures: number[] = [];
    mailbox.pressure$.subscribe((pressure) => pressures.push(pressure));
    for (const n of [1, 2, 3]) broker.trySend(a, n);
    expect(pressures).toEqual([0, 0.25, 0.5, 0.75]);
  });

  it('looks for what has expired before it refuses (M2, ttl)', () => {
    const { broker, mailbox } = busy({ capacity: 1 });
    broker.trySend(a, 'expires', { ttl: 0 });
    expect(broker.trySend(a, 'newcomer').ok).toBe(true);
    expect(mailbox.metrics()).toMatchObject({ size: 1, lost: 1 });
  });
});
