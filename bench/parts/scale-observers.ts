import { Subject, type Observable } from 'rxjs';
import { actorId, InMemoryMessageBroker } from 'rx-broker';
import { distinctHandlers, distinctRepliers, type Tally } from '../harness/handlers';
import type { Case, Part } from '../harness/part';
import type { Work } from '../harness/work';
import { growth, powersOfTen } from '../workloads/growth';
import { idsOf } from '../workloads/sending';
import { until } from '../workloads/until';

const deliveries = 20_000;
const handlerCount = 16;

/** Calls one of 16 distinct functions for each observer. */
function observe(stream: Observable<unknown>, observers: number, tally: Tally): void {
  const handlers = distinctHandlers(handlerCount, tally);
  for (let index = 0; index < observers; index++) stream.subscribe(handlers[index % handlerCount] as (value: unknown) => void);
}

/** `each` tells all observers `values` values. */
function work(name: string, observers: number, tally: Tally, { values, each }: { values: number; each: (index: number) => void }): Work {
  const times = deliveries / observers;
  return {
    name,
    operations: deliveries * values,
    run() {
      const expected = tally.arrived + deliveries * values;
      for (let index = 0; index < times; index++) each(index);
      return until(() => tally.arrived === expected);
    },
    arrived: () => tally.arrived,
  };
}

function subject(observers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const source = new Subject<number>();
  observe(source, observers, tally);
  return work('Subject.next', observers, tally, { values: 1, each: (index) => source.next(index) });
}

function topic(observers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  observe(broker.topic$('news'), observers, tally);
  return work('publish', observers, tally, { values: 1, each: (index) => void broker.publish('news', index) });
}

function broadcasts(observers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  observe(broker.broadcasts$, observers, tally);
  return work('tryBroadcast', observers, tally, { values: 1, each: (index) => void broker.tryBroadcast(index) });
}

/** A message that is handled at once is sent, queued, delivered and settled. */
function events(observers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const id = actorId<number>('actor');
  broker.spawn(id, () => undefined);
  observe(broker.events$, observers, tally);
  broker.trySend(id, 0);
  const values = tally.arrived / observers;
  if (!Number.isInteger(values) || values < 3) throw new Error(`A message has set off ${values} events.`);
  return work('trySend', observers, tally, { values, each: (index) => void broker.trySend(id, index) });
}

function actors(receivers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const handlers = distinctHandlers(handlerCount, tally);
  idsOf(receivers).forEach((id, index) => broker.spawn(id, handlers[index % handlerCount]!));
  return work('tryBroadcast', receivers, tally, { values: 1, each: (index) => void broker.tryBroadcast(index) });
}

function results(receivers: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const repliers = distinctRepliers(handlerCount);
  idsOf(receivers).forEach((id, index) => broker.spawn(id, repliers[index % handlerCount]!, { capacity: deliveries }));
  const onResult = ({ ok }: { readonly ok: boolean }): void => {
    if (ok) tally.arrived++;
  };
  return work('broadcast', receivers, tally, { values: 1, each: (index) => void broker.broadcast(index).subscribe(onResult) });
}

const grow =
  (what: string, ours: (size: number) => Work): Case =>
  (bench) =>
    growth(bench, { work: (size) => `${what} ${size}, a delivery`, sizes: powersOfTen(1, 4), ours, bare: subject });

export const scaleObservers: Part = {
  title: 'Scale: observers',
  about: 'What a delivery costs as observers become more, beside a Subject with as many. The ratio is that to the smallest size.',
  cases: {
    topic: grow('topic$ to', topic),
    broadcasts: grow('broadcasts$ to', broadcasts),
    events: grow('events$ to', events),
    actors: grow('tryBroadcast to actors:', actors),
    results: grow('broadcast with results of', results),
  },
};
