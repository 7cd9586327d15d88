import { asapScheduler } from 'rxjs';
import { actorId, InMemoryMessageBroker, Mailbox, type BrokerOptions } from 'rx-broker';
import { against } from '../harness/against';
import { cpuTime } from '../harness/cpu-time';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { ratioOf, type Timing } from '../harness/interleave';
import type { Bench, Part } from '../harness/part';
import type { Measure } from '../harness/measure';
import { median } from '../harness/statistics';
import type { Work } from '../harness/work';
import { until } from '../workloads/until';

const queued = 1_000_000;

/** Times, round by round, the drain of a backlog (not its filling) and as many sends to an idle actor. */
async function drain(bench: Bench): Promise<Measure> {
  const rounds = bench.effort === 'full' ? 25 : 15;
  const times: { drain: number[]; idle: number[] } = { drain: [], idle: [] };
  for (let round = 0; round < rounds + 2; round++) {
    bench.progress(`drain of ${String(queued)}, round ${String(round + 1)}`);
    const drained = await timeDrain();
    const idle = timeIdle();
    // The first two rounds teach the engine.
    if (round < 2) continue;
    times.drain.push(drained);
    times.idle.push(idle);
  }
  const ours: Timing = { name: 'drain', rounds: times.drain, ns: median(times.drain) };
  const floor: Timing = { name: 'idle trySend', rounds: times.idle, ns: median(times.idle) };
  return {
    work: 'drain of 1,000,000 queued messages, each',
    subject: 'rx-broker',
    value: ours.ns,
    unit: 'ns',
    floor: { name: floor.name, value: floor.ns },
    ...ratioOf(ours, floor),
    budget: 'drain / trySend',
  };
}

/** A mailbox is filled without a consumer; then it gets one. The part that a drain leaves to the event loop (D4) is waited for. */
async function timeDrain(): Promise<number> {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const id = actorId<number>('drained');
  const mailbox = Mailbox.unbounded<number>();
  broker.register(id, mailbox);
  for (let index = 0; index < queued; index++) broker.trySend(id, index);
  if (mailbox.size !== queued) throw new Error(`${String(queued)} were sent, ${String(mailbox.size)} are queued.`);
  const start = cpuTime();
  mailbox.receive(distinctHandlers(1, tally)[0]!);
  await until(() => tally.arrived >= queued);
  const ns = (cpuTime() - start) / queued;
  if (tally.arrived !== queued) throw new Error(`${String(queued)} were queued, ${String(tally.arrived)} have arrived.`);
  return ns;
}

function timeIdle(): number {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const id = actorId<number>('idle');
  broker.spawn(id, distinctHandlers(1, tally)[0]!);
  const start = cpuTime();
  for (let index = 0; index < queued; index++) broker.trySend(id, index);
  const ns = (cpuTime() - start) / queued;
  if (tally.arrived !== queued) throw new Error(`${String(queued)} were sent, ${String(tally.arrived)} have arrived.`);
  return ns;
}

const burst = 10_000;

interface Bursting {
  readonly broker: InMemoryMessageBroker;
  readonly tally: Tally;
  /** Sends the burst. */
  send(): void;
}

function bursting(options?: BrokerOptions): Bursting {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker(options);
  const id = actorId<number>('burst');
  broker.spawn(id, distinctHandlers(1, tally)[0]!, { capacity: burst });
  return {
    broker,
    tally,
    send() {
      for (let index = 0; index < burst; index++) broker.trySend(id, index);
    },
  };
}

/** 10,000 messages in one go, queued, and handled when the scheduler comes to them. */
function onAsapScheduler(): Work {
  const { tally, send } = bursting({ dispatcher: asapScheduler });
  return {
    name: 'asapScheduler',
    operations: burst,
    async run() {
      const last = tally.arrived + burst;
      send();
      // `asapScheduler` is a microtask; past 5 ms the drain goes on in a macrotask (D4).
      await Promise.resolve();
      await until(() => tally.arrived >= last);
    },
    arrived: () => tally.arrived,
  };
}

/** The same burst, sent within a turn: it is queued as well, and handled on that stack when the turn is over. */
function withinTurn(): Work {
  const { broker, tally, send } = bursting();
  const sender = actorId<undefined>('sender');
  broker.spawn(sender, send);
  return {
    name: 'synchronous, within a turn',
    operations: burst,
    async run() {
      const last = tally.arrived + burst;
      broker.trySend(sender, undefined);
      await Promise.resolve();
      await until(() => tally.arrived >= last);
    },
    arrived: () => tally.arrived,
  };
}

export const queue: Part = {
  title: 'Queues',
  about: 'A message that has to wait, beside one that has not.',
  cases: {
    drain: async (bench) => [await drain(bench)],
    asap: async (bench) => {
      const row = { work: 'a burst of 10,000 on asapScheduler, each' };
      return [await against(bench, { ...row, ours: onAsapScheduler(), floor: withinTurn() })];
    },
  },
};
