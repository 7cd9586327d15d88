import { type BrokerMetrics, DeadLetterQueue, type InMemoryMessageBroker, Mailbox, actorId, consistentHash } from 'rx-broker';
import { NEVER, type Observable, Subject, type Unsubscribable, filter, finalize, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countFromEvents, expectConserved, setupStill as setup, watchFor } from './setup';

const [a, b, c] = ['a', 'b', 'c'].map((name) => actorId<any>(name)) as [ReturnType<typeof actorId<any>>, ReturnType<typeof actorId<any>>, ReturnType<typeof actorId<any>>];
const nobody = actorId<any>('nobody');

interface Scene {
  readonly broker: InMemoryMessageBroker;
  readonly mailbox: Mailbox<any>;
  readonly queue: DeadLetterQueue;
}

describe('a step', () => {
  // Each of these is told of something when `a` is unregistered with one turn open and two messages queued.
  it.each<[string, (scene: Scene, look: () => void) => unknown]>([
    ['events$', ({ broker }, look) => broker.events$.subscribe(look)],
    ['deadLetters$', ({ broker }, look) => broker.deadLetters$.subscribe(look)],
    ["a queue's letters$", ({ queue }, look) => queue.letters$.subscribe(look)],
    ['losses$', ({ mailbox }, look) => mailbox.losses$.subscribe(look)],
    ['pressure$', ({ mailbox }, look) => mailbox.pressure$.subscribe((pressure) => pressure === 0 && look())],
    ['watch', ({ broker }, look) => broker.watch(a).subscribe(look)],
    ['the caller of a queued message', ({ broker }, look) => broker.send(a, 'asked').subscribe({ error: look })],
  ])('is complete when %s tells of it (D0)', (_, observe) => {
    const queue = new DeadLetterQueue();
    const { broker } = setup();
    broker.withDeadLetterQueue(queue);
    const mailbox = Mailbox.bounded<any>(4);
    mailbox.receive(() => NEVER);
    broker.register(a, mailbox);
    for (const message of ['runs', 'is queued']) broker.trySend(a, message);
    const seen: unknown[] = [];
    observe({ broker, mailbox, queue }, () => {
      const { registeredActors, pending, inFlight, totalAborted } = broker.metrics();
      seen.push({ registeredActors, pending, inFlight, totalAborted });
    });
    seen.length = 0;
    broker.unregister(a);
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify({ registeredActors: 0, pending: 0, inFlight: 0, totalAborted: 1 })]));
  });

  it.each<[string, (broker: InMemoryMessageBroker, look: () => void) => unknown]>([
    ['the teardown of its stream', (broker, look) => broker.spawn(a, () => NEVER.pipe(finalize(look)))],
    ['its abort listener', (broker, look) => broker.spawn(a, (_message, { signal }) => (signal.addEventListener('abort', look), NEVER))],
    ['onStop', (broker, look) => broker.spawn(a, { receive: () => NEVER, onStop: look })],
  ])('that ends a turn is complete when %s is called (D0)', (_, spawn) => {
    const { broker } = setup();
    const seen: unknown[] = [];
    spawn(broker, () => seen.push(broker.metrics()));
    broker.trySend(a, 'runs');
    broker.trySend(a, 'is queued');
    broker.unregister(a);
    expect(seen).toMatchObject([{ registeredActors: 0, pending: 0, inFlight: 0, totalAborted: 1, failedBy: { ActorNotFound: 1 } }]);
  });

  it.each<[string, (broker: InMemoryMessageBroker, look: () => void) => unknown]>([
    ['broadcasts$', (broker, look) => broker.broadcasts$.subscribe(look)],
    ['topic$', (broker, look) => broker.topic$('t').subscribe(look)],
    ['publications$', (broker, look) => broker.publications$('*').subscribe(look)],
    ['the first handler', (broker, look) => broker.spawn(a, look, { topics: ['t'] })],
  ])('offers a message to all its targets before %s sees it (D0, R4)', (_, observe) => {
    const { broker } = setup();
    for (const id of [b, c]) broker.register(id, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }), { topics: ['t'] });
    const seen: BrokerMetrics[] = [];
    observe(broker, () => void seen.push(broker.metrics()));
    for (const send of [() => broker.tryBroadcast('to all'), () => broker.publish('t', 'to all')]) {
      seen.length = 0;
      const before = broker.metrics();
      send();
      for (const metrics of seen) expect(metrics.totalSent).toBe(before.totalSent + broker.registeredCount());
      for (const metrics of seen) expectConserved(metrics);
    }
  });

  it('calls a filter, a router and `keyOf` before it changes anything (D0)', () => {
    const sent: Record<string, number> = {};
    const brokers: InMemoryMessageBroker[] = [];
    const note = (name: string): void => void (sent[name] = brokers.at(-1)!.metrics().totalSent);
    const routers = [{ route: (_key: unknown, targets: readonly { id: typeof a }[]) => (note('router'), targets[0]!.id) }, consistentHash(() => (note('keyOf'), 'key'))];
    for (const router of [...routers, undefined]) {
      const { broker } = setup(router === undefined ? {} : { router });
      brokers.push(broker);
      broker.spawn(a, () => 'reply', { topics: ['t'] });
      if (router === undefined) broker.tryBroadcast(0, () => (note('filter'), true));
      else watchFor(broker.sendWithRouting({ topic: 't' }, 0));
    }
    expect(sent).toEqual({ router: 0, keyOf: 0, filter: 0 });
  });

  it('reads its targets after a filter has answered: an actor that the filter unregisters is none (D0, R3)', () => {
    const { broker, letters } = setup();
    for (const id of [a, b, c]) broker.spawn(id, () => id);
    const unregisterB = (id: string): boolean => {
      if (id === c) broker.unregister(b);
      return true;
    };
    expect(watchFor(broker.broadcastFilter(0, unregisterB)).values).toMatchObject([{ actorId: a }, { actorId: c }]);
    expect(letters).toEqual([]);
  });
});

