import { type ActorContext, type BrokerEvent, type InMemoryMessageBroker, actorId } from 'rx-broker';
import { NEVER, Subject, takeUntil } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AskedTurn, SharedTurn } from '../../../src/mailbox/turn/turn';
import { setup, watchFor } from '../../broker/setup';

const a = actorId<any>('a');
const b = actorId<any>('b');

/** A broker whose first send is behind it: that one is sampled, and goes a longer way than those after it. */
function warm() {
  const { broker, letters } = setup();
  broker.spawn(b, () => {});
  broker.trySend(b, 0);
  return { broker, letters };
}

describe('the context of a turn', () => {
  it('has one signal', () => {
    const { broker } = warm();
    let isOne = false;
    broker.spawn(a, (_message, context: ActorContext) => {
      isOne = context.signal === context.signal;
    });
    broker.trySend(a, 0);
    expect(isOne).toBe(true);
  });

  it('is its own, also when another turn of the same actor looks at it (S3)', () => {
    const { broker } = warm();
    const leave = new Subject<void>();
    const contexts: ActorContext[] = [];
    broker.spawn(a, (_message, context: ActorContext) => {
      contexts.push(context);
      if (contexts.length === 1) return NEVER;
      expect(contexts[0]?.signal.aborted).toBe(false);
      leave.next();
      return 'late';
    }, { concurrency: 2 });
    const first = broker.send(a, 1).subscribe();
    broker.send(a, 2).pipe(takeUntil(leave)).subscribe();
    expect(contexts[0]?.signal.aborted).toBe(false);
    expect(broker.metrics()).toMatchObject({ inFlight: 1, totalAborted: 1, openRequests: 1 });
    first.unsubscribe();
  });
});

const ways: readonly [string, (broker: InMemoryMessageBroker, message: string) => void][] = [
  ['told', (broker, message) => broker.trySend(a, message)],
  ['told, of low priority', (broker, message) => broker.trySend(a, message, { priority: 'low' })],
  ['told, with headers', (broker, message) => broker.trySend(a, message, { headers: { h: '1' } })],
  ['told within a turn', (broker, message) => broker.trySend(b, () => broker.trySend(a, message))],
  ['told with headers within a turn', (broker, message) => broker.trySend(b, () => broker.trySend(a, message, { headers: { h: '1' } }))],
  ['asked', (broker, message) => watchFor(broker.send(a, message))],
  ['asked, with headers', (broker, message) => watchFor(broker.send(a, message, { headers: { h: '1' } }))],
  ['asked within a turn', (broker, message) => broker.trySend(b, () => watchFor(broker.send(a, message)))],
  ['broadcast', (broker, message) => broker.tryBroadcast(message, (id) => id === a)],
  ['broadcast, and asked', (broker, message) => watchFor(broker.broadcastFilter(message, (id) => id === a))],
  ['published', (broker, message) => broker.publish('t', message)],
  ['published within a turn', (broker, message) => broker.trySend(b, () => broker.publish('t', message))],
  ['published to two', (broker, message) => broker.publish('both', message)],
  ['published to two within a turn', (broker, message) => broker.trySend(b, () => broker.publish('both', message))],
];

describe.each(ways)('a turn whose message was %s', (how, send) => {
  /** A broker whose first send is behind it, and `a`, which hands its contexts to `handle`. */
  function running(handle: (context: ActorContext, message: string) => void) {
    const { broker } = setup();
    broker.spawn(b, (work: () => void) => work());
    broker.trySend(b, () => {});
    broker.spawn(actorId('c'), () => {}, { topics: ['both'] });
    broker.spawn(a, (message: string, context: ActorContext) => handle(context, message), { topics: ['t', 'both'] });
    return { broker };
  }

  it('has one envelope, during its turn and after it', () => {
    const envelopes: unknown[] = [];
    let kept: ActorContext | undefined;
    const { broker } = running((context) => {
      kept = context;
      envelopes.push(said(context));
    });
    send(broker, 'm');
    expect(envelopes).toEqual([said(kept)]);
  });

  it('says afterwards of what priority and topic its message was', () => {
    let kept: ActorContext | undefined;
    const { broker } = running((context) => {
      kept = context;
    });
    send(broker, 'm');
    const { priority, topic, headers, attempt } = kept!.envelope;
    expect({ priority, topic, headers, attempt }).toEqual({
      priority: how.includes('low') ? 'low' : 'normal',
      topic: how.includes('to two') ? 'both' : how.includes('published') ? 't' : undefined,
      headers: how.includes('headers') ? { h: '1' } : {},
      attempt: 1,
    });
  });

  it.each(ways)('is not the one on the stack once it is over: that one, %s, has the signal (S3)', (_, sendNext) => {
    const kept: ActorContext[] = [];
    const aborted: boolean[] = [];
    const { broker } = running((context) => {
      kept.push(context);
      if (kept.length === 1) return;
      const { signal } = context;
      const before = kept[0] as ActorContext;
      expect(before.envelope.id).not.toBe(context.envelope.id);
      expect(before.signal.aborted).toBe(false);
      broker.unregister(a);
      aborted.push(signal.aborted, before.signal.aborted, context.signal.aborted);
    });
    send(broker, 'first');
    sendNext(broker, 'second');
    expect(aborted).toEqual([true, false, true]);
  });
});

