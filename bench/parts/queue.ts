import { asapScheduler, type SchedulerLike } from 'rxjs';
import { actorId, InMemoryMessageBroker, Mailbox } from 'rx-broker';
import { against } from '../harness/against';
import { distinctHandlers, type Tally } from '../harness/handlers';
import { ratioOf, type Timing } from '../harness/interleave';
import type { Bench, Part } from '../harness/part';
import type { Measure } from '../harness/measure';
import { median } from '../harness/statistics';
import type { Work } from '../harness/work';

const queued = 1_000_000;

/** Times, round by round, the drain of a backlog (not its filling) and as many sends to an idle actor. */
async function drain(bench: Bench): Promise<Measure> {
  const rounds = bench.effort === 'full' ? 15 : 7;
  const times: { drain: number[]; idle: number[] } = { drain: [], idle: [] };
  for (let round = 0; round < rounds + 2; round++) {
    bench.progress(`drain of ${String(queued)}, round ${String(round + 1)}`);
    const drained = await timeDrain();
    const idle = timeIdle();
    // The first two teach the engine.
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

/** A mailbox is filled without a consumer; then it gets one. What its drain leaves to the event loop (D4) is waited for. */
async function timeDrain(): Promise<number> {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const id = actorId<number>('drained');
  const mailbox = Mailbox.unbounded<number>();
  broker.register(id, mailbox);
  for (let index = 0; index < queued; index++) broker.trySend(id, index);
  if (mailbox.size !== queued) throw new Error(`${String(queued)} were sent, ${String(mailbox.size)} are queued.`);
  const start = process.hrtime.bigint();
  mailbox.receive(distinctHandlers(1, tally)[0]!);
  while (tally.arrived < queued) await new Promise(setImmediate);
  const ns = Number(process.hrtime.bigint() - start) / queued;
  if (tally.arrived !== queued) throw new Error(`${String(queued)} were queued, ${String(tally.arrived)} have arrived.`);
  return ns;
}

function timeIdle(): number {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const id = actorId<number>('idle');
  broker.spawn(id, distinctHandlers(1, tally)[0]!);
  const start = process.hrtime.bigint();
  for (let index = 0; index < queued; index++) broker.trySend(id, index);
  const ns = Number(process.hrtime.bigint() - start) / queued;
  if (tally.arrived !== queued) throw new Error(`${String(queued)} were sent, ${String(tally.arrived)} have arrived.`);
  return ns;
}

const burst = 10_000;

/** 10,000 messages in one go, until the last has been handled. */
function inBurst(name: string, dispatcher?: SchedulerLike): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker(dispatcher && { dispatcher });
  const id = actorId<number>('burst');
  broker.spawn(id, distinctHandlers(1, tally)[0]!, { capacity: burst });
  return {
    name,
    operations: burst,
    async run() {
      const last = tally.arrived + burst;
      for (let index = 0; index < burst; index++) broker.trySend(id, index);
      while (tally.arrived < last) await new Promise(setImmediate);
    },
    arrived: () => tally.arrived,
  };
}

export const queue: Part = {
  title: 'Queues',
  about: 'What a message costs that has to wait, beside one that has not.',
  cases: {
    drain: async (bench) => [await drain(bench)],
    asap: async (bench) => {
      const row = { work: 'a burst of 10,000 on asapScheduler', budget: 'asap burst / synchronous' };
      return [await against(bench, { ...row, ours: inBurst('asapScheduler', asapScheduler), floor: inBurst('synchronous') })];
    },
  },
};
