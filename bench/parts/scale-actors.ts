import { InMemoryMessageBroker } from 'rx-broker';
import { distinctHandlers, type Tally } from '../harness/handlers';
import type { Case, Part } from '../harness/part';
import type { Work } from '../harness/work';
import { growth, powersOfTen } from '../workloads/growth';
import { randomOrder } from '../workloads/random-order';
import { checkCounted, idsOf, operations } from '../workloads/sending';

/** Actors that get messages where not all of them do. */
const busy = 16;

/** Which of so many actors get the messages. */
type Traffic = (actors: number) => readonly number[];

const toAll: Traffic = (actors) => randomOrder(actors, operations);

/** To 16 that are far from each other. */
const toFew: Traffic = (actors) => {
  const few = randomOrder(actors, busy);
  return Array.from({ length: operations }, (_, index) => few[index % busy]!);
};

/** One handler for all of a broker's actors, with code of its own: what grows is the way to it. */
const trySend =
  (traffic: Traffic) =>
  (actors: number): Work => {
    const name = 'trySend';
    const tally: Tally = { arrived: 0, sum: 0 };
    const broker = InMemoryMessageBroker.withCapacity(actors);
    const ids = idsOf(actors);
    const handler = distinctHandlers(1, tally)[0]!;
    for (const id of ids) broker.spawn(id, handler);
    const targets = traffic(actors).map((index) => ids[index]!);
    return {
      name,
      operations,
      run() {
        for (let index = 0; index < operations; index++) broker.trySend(targets[index]!, index);
      },
      arrived: () => checkCounted(name, broker, tally.arrived),
    };
  };

const bareMap =
  (traffic: Traffic) =>
  (actors: number): Work => {
    const tally: Tally = { arrived: 0, sum: 0 };
    const ids = idsOf(actors);
    const handler = distinctHandlers(1, tally)[0]!;
    const entries = new Map(ids.map((id) => [id, { handler }]));
    const targets = traffic(actors).map((index) => ids[index]!);
    return {
      name: 'Map.get + call',
      operations,
      run() {
        for (let index = 0; index < operations; index++) entries.get(targets[index]!)!.handler(index);
      },
      arrived: () => tally.arrived,
    };
  };

const grow =
  (what: string, traffic: Traffic): Case =>
  (bench) =>
    growth(bench, { work: (size) => `${what} ${size}`, sizes: powersOfTen(0, 6), ours: trySend(traffic), bare: bareMap(traffic) });

export const scaleActors: Part = {
  title: 'Scale: actors',
  about: 'trySend as actors become more. The ratio is that to the smallest size; a bare Map is timed at the same sizes in the same rounds.',
  cases: {
    few: grow('to 16 among', toFew),
    all: grow('to a random one of', toAll),
  },
};
