import {
  type BrokerEvent,
  type BrokerMetrics,
  DeadLetterQueue,
  InMemoryMessageBroker,
  Mailbox,
  type Overflow,
  type Priority,
  actorId,
} from 'rx-broker';
import { toMetrics } from 'rx-broker/operators';
import fc from 'fast-check';
import { type Subscription, Subject, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { expectAtMost, expectSame } from '../expect-same';
import { expectConserved } from './setup';

/** What a run holds besides its broker. */
interface Run {
  readonly broker: InMemoryMessageBroker;
  readonly scheduler: VirtualTimeScheduler;
  readonly queue: DeadLetterQueue;
  readonly mailboxes: Map<string, Mailbox<string>>;
  readonly asks: Subscription[];
  readonly open: Subject<string>[];
  settled: number;
}

interface Step {
  readonly what: string;
  do(run: Run): void;
}

const names = fc.constantFrom('a', 'b', 'c');
const priorities = fc.constantFrom<Priority>('low', 'normal', 'high', 'critical');
const overflows = fc.constantFrom<Overflow>('fail', 'block', 'drop-oldest', 'drop-newest');
/** What a message makes its handler do. */
const deeds = fc.constantFrom('return', 'throw', 'promise-like', 'stream', 'tell b', 'tell a', 'ask self', 'ask c', 'broadcast', 'publish', 'unregister b', 'unregister self');
const step = (what: string, work: (run: Run) => void): Step => ({ what, do: work });
const nth = <T>(list: readonly T[], n: number): T | undefined => (list.length === 0 ? undefined : list[n % list.length]);

function handle(run: Run, deed: string, context: any): unknown {
  const { broker } = run;
  switch (deed) {
    case 'throw':
      throw new Error(deed);
    case 'promise-like':
    case 'stream': {
      const reply = new Subject<string>();
      run.open.push(reply);
      return reply;
    }
    case 'tell a':
    case 'tell b':
      context.trySend(deed.slice(-1), 'return');
      return 'told';
    case 'ask self':
      return context.send(context.self, 'return');
    case 'ask c':
      return context.send('c', 'stream', { timeout: 40 });
    case 'broadcast':
      return broker.tryBroadcast('return');
    case 'publish':
      return broker.publish('t', 'return');
    case 'unregister b':
      if (broker.isRegistered(actorId('b'))) broker.unregister(actorId('b'));
      return 'gone';
    case 'unregister self':
      if (broker.isRegistered(context.self)) broker.unregister(context.self);
      return 'gone';
    default:
      return deed;
  }
}

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(names, overflows, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 }), fc.option(fc.integer({ min: 1, max: 30 })), fc.boolean()).map(([name, overflow, capacity, concurrency, ttl, bound]) =>
    step(`register ${name} ${overflow} ${capacity}/${concurrency} ttl ${ttl} bound ${bound}`, (run) => {
      if (run.broker.isRegistered(actorId(name))) return;
      const mailbox = Mailbox.bounded<string>(capacity, { overflow, concurrency, turnTimeout: 60, ...(ttl !== null && { ttl }) });
      run.mailboxes.set(name, mailbox);
      run.broker.register(actorId<string>(name), mailbox, { topics: bound ? ['t'] : [] });
    })) },
  { weight: 4, arbitrary: names.map((name) => step(`receive ${name}`, (run) => {
      const mailbox = run.mailboxes.get(name);
      try {
        mailbox?.receive((deed, context) => handle(run, deed, context));
      } catch {
        // It has a consumer.
      }
    })) },
  { weight: 12, arbitrary: fc.tuple(names, deeds, priorities).map(([name, deed, priority]) => step(`tell ${name} ${deed} ${priority}`, ({ broker }) => void broker.trySend(actorId<any>(name), deed, { priority }))) },
  { weight: 10, arbitrary: fc.tuple(names, deeds, fc.integer({ min: 1, max: 50 }), fc.option(fc.integer({ min: 1, max: 20 }))).map(([name, deed, timeout, ttl]) =>
    step(`ask ${name} ${deed} timeout ${timeout} ttl ${ttl}`, (run) => {
      const settle = (): void => void run.settled++;
      run.asks.push(run.broker.send(actorId<any>(name), deed, { timeout, ...(ttl !== null && { ttl }) }).subscribe({ error: settle, complete: settle }));
    })) },
  { weight: 4, arbitrary: fc.nat(100).map((n) => step(`cancel ${n}`, ({ asks }) => nth(asks, n)?.unsubscribe())) },
  { weight: 6, arbitrary: fc.tuple(fc.nat(100), fc.constantFrom('next', 'complete', 'error')).map(([n, how]) => step(`reply ${n} ${how}`, ({ open }) => {
      const reply = nth(open, n);
      if (how === 'next') reply?.next('value');
      else if (how === 'complete') reply?.complete();
      else reply?.error(new Error('stream'));
    })) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 30 }).map((ms) => step(`${ms} ms pass`, ({ scheduler }) => {
      scheduler.maxFrames = scheduler.now() + ms;
      // A timer that only moves the clock.
      scheduler.schedule(() => {}, ms);
      scheduler.flush();
    })) },
  { weight: 2, arbitrary: fc.constant(step('broadcast', (run) => run.asks.push(run.broker.broadcast('return', { timeout: 20 }).subscribe()))) },
  { weight: 2, arbitrary: fc.constant(step('tryBroadcast', ({ broker }) => void broker.tryBroadcast('return'))) },
  { weight: 2, arbitrary: deeds.map((deed) => step(`publish ${deed}`, ({ broker }) => void broker.publish('t', deed))) },
  { weight: 2, arbitrary: deeds.map((deed) => step(`route ${deed}`, (run) => run.asks.push(run.broker.sendWithRouting({ topic: 't' }, deed).subscribe({ error: () => {} })))) },
  { weight: 2, arbitrary: names.map((name) => step(`unregister ${name}`, ({ broker }) => {
      if (broker.isRegistered(actorId(name))) broker.unregister(actorId(name));
    })) },
  { weight: 1, arbitrary: names.map((name) => step(`close ${name}`, ({ mailboxes }) => mailboxes.get(name)?.close())) },
  { weight: 2, arbitrary: fc.constant(step('redeliver', ({ queue }) => void queue.redeliver(undefined, { includeAsked: true }).subscribe())) },
);

