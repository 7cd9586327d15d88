import { Observable, type Subscriber } from 'rxjs';
import { actorId, InMemoryMessageBroker, SendError } from 'rx-broker';
import type { Bench, Part } from '../harness/part';
import type { Measure } from '../harness/measure';
import type { Work } from '../harness/work';
import { CountingScheduler } from '../workloads/counting-scheduler';
import { count, growth, powersOfTen } from '../workloads/growth';
import { ManualScheduler } from '../workloads/manual-scheduler';

const sizes = powersOfTen(0, 5);
const operations = 4096;
const id = actorId<number>('replier');
/** Longer than the bench takes: a request that is to be settled must not time out. */
const requestTimeout = 3_600_000;

/** Milliseconds until the requests of `timingOut` time out. */
const patience = 50;

interface Open {
  readonly message: number;
  readonly reply: Subscriber<number>;
}

/** So many are open all the time, each with its timeout: every new one settles the oldest. */
function standing(open: number, broker: InMemoryMessageBroker, scheduler: CountingScheduler): Work {
  const asked: Open[] = new Array<Open>(open + 1);
  let head = 0;
  broker.spawn(
    id,
    (message) =>
      new Observable<number>((reply) => {
        asked[message % (open + 1)] = { message, reply };
      }),
    { concurrency: open + 1 },
  );
  let sent = 0;
  let settled = 0;
  const observer = {
    next: (reply: unknown): void => {
      if (reply !== settled) throw new Error(`The reply to ${settled} was next, that to ${String(reply)} has come.`);
      settled++;
    },
    // The end of the broker.
    error: (): void => undefined,
  };
  const ask = (): void => void broker.send(id, sent++).subscribe(observer);
  while (sent < open) ask();
  return {
    name: 'send',
    operations,
    run() {
      for (let index = 0; index < operations; index++) {
        ask();
        const { message, reply } = asked[head]!;
        head = head === open ? 0 : head + 1;
        reply.next(message);
        reply.complete();
      }
    },
    arrived() {
      const { openRequests, inFlight, totalSucceeded } = broker.metrics();
      if (openRequests !== open || inFlight !== open) throw new Error(`${open} should be open, ${openRequests} are.`);
      if (totalSucceeded !== settled) throw new Error(`${settled} were settled, ${totalSucceeded} are counted.`);
      if (scheduler.running !== open) throw new Error(`${scheduler.running} timers run for ${open} open requests.`);
      return settled;
    },
  };
}

/** The bookkeeping of a hand-made bus: a Map from a correlation id to the caller that waits, and no timeouts. */
function correlations(open: number): Work {
  const waiting = new Map<number, (reply: number) => void>();
  let sent = 0;
  let settled = 0;
  const ask = (): void => {
    const id = sent++;
    waiting.set(id, (reply) => {
      if (reply === id) settled++;
    });
  };
  while (sent < open) ask();
  let oldest = 0;
  return {
    name: 'Map of correlations',
    operations,
    run() {
      for (let index = 0; index < operations; index++) {
        ask();
        const reply = waiting.get(oldest)!;
        waiting.delete(oldest);
        reply(oldest++);
      }
    },
    arrived: () => settled,
  };
}

/** Opens so many, then lets all of them time out. */
function timingOut(open: number): Work {
  const scheduler = new ManualScheduler();
  const broker = new InMemoryMessageBroker({ scheduler, requestTimeout: patience, logDeadLetters: false });
  broker.spawn(id, () => new Observable<number>(), { concurrency: open });
  let timedOut = 0;
  const observer = {
    next: (): never => {
      throw new Error('Nobody replies.');
    },
    error: (error: unknown): void => {
      if (!(error instanceof SendError) || error.code !== 'Timeout') throw error;
      timedOut++;
    },
  };
  const times = Math.max(1, Math.floor(operations / open));
  return {
    name: 'send',
    operations: times * open,
    run() {
      for (let time = 0; time < times; time++) {
        for (let index = 0; index < open; index++) broker.send(id, index).subscribe(observer);
        if (scheduler.timers !== open) throw new Error(`${scheduler.timers} timers run for ${open} open requests.`);
        scheduler.pass(patience);
      }
    },
    arrived() {
      const { openRequests, totalAborted } = broker.metrics();
      if (openRequests !== 0 || totalAborted !== timedOut) throw new Error(`${openRequests} are open, ${totalAborted} have timed out.`);
      return timedOut;
    },
  };
}

async function open(bench: Bench): Promise<Measure[]> {
  const scenes = new Map(
    sizes.map((size) => {
      const scheduler = new CountingScheduler();
      return [size, { scheduler, broker: new InMemoryMessageBroker({ scheduler, requestTimeout, logDeadLetters: false }) }];
    }),
  );
  const ours = (size: number): Work => standing(size, scenes.get(size)!.broker, scenes.get(size)!.scheduler);
  const measures = await growth(bench, { work: (size) => `a round trip while ${size} are open`, sizes, ours, bare: correlations });
  for (const [size, { scheduler, broker }] of scenes) {
    // Open requests keep the process alive.
    await broker.close({ drain: false });
    if (scheduler.running > 0) throw new Error(`${scheduler.running} of ${count(size)} timers run after the end.`);
  }
  return measures;
}

export const scaleRequests: Part = {
  title: 'Scale: open requests',
  about: 'What a round trip costs as more of them are open, each with its timeout. The ratio is that to the smallest size.',
  cases: {
    open,
    timingOut: (bench) => growth(bench, { work: (size) => `${size} opened, then timed out, each`, sizes, ours: timingOut }),
  },
};