describe('what an actor starts with', () => {
  it.each(['envelope', 'signal', 'nothing'] as const)('is over when it has started, whatever was read of it: %s (S3)', (what) => {
    const { broker } = warm();
    const started: ActorContext[] = [];
    const aborted: boolean[] = [];
    broker.spawn(a, {
      onStart: (context: ActorContext) => {
        started.push(context);
        if (what !== 'nothing') expect(context[what]).toBeDefined();
      },
      receive: (_message: unknown, { signal }: ActorContext) => {
        const before = started[0] as ActorContext;
        expect(before.envelope.priority).toBe('normal');
        expect(before.signal.aborted).toBe(false);
        broker.unregister(a);
        aborted.push(signal.aborted, before.signal.aborted);
      },
    });
    broker.trySend(a, 0);
    expect(aborted).toEqual([true, false]);
  });
});

/** What an envelope says. */
function said(context: ActorContext | undefined): object {
  const { id, priority, topic, sender, sentAt, attempt, headers } = context!.envelope;
  return { id, priority, topic, sender, sentAt, attempt, headers };
}

describe('a direct ask that is left open', () => {
  it.each(['envelope', 'signal', 'nothing'] as const)('can be cancelled, whatever its handler has read: %s (S3)', (what) => {
    const { broker } = warm();
    broker.spawn(a, (_message, context: ActorContext) => {
      if (what === 'envelope') expect(context.envelope.priority).toBe('normal');
      if (what === 'signal') expect(context.signal.aborted).toBe(false);
      return NEVER;
    });
    const asked = broker.send(a, 0).subscribe();
    expect(broker.metrics()).toMatchObject({ inFlight: 1, openRequests: 1 });
    asked.unsubscribe();
    expect(broker.metrics()).toMatchObject({ inFlight: 0, openRequests: 0, totalAborted: 1 });
  });

  it('is no dead letter when it is lost: its caller is told (O3)', () => {
    const { broker, letters } = warm();
    broker.spawn(a, () => NEVER);
    const asked = watchFor(broker.send(a, 0));
    broker.unregister(a);
    expect(asked.error).toMatchObject({ code: 'ActorStopped', started: true });
    expect(letters).toEqual([]);
  });

  it('is one open request, also to who looks while it is being left open (O2)', () => {
    const { broker } = warm();
    const open: number[] = [];
    broker.spawn(a, () => ({ then: () => void open.push(broker.metrics().openRequests) }));
    const asked = broker.send(a, 0).subscribe();
    expect([...open, broker.metrics().openRequests]).toEqual([1, 1]);
    asked.unsubscribe();
  });
});

describe('a turn whose caller goes', () => {
  it.each(['returns', 'throws'])('is cancelled, whatever ended the one before: its handler %s (S3, M5)', (how) => {
    const { broker } = warm();
    const leave = new Subject<void>();
    const ends: unknown[] = [];
    const c = actorId<any>('c');
    broker.spawn(c, () => {
      broker.unregister(c);
    });
    broker.trySend(c, 0);
    broker.spawn(a, () => {
      broker.events$.subscribe((event: BrokerEvent) => event.kind === 'settled' && ends.push([event.outcome, event.code]));
      leave.next();
      if (how === 'throws') throw new Error('no');
    });
    broker.send(a, 0).pipe(takeUntil(leave)).subscribe();
    expect(ends).toEqual([['aborted', 'Cancelled']]);
  });

  it('goes on to its end (S3)', () => {
    const { broker } = setup();
    const leave = new Subject<void>();
    const steps: string[] = [];
    broker.spawn(a, () => {
      leave.next();
      steps.push('went on');
    });
    broker.send(a, 0).pipe(takeUntil(leave)).subscribe();
    expect(steps).toEqual(['went on']);
  });
});

describe('a message', () => {
  it('is not frozen unless the broker is told to, however it goes (R4)', () => {
    const { broker } = setup();
    broker.spawn(a, () => {}, { topics: ['t'] });
    const messages = Array.from({ length: 6 }, () => ({ inner: {} }));
    const sendAll = (from: number): void => {
      broker.trySend(a, messages[from]);
      broker.publish('t', messages[from + 1]);
      broker.broadcast(messages[from + 2]).subscribe();
    };
    sendAll(0);
    broker.events$.subscribe();
    sendAll(3);
    expect(messages.filter((message) => Object.isFrozen(message))).toEqual([]);
  });
});

describe('the turns with one field more', () => {
  it('can be assigned it, as the CommonJS build does', () => {
    for (const [kind, field] of [[AskedTurn, 'caller'], [SharedTurn, 'meta']] as const) {
      const turn = Object.create(kind.prototype) as Record<string, unknown>;
      turn[field] = 'its own';
      expect(Object.entries(turn)).toEqual([[field, 'its own']]);
    }
  });
});
