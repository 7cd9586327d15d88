import { actorId, InMemoryMessageBroker } from 'rx-broker';
import { distinctHandlers, distinctRepliers, type Tally } from '../harness/handlers';
import type { Case, Part } from '../harness/part';
import type { Work } from '../harness/work';
import { growth, powersOfTen } from '../workloads/growth';
import { randomOrder } from '../workloads/random-order';
import { checkCounted } from '../workloads/sending';

const operations = 4096;
const mostActors = 1000;

/** Topics that each match one of so many patterns. */
type Traffic = (bindings: number) => readonly string[];

/** As many topics for each pattern, so that they change as often where there is one pattern as where there are many. */
const busy = 16;
const topicOf = (pattern: number, index: number): string => `sensors.${String(pattern)}.at-${String(index % busy)}`;
const toAll: Traffic = (bindings) => randomOrder(bindings, operations).map(topicOf);
const toFew: Traffic = (bindings) => {
  const few = randomOrder(bindings, busy).map(topicOf);
  return Array.from({ length: operations }, (_, index) => few[index % busy]!);
};

/** So many patterns with a wildcard, each bound to one of up to 1,000 actors. */
function bind(broker: InMemoryMessageBroker, bindings: number, handler: (message: number) => unknown): void {
  const actors = Array.from({ length: Math.min(bindings, mostActors) }, (_, index) => actorId<number>(`actor-${String(index)}`));
  for (const id of actors) broker.spawn(id, handler);
  for (let index = 0; index < bindings; index++) broker.bind(`sensors.${String(index)}.*`, actors[index % actors.length]!);
}

const publish =
  (traffic: Traffic) =>
  (bindings: number): Work => {
    const tally: Tally = { arrived: 0, sum: 0 };
    const broker = new InMemoryMessageBroker();
    bind(broker, bindings, distinctHandlers(1, tally)[0]!);
    const topics = traffic(bindings);
    return {
      name: 'publish',
      operations,
      run() {
        for (let index = 0; index < operations; index++) broker.publish(topics[index]!, index);
      },
      arrived: () => checkCounted('publish', broker, tally.arrived),
    };
  };

/** Sends each message to one of the actors that are bound to its topic. */
function ask(broker: InMemoryMessageBroker, topics: readonly string[]): Work {
  const keys = topics.map((topic) => ({ topic }));
  let arrived = 0;
  const onReply = (): void => {
    arrived++;
  };
  return {
    name: 'sendWithRouting',
    operations: keys.length,
    run() {
      for (let index = 0; index < keys.length; index++) broker.sendWithRouting(keys[index]!, index).subscribe(onReply);
    },
    arrived: () => checkCounted('sendWithRouting', broker, arrived),
  };
}

const route =
  (traffic: Traffic) =>
  (bindings: number): Work => {
    const broker = new InMemoryMessageBroker();
    bind(broker, bindings, distinctRepliers(1)[0]!);
    return ask(broker, traffic(bindings));
  };

/** As many actors, all of them bound to one topic: the router has to choose. */
function choose(actors: number): Work {
  const broker = new InMemoryMessageBroker();
  const replier = distinctRepliers(1)[0]!;
  for (let index = 0; index < actors; index++) broker.spawn(actorId<number>(`actor-${String(index)}`), replier, { topics: ['work'] });
  return ask(broker, Array.from({ length: Math.max(4, Math.min(operations, 100_000 / actors)) }, () => 'work'));
}

/** One after the other, as the router picks them. */
function chooseBare(actors: number): Work {
  const tally: Tally = { arrived: 0, sum: 0 };
  const handler = distinctHandlers(1, tally)[0]!;
  const ids = Array.from({ length: actors }, (_, index) => `actor-${String(index)}`);
  const entries = new Map(ids.map((id) => [id, { handler }]));
  let next = 0;
  return {
    name: 'Map.get + call',
    operations,
    run() {
      for (let index = 0; index < operations; index++) {
        entries.get(ids[next]!)!.handler(index);
        next = next + 1 < actors ? next + 1 : 0;
      }
    },
    arrived: () => tally.arrived,
  };
}

/** The one look-up among all patterns: by the token in which they differ. */
const bareMap =
  (traffic: Traffic) =>
  (bindings: number): Work => {
    const tally: Tally = { arrived: 0, sum: 0 };
    const handler = distinctHandlers(1, tally)[0]!;
    const entries = new Map(Array.from({ length: bindings }, (_, pattern) => [String(pattern), { handler }]));
    const tokens = traffic(bindings).map((topic) => topic.split('.')[1]!);
    return {
      name: 'Map.get + call',
      operations,
      run() {
        for (let index = 0; index < operations; index++) entries.get(tokens[index]!)!.handler(index);
      },
      arrived: () => tally.arrived,
    };
  };

const sizes = powersOfTen(0, 5);
const grow =
  (what: string, ours: (traffic: Traffic) => (size: number) => Work, traffic: Traffic): Case =>
  (bench) =>
    growth(bench, { work: (size) => `${what} ${size} bindings`, sizes, ours: ours(traffic), bare: bareMap(traffic) });

export const scaleTopics: Part = {
  title: 'Scale: topics',
  about: 'What a routed message costs as bindings become more, one of which matches. The ratio is that to the smallest size.',
  cases: {
    publishFew: grow('publish on 16 topics,', publish, toFew),
    publishAll: grow('publish on random topics,', publish, toAll),
    routeFew: grow('sendWithRouting on 16 topics,', route, toFew),
    routeAll: grow('sendWithRouting on random topics,', route, toAll),
    choose: (bench) => growth(bench, { work: (size) => `sendWithRouting to one of ${size} actors on a topic`, sizes, ours: choose, bare: chooseBare }),
  },
};
