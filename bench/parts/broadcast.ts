import { Subject } from 'rxjs';
import { actorId, InMemoryMessageBroker } from 'rx-broker';
import { against } from '../harness/against';
import { distinctHandlers, type Tally } from '../harness/handlers';
import type { Case, Part } from '../harness/part';
import type { Work } from '../harness/work';

const deliveries = 16_000;

function tryBroadcast(receivers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  distinctHandlers(receivers, tally).forEach((handler, index) => broker.spawn(actorId(`actor-${String(index)}`), handler));
  return {
    name: 'tryBroadcast',
    operations: deliveries,
    run() {
      for (let index = 0; index < deliveries / receivers; index++) broker.tryBroadcast(index);
    },
    arrived: () => tally.arrived,
  };
}

function subject(receivers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const source = new Subject<number>();
  for (const handler of distinctHandlers(receivers, tally)) source.subscribe(handler);
  return {
    name: 'Subject.next',
    operations: deliveries,
    run() {
      for (let index = 0; index < deliveries / receivers; index++) source.next(index);
    },
    arrived: () => tally.arrived,
  };
}

const to =
  (receivers: number): Case =>
  async (bench) => [
    await against(bench, {
      work: `tryBroadcast to ${String(receivers)}, a delivery`,
      budget: `tryBroadcast to ${String(receivers)} / Subject.next`,
      ours: tryBroadcast(receivers),
      floor: subject(receivers),
    }),
  ];

export const broadcast: Part = {
  title: 'Broadcast',
  about: 'One message to distinct handlers; each delivery beside one of Subject.next to as many subscribers.',
  cases: { ten: to(10), hundred: to(100) },
};
