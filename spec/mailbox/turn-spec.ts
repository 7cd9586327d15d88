import { type ActorContext, type BrokerEvent, actorId } from 'rx-broker';
import { NEVER, Subject, takeUntil } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, watchFor } from '../broker/setup';

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
