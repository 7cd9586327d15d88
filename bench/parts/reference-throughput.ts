import { InMemoryMessageBroker, type BroadcastResult } from 'rx-broker';
import { distinctHandlers, distinctRepliers, type Tally } from '../harness/handlers';
import type { Case, Part } from '../harness/part';
import type { Work } from '../harness/work';
import { alone } from '../workloads/alone';
import { checkCounted, idsOf, tell } from '../workloads/sending';
import { until } from '../workloads/until';

const deliveries = 16_000;

function tryBroadcast(receivers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const ids = idsOf(receivers);
  distinctHandlers(receivers, tally).forEach((handler, index) => broker.spawn(ids[index]!, handler));
  return {
    name: 'tryBroadcast',
    operations: deliveries,
    run() {
      for (let index = 0; index < deliveries / receivers; index++) broker.tryBroadcast(index);
    },
    arrived: () => checkCounted('tryBroadcast', broker, tally.arrived),
  };
}

/** With the result of every target, in registration order, as the reference's `broadcast` answers. */
function broadcast(receivers: number): Work {
  const broker = new InMemoryMessageBroker();
  const ids = idsOf(receivers);
  distinctRepliers(receivers).forEach((handler, index) => broker.spawn(ids[index]!, handler, { capacity: deliveries }));
  const casts = deliveries / receivers;
  let arrived = 0;
  let sum = 0;
  let expected = 0;
  const onResult = (result: BroadcastResult): void => {
    if (!result.ok) throw result.error;
    arrived++;
    sum += result.value as number;
  };
  return {
    name: 'broadcast',
    operations: deliveries,
    run() {
      expected += deliveries;
      for (let index = 0; index < casts; index++) broker.broadcast(index).subscribe(onResult);
      return until(() => arrived === expected);
    },
    arrived() {
      const runs = arrived / deliveries;
      // Each message once to each receiver, and each receiver adds its index.
      const total = (runs * casts * receivers * (casts - 1 + receivers - 1)) / 2;
      if (sum !== total) throw new Error(`The results add up to ${sum}, not to ${total}.`);
      return checkCounted('broadcast', broker, arrived);
    },
  };
}

const rate =
  (work: string, stated: number, make: () => Work, note: string): Case =>
  async (bench) => {
    const { ns } = await alone(bench, make());
    return [{ work, subject: 'rx-broker', value: 1e9 / ns, unit: 'per second', stated, note }];
  };

export const referenceThroughput: Part = {
  title: 'Reference: throughput',
  about: 'Messages handled in a second on one thread, beside the numbers that the reference states for many.',
  cases: {
    one: rate('1 actor', 4.7e6, () => tell(1), 'trySend'),
    four: rate('4 actors', 18e6, () => tell(4), 'trySend, in turn'),
    sixteen: rate('16 actors', 45e6, () => tell(16), 'trySend, in turn'),
    ten: rate('broadcast to 10, deliveries', 12e6, () => tryBroadcast(10), 'tryBroadcast'),
    tenResults: rate('the same, with every result', 12e6, () => broadcast(10), 'broadcast().subscribe()'),
    hundred: rate('broadcast to 100, deliveries', 8e6, () => tryBroadcast(100), 'tryBroadcast'),
    hundredResults: rate('the same, with every result', 8e6, () => broadcast(100), 'broadcast().subscribe()'),
  },
};