function check(run: Run, counted: BrokerMetrics | undefined): void {
  const metrics = run.broker.metrics();
  expectConserved(metrics);
  expectAtMost(0, metrics.pending, 'pending');
  expectAtMost(0, metrics.inFlight, 'inFlight');
  expectAtMost(0, metrics.openRequests, 'openRequests');
  let queued = 0;
  let inFlight = 0;
  for (const [name, mailbox] of run.mailboxes) {
    const own = mailbox.metrics();
    expectAtMost(own.size, own.capacity, `size of ${name}`);
    if (!run.broker.isRegistered(actorId(name))) continue;
    queued += own.size;
    inFlight += own.inFlight;
  }
  // What is pending beyond the queues waits for a place.
  expectAtMost(queued, metrics.pending, 'queued');
  expectSame(metrics.inFlight, inFlight, 'inFlight');
  if (counted !== undefined) expect({ ...counted, avgRoutingLatencyNs: 0 }).toEqual({ ...metrics, avgRoutingLatencyNs: 0 });
  expectAtMost(run.queue.size + run.queue.evicted, metrics.totalDeadLettered, 'letters in the queue, or evicted');
}

function play(script: readonly Step[], observed: boolean): { log: string[]; metrics: BrokerMetrics } {
  const scheduler = new VirtualTimeScheduler();
  const queue = new DeadLetterQueue({ capacity: 5 });
  const broker = new InMemoryMessageBroker({ scheduler, requestTimeout: 100 }).withDeadLetterQueue(queue);
  const run: Run = { broker, scheduler, queue, mailboxes: new Map(), asks: [], open: [], settled: 0 };
  const log: string[] = [];
  let counted: BrokerMetrics | undefined;
  if (observed) {
    broker.events$.subscribe((event: BrokerEvent) => log.push('id' in event ? `${event.kind} ${event.id}` : event.kind));
    broker.events$.pipe(toMetrics()).subscribe((metrics) => (counted = metrics));
  }
  for (const one of script) {
    one.do(run);
    check(run, counted);
  }
  scheduler.maxFrames = Infinity;
  void broker.close({ drain: false });
  scheduler.flush();
  const metrics = broker.metrics();
  expectConserved(metrics);
  expect(metrics).toMatchObject({ pending: 0, inFlight: 0, openRequests: 0, registeredActors: 0 });
  expect(scheduler.actions).toHaveLength(0);
  return { log, metrics: { ...metrics, avgRoutingLatencyNs: 0 } };
}

describe('a random run', () => {
  const scripts = fc.array(steps, { minLength: 1, maxLength: 60 });

  it('keeps the laws after every step, and leaves nothing open at its end (O2, §7)', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        play(script, false);
      }),
      { seed: 20_261_123, numRuns: 1_500 },
    );
  });

  it('has the same counts with and without an observer, and tells the same story twice (O1)', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        const first = play(script, true);
        expect(play(script, true)).toEqual(first);
        expect(play(script, false).metrics).toEqual(first.metrics);
      }),
      { seed: 20_261_123, numRuns: 500 },
    );
  });
});
