import { DeadLetterQueue, Mailbox, actorId } from 'rx-broker';
import { NEVER, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countFromEvents, setupStill as setup, watchFor } from './setup';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];

describe('the end of a broker', () => {
  it('comes after onStart, if an observer of `registered` closes the broker (§7, M9)', async () => {
    const { broker } = setup();
    const steps: unknown[] = [];
    let closing: Promise<void> | undefined;
    broker.events$.subscribe(({ kind }) => {
      steps.push(kind);
      if (kind === 'registered') closing = broker.close();
    });
    broker.spawn(id, { receive: () => {}, onStart: () => void steps.push('start'), onStop: (reason) => void steps.push(reason) });
    await closing;
    expect(steps).toEqual(['registered', 'start', 'broker-closed', 'unregistered', 'closed']);
  });

  it.each<[string, object, string[]]>([
    ['drains', {}, ['sent', 'delivered', 'settled', 'unregistered', 'closed']],
    ['drops', { drain: false }, ['sent', 'failed', 'dead-lettered', 'unregistered', 'closed']],
  ])('%s a message while that is told as sent: it was sent before (§7, D0)', async (_, options, expected) => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    const kinds: string[] = [];
    broker.spawn(id, () => {});
    let closing: Promise<void> | undefined;
    broker.events$.subscribe(({ kind }) => {
      kinds.push(kind);
      if (kind === 'sent') closing = broker.close(options);
    });
    broker.trySend(id, 1);
    await closing;
    expect(kinds).toEqual(expected);
    check();
  });

  it('ends the actors in the order of registration; what is done when that is told comes after it, and is refused (§7, D0)', async () => {
    const { broker } = setup();
    const steps: unknown[] = [];
    for (const one of [id, other]) broker.spawn(one, { receive: () => NEVER, onStop: () => void steps.push(`${one} stops`, broker.trySend(other, 0)) });
    for (const one of [id, other]) broker.send(one, 0).subscribe({ error: () => steps.push(`${one} aborted`) });
    broker.events$.subscribe({ next: ({ kind }) => kind === 'closed' && steps.push('closed'), complete: () => steps.push('complete') });
    await broker.close({ drain: false });
    const refused = expect.objectContaining({ ok: false, code: 'BrokerClosed' }) as unknown;
    expect(steps).toEqual(['actor aborted', 'actor stops', refused, 'other aborted', 'other stops', refused, 'closed', 'complete']);
  });

  it('completes its streams after the event of its end: events, letters of the broker and of queues, broadcasts, topics, metrics (§7)', async () => {
    const queue = new DeadLetterQueue();
    const { broker } = setup();
    broker.withDeadLetterQueue(queue);
    const steps: string[] = [];
    const streams = { events: broker.events$, letters: broker.deadLetters$, queue: queue.letters$, broadcasts: broker.broadcasts$, topics: broker.topic$('t'), metrics: broker.metrics$ };
    broker.events$.subscribe(({ kind }) => steps.push(kind));
    for (const [name, stream] of Object.entries(streams)) (stream as Observable<unknown>).subscribe({ complete: () => steps.push(name) });
    await broker.close();
    expect(steps).toEqual(['closed', 'events', 'letters', 'queue', 'broadcasts', 'topics', 'metrics']);
  });

  it.each([[undefined], [{ drain: false }]])('that is closed again from within answers the same promise, and ends once: %j (§7)', async (options) => {
    const { broker } = setup();
    const inner: Promise<void>[] = [];
    const closed: string[] = [];
    const again = (): void => void inner.push(broker.close(options));
    broker.events$.subscribe(({ kind }) => {
      if (kind !== 'closed') return;
      closed.push(kind);
      again();
    });
    broker.spawn(id, { receive: () => {}, onStop: again });
    broker.watch(id).subscribe(again);
    const outer = broker.close(options);
    await outer;
    expect(inner).toHaveLength(3);
    expect(new Set([outer, ...inner]).size).toBe(1);
    expect(closed).toEqual(['closed']);
  });

  it('may come from an observer of dead letters, which then completes (§7, O4)', async () => {
    const { broker, letters } = setup();
    let closing: Promise<void> | undefined;
    const seen = watchFor(broker.deadLetters$);
    broker.deadLetters$.subscribe(() => {
      closing ??= broker.close({ drain: false });
    });
    broker.register(other, Mailbox.bounded(1));
    broker.trySend(other, 'waits');
    broker.trySend(id, 'nobody');
    await closing;
    expect(letters.map(({ message }) => message)).toEqual(['nobody', 'waits']);
    expect(seen.completed).toBe(true);
  });

  it('leaves nothing that can be registered or found (§7)', async () => {
    const { broker } = setup();
    const registration = broker.spawn(id, () => {}, { topics: ['a'] });
    broker.publish('a', 1, { retain: true });
    const ended = watchFor(broker.watch(id));
    await broker.close();
    expect(registration.closed).toBe(true);
    registration.unsubscribe();
    expect(ended.completed).toBe(true);
    expect(broker.actorIds()).toEqual([]);
    expect(broker.retained('a')).toBeUndefined();
    expect(() => broker.spawn(id, () => {})).toThrow(expect.objectContaining({ name: 'BrokerError', code: 'BrokerClosed' }));
    expect(() => broker.unregister(id)).toThrow(expect.objectContaining({ code: 'NotFound' }));
    expect(broker.publish('a', 1, { retain: true })).toBe(0);
    expect(broker.retained('a')).toBeUndefined();
    expect(watchFor(broker.broadcast(1))).toMatchObject({ values: [], completed: true });
    expect(watchFor(broker.sendWithRouting({ topic: 'a' }, 1)).error).toMatchObject({ code: 'BrokerClosed' });
  });

  it.each(['asks', 'is asked'])('ends an ask of a turn with BrokerClosed, also if the actor that %s was registered first (§2, M4)', (first) => {
    const { broker, letters } = setup();
    let asked: unknown;
    const asks = (): unknown => broker.spawn(id, (_message, context) => {
      context.send(other, 'asked').subscribe({ error: (error: unknown) => (asked = error) });
      return NEVER;
    });
    const isAsked = (): unknown => broker.spawn(other, () => NEVER);
    for (const register of first === 'asks' ? [asks, isAsked] : [isAsked, asks]) register();
    broker.trySend(other, 'busy');
    broker.trySend(id, 'ask');
    expect(broker.metrics().pending).toBe(1);
    void broker.close({ drain: false });
    expect(asked).toMatchObject({ code: 'BrokerClosed', started: false, actorId: 'other' });
    expect(broker.metrics().failedBy).toMatchObject({ BrokerClosed: 1, Cancelled: 0 });
    expect(letters.map(({ message, reason, asked: by }) => [message, reason, by])).toContainEqual(['asked', 'BrokerClosed', true]);
  });
});