describe('the order of telling', () => {
  it('is: what a call changed, its first turn, all about that turn, the next turn (D0)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    for (const id of [a, b]) broker.spawn(id, () => void steps.push(`${id} runs`), { topics: ['t'] });
    broker.events$.subscribe((event) => steps.push('target' in event ? `${event.kind} ${event.target}` : event.kind));
    broker.broadcasts$.subscribe(() => steps.push('broadcasts$'));
    broker.topic$('t').subscribe(() => steps.push('topic$'));
    const turns = ['a runs', 'delivered a', 'settled a', 'b runs', 'delivered b', 'settled b'];
    broker.tryBroadcast(0);
    expect(steps.splice(0)).toEqual(['sent a', 'sent b', 'broadcasts$', ...turns]);
    broker.publish('t', 0);
    expect(steps.splice(0)).toEqual(['sent a', 'sent b', 'topic$', ...turns]);
    watchFor(broker.broadcast(0));
    expect(steps.splice(0)).toEqual(['sent a', 'sent b', 'broadcasts$', ...turns]);
  });

  it('is the same for a message that is queued: before the turn `sent`, `queued` and the pressure (D0)', () => {
    const { broker } = setup();
    const steps: unknown[] = [];
    const mailbox = Mailbox.bounded<any>(2);
    broker.register(a, mailbox);
    broker.events$.subscribe(({ kind }) => steps.push(kind));
    mailbox.pressure$.subscribe((pressure) => steps.push(pressure));
    broker.send(a, 0).subscribe({ next: () => steps.push('reply'), complete: () => steps.push('complete') });
    expect(steps.splice(0)).toEqual([0, 'sent', 'queued', 0.5]);
    mailbox.receive(() => void steps.push('runs'));
    expect(steps).toEqual(['runs', 0, 'delivered', 'settled', 'reply', 'complete']);
  });

  it('of a loss is: event, letter in events$, deadLetters$ and queue, losses$, caller (D0)', () => {
    const queue = new DeadLetterQueue();
    const { broker } = setup();
    broker.withDeadLetterQueue(queue);
    const mailbox = Mailbox.bounded<any>(1);
    mailbox.next('fills it');
    broker.register(a, mailbox);
    const steps: string[] = [];
    broker.send(a, 0).subscribe({ error: () => {} });
    broker.events$.subscribe(({ kind }) => steps.push(kind));
    broker.deadLetters$.subscribe(() => steps.push('deadLetters$'));
    queue.letters$.subscribe(() => steps.push('letters$'));
    mailbox.losses$.subscribe(() => steps.push('losses$'));
    broker.send(a, 0).subscribe({ error: () => steps.push('caller') });
    expect(steps).toEqual(['sent', 'failed', 'dead-lettered', 'deadLetters$', 'letters$', 'losses$', 'caller']);
  });

  it('of an aborted turn is: event, letter, signal, teardown, caller, then its asks one by one (D0, M4)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    const told = (id: string) => ({ error: () => steps.push(`caller of ${id}`) });
    broker.spawn(a, (_message, context) => {
      context.signal.addEventListener('abort', () => steps.push('signal'));
      for (const id of [b, c]) context.send(id, 0).subscribe(told(id));
      return NEVER.pipe(finalize(() => steps.push('teardown')));
    });
    for (const id of [b, c]) broker.spawn(id, () => NEVER);
    broker.trySend(a, 0);
    broker.events$.subscribe((event) => steps.push('target' in event ? `${event.kind} ${event.target}` : event.kind));
    broker.unregister(a);
    expect(steps).toEqual(['settled a', 'dead-lettered', 'signal', 'teardown', 'settled b', 'caller of b', 'settled c', 'caller of c', 'unregistered']);
  });

  it('is the order of the steps. What an observer does is a step at once, and told last (D0, D2)', () => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    const first: string[] = [];
    const second: string[] = [];
    broker.events$.subscribe((event) => {
      const name = 'message' in event ? `${event.kind} ${String(event.message)}` : event.kind;
      first.push(name);
      if (name !== 'failed 1') return;
      // It answers at once, and is counted; nobody is told before everyone has been told of message 1.
      expect(broker.trySend(nobody, 2)).toMatchObject({ code: 'ActorNotFound' });
      expect(broker.metrics().totalFailed).toBe(2);
      expect(first.at(-1)).toBe('failed 1');
    });
    broker.events$.subscribe((event) => second.push('message' in event ? `${event.kind} ${String(event.message)}` : event.kind));
    broker.trySend(nobody, 1);
    expect(first).toEqual(['sent 1', 'failed 1', 'dead-lettered', 'sent 2', 'failed 2', 'dead-lettered']);
    expect(second).toEqual(first);
    check();
  });

  it('leaves out observers that came after the step, and those that have left when it is told (D0)', () => {
    const { broker } = setup();
    const leaves = new Subject<void>();
    const seen: Record<string, unknown[]> = { late: [], left: [] };
    let later: Unsubscribable | undefined;
    const come = (): void => void (later ??= broker.events$.subscribe((event) => seen['late']!.push(event.kind)));
    broker.events$.subscribe(() => {
      leaves.next();
      come();
    });
    const left = broker.events$.subscribe(({ kind }) => seen['left']!.push(kind));
    leaves.subscribe(() => left.unsubscribe());
    broker.trySend(nobody, 0);
    expect(seen).toEqual({ late: [], left: [] });
    broker.trySend(nobody, 0);
    expect(seen['late']).toEqual(['sent', 'failed', 'dead-lettered']);
  });

  it('puts the answers of sends inside a turn behind that turn, but trySend answers at once (D0, S5)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(a, () => {
      broker.send(nobody, 0).subscribe({ error: () => steps.push('error') });
      steps.push(`trySend: ${String(broker.trySend(nobody, 0).ok)}`, 'a ends');
    });
    broker.trySend(a, 0);
    expect(steps).toEqual(['trySend: false', 'a ends', 'error']);
  });

  it('tells a new observer a retained message, a pressure and the end of an absent actor at once (D0, T4)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(2);
    broker.publish('t', 'kept', { retain: true });
    const seen: unknown[][] = [];
    const ask = (): unknown => seen.push([broker.topic$('t'), mailbox.pressure$, broker.watch(nobody)].flatMap((stream) => watchFor(stream as Observable<unknown>).values));
    broker.spawn(a, ask);
    broker.trySend(a, 0);
    broker.send(a, 0).subscribe(ask);
    expect(seen).toEqual(Array.from({ length: 3 }, () => ['kept', 0, undefined]));
  });
});

