import { type ActorContext, Mailbox, type SendError, actorId } from 'rx-broker';
import { NEVER, Subject, asyncScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countFromEvents, macrotask, setupStill as setup, watchFor } from './setup';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];

describe('unregister', () => {
  it('throws NotFound for an unknown id, the second time too (R1)', () => {
    const { broker } = setup();
    const notFound = expect.objectContaining({ name: 'BrokerError', code: 'NotFound' }) as Error;
    expect(() => broker.unregister(id)).toThrow(notFound);
    broker.spawn(id, () => {});
    broker.unregister(id);
    expect(() => broker.unregister(id)).toThrow(notFound);
  });

  it('tells in order: running, queued by priority, waiting, onStop, unregistered, watch; each with event, letter, loss, caller (R2)', () => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    const steps: string[] = [];
    const ask = (name: string, priority: 'low' | 'normal' | 'high' = 'normal'): void =>
      void broker.sendWithPriority(id, name, priority).subscribe({ error: (error: unknown) => steps.push(`caller of ${name}: ${(error as SendError).code}`) });
    const mailbox = Mailbox.bounded<any>(2, { overflow: 'block', concurrency: 2 });
    mailbox.receive({ receive: () => NEVER, onStop: (reason) => void steps.push(`onStop ${String(reason)}`) });
    broker.register(id, mailbox);
    ask('first');
    broker.trySend(id, 'second');
    for (const [name, priority] of [['normal', 'normal'], ['high', 'high'], ['waits', 'low'], ['waits first', 'high']] as const) ask(name, priority);
    broker.events$.subscribe((event) => steps.push('message' in event ? `${event.kind} ${String(event.message)}` : event.kind === 'dead-lettered' ? `letter ${String(event.letter.message)}` : event.kind));
    mailbox.losses$.subscribe(({ message }) => steps.push(`loss ${String(message)}`));
    broker.watch(id).subscribe({ next: () => steps.push('watch'), complete: () => steps.push('watch complete') });
    broker.unregister(id);
    const lost = (name: string): string[] => [`failed ${name}`, `letter ${name}`, `loss ${name}`, `caller of ${name}: ActorNotFound`];
    expect(steps).toEqual([
      'settled first', 'caller of first: ActorNotFound',
      'settled second', 'letter second',
      ...['high', 'normal', 'waits first', 'waits'].flatMap(lost),
      'onStop unregistered', 'unregistered', 'watch', 'watch complete',
    ]);
    check();
  });

  it('is one step: the id is free and the bindings are gone when the first is told (R2, D0)', () => {
    const { broker } = setup();
    const seen: unknown[] = [];
    broker.spawn(id, { receive: () => NEVER, onStop: () => void seen.push(['onStop', look()]) }, { topics: ['t'] });
    const look = (): unknown => [broker.isRegistered(id), broker.actorIds(), broker.publish('t', 0), broker.trySend(id, 0), tryTo(() => broker.unregister(id)), tryTo(() => broker.bind('t', id))];
    broker.send(id, 0).subscribe({ error: () => seen.push(['caller', look()]) });
    broker.watch(id).subscribe(() => seen.push(['watch', look()]));
    broker.unregister(id);
    const answer = [false, [], 0, expect.objectContaining({ ok: false, code: 'ActorNotFound' }), 'NotFound', 'NotFound'];
    expect(seen).toEqual([['caller', answer], ['onStop', answer], ['watch', answer]]);
  });

  it('in the own handler takes effect when that has returned, onStop included (R2, S3)', () => {
    const { broker, letters } = setup();
    const steps: string[] = [];
    broker.spawn(id, {
      receive: (_message, context: ActorContext) => {
        broker.unregister(id);
        steps.push(`registered: ${String(broker.isRegistered(id))}`, `aborted: ${String(context.signal.aborted)}`);
        return 'late';
      },
      onStop: () => void steps.push('onStop'),
    });
    broker.events$.subscribe((event) => steps.push(event.kind));
    const seen = watchFor(broker.send(id, 0));
    expect(steps).toEqual(['sent', 'registered: false', 'aborted: false', 'delivered', 'settled', 'onStop', 'unregistered']);
    expect(seen.error).toMatchObject({ code: 'ActorNotFound', started: true });
    expect(letters).toEqual([]);
  });

  it.each(['idle', 'queued'])('in the own handler makes a letter of a message that was told: %s (R2)', (how) => {
    const { broker, letters } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(id, mailbox);
    if (how === 'queued') broker.trySend(id, 'told');
    mailbox.receive(() => broker.unregister(id));
    if (how === 'idle') broker.trySend(id, 'told');
    expect(letters).toMatchObject([{ message: 'told', reason: 'ActorNotFound', error: { started: true } }]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 0, inFlight: 0 });
  });

  it('leaves the signals of other turns alone (S3)', () => {
    const { broker } = setup();
    const signals: AbortSignal[] = [];
    broker.spawn(id, (_message, { signal }) => (signals.push(signal), NEVER));
    broker.spawn(other, () => broker.unregister(other));
    broker.trySend(id, 0);
    broker.trySend(other, 0);
    expect(signals[0]!.aborted).toBe(false);
    broker.unregister(id);
    expect(signals[0]!.reason).toMatchObject({ code: 'ActorNotFound', started: true, actorId: 'actor' });
  });

  it('has ended every ask when the first caller is told (R2, D0)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(id, mailbox);
    broker.send(id, 1).subscribe({ error: () => second.unsubscribe() });
    const second = broker.send(id, 2).subscribe();
    broker.unregister(id);
    expect(broker.metrics()).toMatchObject({ pending: 0, totalFailed: 2, failedBy: { ActorNotFound: 2, Cancelled: 0 } });
  });
});

