import { DeadLetterQueue, InMemoryMessageBroker, Mailbox, type Priority, actorId } from 'rx-broker';
import { publishTo, requestFrom, sendTo } from 'rx-broker/operators';
import { NEVER, Observable, Subject, take } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JumpingClock } from '../hostile/jumping-clock';
import { expectConserved } from '../broker/setup';
import { heap } from './garbage';

/** Node 22 still compiles after 100,000 operations: its heap grows by 1 MB, and shrinks again later. */
const WARM_UP = 500_000;
const COUNT = 1_000_000;
/** Bytes. Of the rarest kind there are 20,000: one that keeps 50 bytes each time keeps as much. */
const NOTHING = 1_000_000;
const IDLE = actorId<any>('idle');
const SLOW = actorId<any>('slow');
const SMALL = actorId<any>('small');
const EXPIRING = actorId<any>('expiring');
const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'critical'];

/** A broker that has been in use for a long time, and everything that could be counted about it. */
class Workload {
  readonly clock = new JumpingClock();
  readonly queue = new DeadLetterQueue({ capacity: 8 });
  readonly broker = new InMemoryMessageBroker({ scheduler: this.clock }).withDeadLetterQueue(this.queue);
  readonly controller = new AbortController();
  readonly source = new Subject<number>();
  /** Letters that were taken out to be sent again. */
  redelivered = 0;
  /** Reply streams that are subscribed. */
  streams = 0;
  /** Listeners of a signal that lives as long as the broker. */
  listeners = 0;

  constructor() {
    this.#count(this.controller.signal);
    this.broker.spawn(IDLE, () => 'fine', { topics: ['t', 'news.>'] });
    this.#register();
  }

  /** The numbers that must be the same again. */
  get counts(): Record<string, number> {
    const { registeredActors, pending, inFlight, openRequests } = this.broker.metrics();
    const { streams, listeners, clock, source } = this;
    return { registeredActors, pending, inFlight, openRequests, streams, listeners, timers: clock.open, observers: Number(source.observed) };
  }

  run(times: number): void {
    const all = [...this.#common, ...this.#common, ...this.#common, ...this.#rare];
    for (let i = 0; i < times; i++) {
      all[i % all.length]!(i);
      // Not every time: it takes longer than what it looks at.
      if (i % 64 === 0) expectConserved(this.broker.metrics());
    }
  }

  /** Until every timeout, ttl and timer is over. */
  settle(): void {
    this.clock.pass(1_000);
    for (const id of [SLOW, SMALL, EXPIRING]) this.broker.unregister(id);
    this.#register();
    this.clock.pass(1_000);
  }

  /** Those in whose queues something may be left. */
  #register(): void {
    this.broker.spawn(SLOW, () => this.#openStream(), { concurrency: 2, capacity: 3, overflow: 'drop-oldest' });
    this.broker.register(SMALL, Mailbox.bounded(5, { overflow: 'block', maxWaiting: 5 }));
    this.broker.register(EXPIRING, Mailbox.bounded(5, { ttl: 20 }));
  }

  readonly #common: readonly ((i: number) => unknown)[] = [
    (i) => this.broker.trySend(IDLE, i),
    (i) => this.broker.trySend(IDLE, { i }, { priority: PRIORITIES[i % 4]!, ttl: 10, headers: { i: String(i) } }),
    (i) => this.broker.send(IDLE, { i }).subscribe(),
    (i) => this.broker.send(SLOW, { i }, { timeout: 5 }).subscribe({ error: () => {} }),
    (i) => this.broker.send(SLOW, { i }).subscribe({ error: () => {} }).unsubscribe(),
    (i) => this.broker.send(SMALL, { i }, { timeout: 7 }).subscribe({ error: () => {} }),
    (i) => this.broker.send(SMALL, { i }).subscribe({ error: () => {} }).unsubscribe(),
    (i) => this.broker.trySend(SMALL, { i }),
    (i) => this.broker.trySend(EXPIRING, { i }, { ttl: i % 3 }),
    (i) => this.broker.send(SLOW, { i }, { timeout: 3, signal: this.controller.signal }).subscribe({ error: () => {} }),
    (i) => this.broker.send(IDLE, { i }, { signal: this.controller.signal }).subscribe(),
  ];