/** Every way of sending. */
const SENDS: readonly [string, (broker: InMemoryMessageBroker, message: string) => unknown][] = [
  ['told', (broker, message) => broker.trySend(a, message)],
  ['asked', (broker, message) => watchFor(broker.send(a, message))],
  ['routed', (broker, message) => watchFor(broker.sendWithRouting({ topic: 't' }, message))],
  ['published', (broker, message) => broker.publish('t', message, { retain: true })],
  ['broadcast', (broker, message) => broker.tryBroadcast(message)],
  ['broadcast, and asked', (broker, message) => watchFor(broker.broadcast(message))],
];

describe('an observer that is told that a message is sent', () => {
  it.each(SENDS)('sends after that message, everywhere: %s (D0, M3, R4, T4)', (_, send) => {
    for (const [, sendAgain] of SENDS) {
      const { broker } = setup();
      const seen: Record<string, unknown[]> = { a: [], b: [], topic: [], broadcasts: [], sent: [] };
      for (const id of [a, b]) broker.spawn(id, (message) => void seen[id]!.push(message), { topics: ['t'] });
      broker.topic$('t').subscribe((message) => seen['topic']!.push(message));
      broker.broadcasts$.subscribe((message) => seen['broadcasts']!.push(message));
      broker.events$.pipe(filter(({ kind }) => kind === 'sent'), take(1)).subscribe(() => sendAgain(broker, 'second'));
      broker.events$.subscribe((event) => event.kind === 'sent' && seen['sent']!.push(event.message));
      send(broker, 'first');
      for (const messages of Object.values(seen)) expect([...messages].sort()).toEqual(messages);
      expect(new Set([...seen['a']!, ...seen['b']!])).toEqual(new Set(['first', 'second']));
      const last = seen['topic']!.at(-1);
      if (last !== undefined && broker.retained('t') !== undefined) expect(broker.retained('t')).toBe(last);
      expectConserved(broker.metrics());
    }
  });

  it('finds it pending at its idle actor: it can be overtaken, and lost with its actor (D0)', () => {
    const { broker, letters } = setup();
    const got: unknown[] = [];
    let pending: number | undefined;
    broker.spawn(a, (message) => void got.push(message));
    broker.events$.subscribe((event) => {
      if (event.kind !== 'sent' || event.target !== a) return;
      pending ??= broker.metrics().pending;
      if (event.message === 'overtaken') broker.trySend(a, 'urgent', { priority: 'critical' });
      if (event.message === 'lost') broker.unregister(a);
    });
    broker.trySend(a, 'overtaken');
    expect(broker.trySend(a, 'lost')).toEqual({ ok: true });
    expect([pending, got]).toEqual([1, ['urgent', 'overtaken']]);
    expect(letters).toMatchObject([{ message: 'lost', reason: 'ActorNotFound' }]);
    expect(letters[0]).not.toHaveProperty('error');
  });
});