describe('the open turns of an actor that is unregistered', () => {
  it('end in the order in which they began, wherever their seats are (R2)', () => {
    const { broker } = setup();
    const replies: Subject<void>[] = [];
    broker.spawn(id, () => (replies.push(new Subject()), replies.at(-1)), { concurrency: 3 });
    const ended: number[] = [];
    for (const n of [1, 2, 3]) broker.send(id, n).subscribe({ error: () => ended.push(n) });
    replies[0]!.complete();
    broker.send(id, 4).subscribe({ error: () => ended.push(4) });
    broker.unregister(id);
    expect(ended).toEqual([2, 3, 4]);
  });

  it('end once each, though one of them asks another (R2, M4)', () => {
    const { broker } = setup();
    broker.spawn(id, (message, context) => (message === 'outer' ? context.send(id, 'inner') : NEVER), { concurrency: 2 });
    broker.trySend(id, 'outer');
    expect(broker.metrics().inFlight).toBe(2);
    broker.unregister(id);
    expect(broker.metrics()).toMatchObject({ totalAborted: 2, inFlight: 0, openRequests: 0 });
  });

  it('keep their broker: their contexts still send (R2)', () => {
    const { broker } = setup();
    let context!: ActorContext;
    broker.spawn(other, () => {});
    broker.spawn(id, (_message, own) => ((context = own), NEVER));
    broker.trySend(id, 0);
    broker.unregister(id);
    expect(context.broker).toBe(broker);
    expect(context.trySend(other, 0)).toEqual({ ok: true });
  });
});

describe('a mailbox that was unregistered', () => {
  it('stays open, works by itself, and can be registered again (R2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    broker.register(id, mailbox);
    broker.unregister(id);
    expect(mailbox.isClosed).toBe(false);
    mailbox.next(1);
    broker.register(other, mailbox);
    broker.trySend(other, 2);
    expect(got).toEqual([1, 2]);
    expect(broker.metrics()).toMatchObject({ totalSent: 1 });
  });

  it('is empty, without waiting senders, and counts what it lost (R2, M2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(1, { overflow: 'block', maxWaiting: 2 });
    broker.register(id, mailbox);
    for (const n of [1, 2, 3]) watchFor(broker.send(id, n));
    broker.unregister(id);
    expect(mailbox.metrics()).toMatchObject({ accepted: 1, lost: 3, delivered: 0, size: 0, highWaterMark: 1 });
    broker.register(id, mailbox);
    expect(broker.metrics()).toMatchObject({ pending: 0, openRequests: 0 });
  });

  it('handles on its own what its last callbacks send to it (R2, M6)', () => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    const mailbox = Mailbox.bounded<any>(5);
    const got: unknown[] = [];
    mailbox.receive({ receive: (message) => void got.push(message), onStop: () => mailbox.next('in onStop') });
    broker.register(id, mailbox);
    broker.watch(id).subscribe(() => mailbox.next('in watch'));
    broker.unregister(id);
    expect(got).toEqual(['in onStop', 'in watch']);
    expect(broker.metrics()).toMatchObject({ totalSent: 0 });
    check();
  });

  it('while it stands in line on a scheduler drains on its own (R2, D3)', async () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(10, { dispatcher: asyncScheduler });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    broker.unregister(id);
    mailbox.next(2);
    while (got.length === 0) await macrotask();
    expect(got).toEqual([2]);
    expect(broker.metrics()).toMatchObject({ totalSent: 1, totalFailed: 1, pending: 0 });
  });

  it.each([['returns', false], ['throws', true]])('in its own turn goes on by itself when that %s (R2, M4, D2)', (_, throws) => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    const mailbox = Mailbox.bounded<number>(5);
    const steps: string[] = [];
    mailbox.receive((n) => {
      steps.push(`${n} begins`);
      if (n === 1) {
        broker.unregister(id);
        mailbox.next(2);
      }
      steps.push(`${n} ends`);
      if (throws && n === 1) throw new Error('no');
    });
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    expect(steps).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
    expect(broker.metrics()).toMatchObject({ totalSent: 1, totalAborted: 1, inFlight: 0 });
    check();
  });
});

