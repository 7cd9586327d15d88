import { Subject } from 'rxjs';
import { actorId, InMemoryMessageBroker } from 'rx-broker';
import { against } from '../harness/against';
import { distinctHandlers, type Tally } from '../harness/handlers';
import type { Case, Part } from '../harness/part';
import type { Work } from '../harness/work';

const deliveries = 16_000;
const topic = 'news';

/** Calls `send` for each message, until every receiver has received its part of the deliveries. */
function toEach(name: string, receivers: number, tally: Tally, send: (message: number) => void): Work {
  return {
    name,
    operations: deliveries,
    run() {
      for (let index = 0; index < deliveries / receivers; index++) send(index);
    },
    arrived: () => tally.arrived,
  };
}

function broadcasting(method: 'tryBroadcast' | 'publish', receivers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  distinctHandlers(receivers, tally).forEach((handler, index) => {
    const id = actorId<number>(`actor-${String(index)}`);
    broker.spawn(id, handler);
    if (method === 'publish') broker.bind(topic, id);
  });
  return toEach(
    method,
    receivers,
    tally,
    method === 'publish' ? (message) => void broker.publish(topic, message) : (message) => void broker.tryBroadcast(message),
  );
}

function subject(receivers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const source = new Subject<number>();
  for (const handler of distinctHandlers(receivers, tally)) source.subscribe(handler);
  return toEach('Subject.next', receivers, tally, (message) => source.next(message));
}

const to =
  (method: 'tryBroadcast' | 'publish', receivers: number): Case =>
  async (bench) => [
    await against(bench, {
      work: `${method} to ${String(receivers)}, a delivery`,
      budget: `${method} to ${String(receivers)} / Subject.next`,
      ours: broadcasting(method, receivers),
      floor: subject(receivers),
    }),
  ];

export const broadcast: Part = {
  title: 'Broadcast',
  about: 'One message to distinct handlers; each delivery beside one of Subject.next to as many subscribers.',
  cases: { ten: to('tryBroadcast', 10), hundred: to('tryBroadcast', 100), publish: to('publish', 10) },
};
