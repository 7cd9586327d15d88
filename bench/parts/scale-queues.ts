import { actorId, InMemoryMessageBroker, Mailbox, type Delivery } from 'rx-broker';
import { distinctHandlers, type Tally } from '../harness/handlers';
import type { Part } from '../harness/part';
import type { Work } from '../harness/work';
import { growth, powersOfTen } from '../workloads/growth';
import { checkCounted, operations } from '../workloads/sending';
import { until } from '../workloads/until';

const id = actorId<number>('queue');
const gate = actorId<number>('gate');

/** So many wait all the time: each message in at the end lets one out at the head. */
function standing(depth: number): Work {
  const broker = new InMemoryMessageBroker();
  const mailbox = Mailbox.unbounded<number>();
  broker.register(id, mailbox);
  let sent = 0;
  let settled = 0;
  let current: Delivery<number> | undefined;
  /** Answers how far it came: after 5 ms the next delivery comes in a macrotask (D4). */
  const pass = (from: number): number => {
    for (let index = from; index < operations; index++) {
      if (current?.message !== settled) return index;
      broker.trySend(id, sent++);
      settled++;
      current.complete();
    }
    return operations;
  };
  const passRest = async (from: number): Promise<void> => {
    for (let passed = from; passed < operations; passed = pass(passed)) await until(() => current?.message === settled);
    await until(() => mailbox.size === depth);
  };
  mailbox.deliveries$.subscribe((delivery) => {
    current = delivery;
  });
  while (sent <= depth) broker.trySend(id, sent++);
  return {
    name: 'trySend',
    operations,
    run() {
      const passed = pass(0);
      return passed < operations || mailbox.size !== depth ? passRest(passed) : undefined;
    },
    arrived() {
      if (mailbox.size !== depth) throw new Error(`${depth} should wait, ${mailbox.size} do.`);
      const { totalSucceeded, pending } = broker.metrics();
      if (totalSucceeded !== settled || pending !== depth) throw new Error(`The broker counts ${totalSucceeded} of ${settled}.`);
      return settled;
    },
  };
}

/** So many are sent in one turn, which is why they queue, and are handled when it has returned. */
function backlog(messages: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const handler = distinctHandlers(1, tally)[0]!;
  broker.spawn(id, handler, { capacity: Infinity });
  broker.spawn(gate, (count: number) => {
    for (let index = 0; index < count; index++) broker.trySend(id, index);
  });
  const turns = Math.max(1, operations / messages);
  let gates = 0;
  return {
    name: 'trySend in a turn',
    operations: Math.floor(turns) * messages,
    run() {
      const expected = tally.arrived + Math.floor(turns) * messages;
      for (let turn = 1; turn <= turns; turn++) {
        broker.trySend(gate, messages);
        gates++;
      }
      return until(() => tally.arrived === expected);
    },
    arrived: () => checkCounted('backlog', broker, tally.arrived + gates) - gates,
  };
}

export const scaleQueues: Part = {
  title: 'Scale: queued messages',
  about: 'What a message costs as more of them wait. The ratio is that to the smallest size.',
  cases: {
    standing: (bench) => growth(bench, { work: (size) => `through a queue of ${size}`, sizes: powersOfTen(0, 6), ours: standing }),
    backlog: (bench) => growth(bench, { work: (size) => `${size} queued, then handled, each`, sizes: powersOfTen(0, 6), ours: backlog }),
  },
};