describe('a new life of the same id', () => {
  it('that is begun in a callback of the old one starts after that, and gets what is sent to it (R2, M9)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    const spawn = (life: number): unknown =>
      broker.spawn(id, {
        receive: (message) => (steps.push(`${life} gets ${String(message)}`), life === 1 ? NEVER : undefined),
        onStart: () => void steps.push(`${life} starts`),
        onStop: () => void steps.push(`${life} stops`),
      });
    spawn(1);
    // The caller is told first: the id is free already.
    broker.send(id, 'ask').subscribe({
      error: () => {
        spawn(2);
        expect(broker.trySend(id, 'welcome').ok).toBe(true);
        steps.push('spawned');
      },
    });
    broker.watch(id).subscribe(() => steps.push('watch'));
    broker.unregister(id);
    expect(steps).toEqual(['1 starts', '1 gets ask', 'spawned', '1 stops', 'watch', '2 starts', '2 gets welcome']);
  });

  it('is not ended by a watch, a caller or a registration of the old one (R2)', () => {
    const { broker } = setup();
    const ends: string[] = [];
    const first = broker.spawn(id, () => NEVER);
    broker.send(id, 0).subscribe({ error: () => broker.spawn(id, () => 'new') });
    const watchAgain = (): unknown => broker.watch(id).subscribe(() => ends.push('second'));
    broker.watch(id).subscribe(() => {
      ends.push('first');
      watchAgain();
    });
    first.unsubscribe();
    first.unsubscribe();
    expect(watchFor(broker.send(id, 0)).values).toEqual(['new']);
    expect(ends).toEqual(['first']);
    broker.unregister(id);
    expect(ends).toEqual(['first', 'second']);
  });
});

describe('a mailbox that has left its broker', () => {
  it('goes on alone, and its turns still ask through that broker, also if the answer comes later', () => {
    const { broker } = setup();
    const answer = new Subject<string>();
    const replies: unknown[] = [];
    broker.spawn(other, () => answer);
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive((message, context) => {
      if (message !== 'alone') return undefined;
      context.send(other, 'asked').subscribe((reply) => replies.push(reply));
      return NEVER;
    });
    broker.register(id, mailbox);
    broker.trySend(id, 'registered');
    broker.unregister(id);
    mailbox.next('alone');
    expect(mailbox.metrics()).toMatchObject({ delivered: 2, inFlight: 1 });
    answer.next('answer');
    expect(replies).toEqual(['answer']);
  });
});

describe('watch', () => {
  it('emits at once for an actor that is not there', () => {
    const { broker } = setup();
    expect(watchFor(broker.watch(id))).toMatchObject({ values: [undefined], completed: true });
  });

  it('emits when the id is freed, not when the mailbox is closed; a watcher that has left is not told (R2, M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded(1);
    broker.register(id, mailbox);
    const [stays, leaves] = [watchFor(broker.watch(id)), watchFor(broker.watch(id))];
    leaves.subscription.unsubscribe();
    mailbox.close();
    expect(stays.completed).toBe(false);
    broker.unregister(id);
    expect(stays).toMatchObject({ values: [undefined], completed: true });
    expect(leaves).toMatchObject({ values: [], completed: false });
  });
});

function tryTo(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return (error as { code: string }).code;
  }
}
