import { InMemoryMessageBroker, Mailbox } from 'rx-broker';
import { distinctRepliers } from '../harness/handlers';
import { interleave } from '../harness/interleave';
import type { Measure } from '../harness/measure';
import type { Bench, Part } from '../harness/part';
import { bytesKept } from '../harness/retained';
import type { Work } from '../harness/work';
import { checkCounted, idsOf, operations } from '../workloads/sending';
import { randomOrder } from '../workloads/random-order';
import { bytesOfEntries } from '../workloads/routing-entries';

/** Actors, the stated nanoseconds of a send among them, and the stated bytes to find them. */
const sizes: readonly (readonly [number, number, number])[] = [
  [10, 737, 480],
  [100, 745, 4_800],
  [1_000, 780, 48_000],
  [10_000, 850, 480_000],
  [100_000, 1200, 4_800_000],
];

const count = (value: number): string => value.toLocaleString('en');

/** Round trips to random actors. */
function ask(actors: number): Work {
  const name = `send among ${count(actors)}`;
  const order = randomOrder(actors, operations);
  const broker = new InMemoryMessageBroker();
  const ids = idsOf(actors);
  const repliers = distinctRepliers(16);
  ids.forEach((id, index) => broker.spawn(id, repliers[index % 16]!));
  let arrived = 0;
  let sum = 0;
  let expected = 0;
  const onReply = (reply: unknown): void => {
    arrived++;
    sum += reply as number;
  };
  return {
    name,
    operations,
    run() {
      for (let index = 0; index < operations; index++) {
        const actor = order[index]!;
        expected += index + (actor % 16);
        broker.send(ids[actor]!, index).subscribe(onReply);
      }
    },
    arrived() {
      if (sum !== expected) throw new Error(`${name}: the replies add up to ${sum}, not to ${expected}.`);
      return checkCounted(name, broker, arrived);
    },
  };
}

async function latency(bench: Bench): Promise<Measure[]> {
  const timings = await interleave(
    sizes.map(([actors]) => ask(actors)),
    bench.effort,
  );
  return sizes.map(([actors, stated], index) => ({
    work: `a round trip among ${count(actors)}`,
    subject: 'rx-broker',
    value: timings[index]!.ns,
    unit: 'ns',
    stated,
    note: 'send().subscribe() to random ones',
  }));
}

function entries(actors: number, stated: number): Measure[] {
  const kept = bytesOfEntries(actors);
  const note = 'more on the heap than when they have left';
  const row = bytes(`memory of ${count(actors)} entries`, kept, stated, note);
  return actors < 100_000 ? [row] : [row, bytes('routing entry', kept / actors, 48, `of ${count(actors)}`)];
}

function brokerAlone(): number {
  const brokers = 10_000;
  return bytesKept(() => Array.from({ length: brokers }, () => new InMemoryMessageBroker())) / brokers;
}

const bytes = (work: string, value: number, stated: number, note: string): Measure => ({
  work,
  subject: 'rx-broker',
  value,
  unit: 'bytes',
  stated,
  note,
});

export const referenceScalability: Part = {
  title: 'Reference: scalability and memory',
  about: 'The rows of the reference beside the numbers that it states.',
  cases: {
    latency,
    ...Object.fromEntries(sizes.map(([actors, , stated]) => [`entries ${count(actors)}`, () => entries(actors, stated)])),
    reference: () => {
      const mailboxes = Array.from({ length: 100_000 }, () => Mailbox.unbounded());
      return [bytes('mailbox reference', bytesKept(() => [...mailboxes]) / mailboxes.length, 16, 'part of the entry')];
    },
    broker: () => [bytes('broker without actors', brokerAlone(), 256, 'of 10,000')],
  },
};