  readonly #rare: readonly ((i: number) => unknown)[] = [
    (i) => this.broker.broadcastFilter({ i }, (id) => id !== SMALL, { timeout: 4, signal: this.controller.signal }).subscribe({ error: () => {} }),
    (i) => this.broker.broadcastFilter({ i }, (id) => id !== SMALL, { order: 'settled' }).pipe(take(1)).subscribe(),
    (i) => this.broker.tryBroadcast({ i }, (id) => id === IDLE),
    (i) => this.broker.publish('news.today', { i }, { retain: true }),
    (i) => this.broker.sendWithRouting({ topic: 't', priority: i % 256 }, { i }).subscribe(),
    (i) => this.broker.trySend(actorId(`nobody ${i}`), { i }),
    () => this.broker.topic$('news.*').subscribe().unsubscribe(),
    () => this.broker.events$.subscribe().unsubscribe(),
    () => this.broker.metrics$.subscribe().unsubscribe(),
    () => this.broker.watch(IDLE).subscribe().unsubscribe(),
    () => this.broker.bind('t', IDLE).unsubscribe(),
    (i) => this.broker.spawn(actorId(`actor ${i}`), { receive: () => NEVER, onStop: () => {} }, { topics: [`own.${i}`] }).unsubscribe(),
    (i) => this.#deliveries(i),
    (i) => this.#operators(i),
    () => this.queue.redeliver(({ target }) => target === SLOW).subscribe(() => this.redelivered++),
    () => this.clock.pass(1),
  ];

  #deliveries(i: number): void {
    const mailbox = Mailbox.bounded<any>(5);
    const registration = this.broker.register(actorId<any>('deliveries'), mailbox);
    const deliveries = mailbox.deliveries$.subscribe((delivery) => delivery.reply(i));
    mailbox.pressure$.subscribe();
    mailbox.losses$.subscribe();
    const input = this.source.subscribe(mailbox);
    this.source.next(i);
    input.unsubscribe();
    deliveries.unsubscribe();
    registration.unsubscribe();
  }

  #operators(i: number): void {
    const { broker, source } = this;
    const all = source.pipe(sendTo(broker, IDLE), publishTo(broker, 'news.op'), requestFrom(broker, IDLE, { capacity: 5 })).subscribe();
    source.next(i);
    all.unsubscribe();
  }

  #openStream(): Observable<never> {
    return new Observable(() => {
      this.streams++;
      return () => this.streams--;
    });
  }

  #count(signal: AbortSignal): void {
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]): void => {
      this.listeners++;
      addEventListener.apply(signal, args as never);
    };
    signal.removeEventListener = (...args: unknown[]): void => {
      this.listeners--;
      removeEventListener.apply(signal, args as never);
    };
  }
}

describe('a million mixed operations', () => {
  const { stackTraceLimit } = Error;
  // A third of them fail, and an Error costs by the frame: one frame holds on to what is in it as ten do.
  beforeAll(() => (Error.stackTraceLimit = 1));
  afterAll(() => (Error.stackTraceLimit = stackTraceLimit));

  it('leave no timer, listener, subscription or entry behind, and no memory', () => {
    const workload = new Workload();
    workload.run(WARM_UP);
    expect(workload.counts['openRequests']).toBeGreaterThan(0);
    expect(workload.counts['streams']).toBeGreaterThan(0);
    expect(workload.counts['listeners']).toBeGreaterThan(0);
    workload.settle();
    const before = { counts: workload.counts, heap: heap() };
    workload.run(COUNT);
    workload.settle();
    expect(workload.counts).toEqual(before.counts);
    expect(workload.counts).toEqual({ registeredActors: 4, pending: 0, inFlight: 0, openRequests: 0, streams: 0, listeners: 0, timers: 0, observers: 0 });
    expect(heap() - before.heap).toBeLessThan(NOTHING);
    expectConserved(workload.broker.metrics());
    const { failedBy, totalAborted, totalDeadLettered } = workload.broker.metrics();
    const { queue, redelivered } = workload;
    expect(totalDeadLettered).toBe(queue.size + queue.evicted + redelivered);
    // Every way out was taken.
    const taken = Object.keys(failedBy).filter((code) => failedBy[code as keyof typeof failedBy] > 0);
    expect(taken).toEqual(expect.arrayContaining(['ActorNotFound', 'MailboxFull', 'Timeout', 'Dropped', 'Expired', 'Cancelled']));
    expect(totalAborted).toBeGreaterThan(0);
  });
});
