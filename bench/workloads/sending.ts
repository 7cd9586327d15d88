import { actorId, InMemoryMessageBroker, type ActorId } from 'rx-broker';
import { distinctHandlers, distinctRepliers, type Tally } from '../harness/handlers';
import type { Work } from '../harness/work';

export const operations = 16_384;
/** A power of two, so that actors are picked without a division. */
export const actorCount = 16;

export const idsOf = (count: number): readonly ActorId<number>[] =>
  Array.from({ length: count }, (_, index) => actorId<number>(`actor-${String(index)}`));

/** @throws an Error, unless the broker has counted as many messages as its actors. */
export function checkCounted(name: string, broker: InMemoryMessageBroker, arrived: number): number {
  const { totalSent, totalSucceeded } = broker.metrics();
  if (totalSent === arrived && totalSucceeded === arrived) return arrived;
  throw new Error(`${name}: ${arrived} have arrived, the broker counts ${totalSent} sent and ${totalSucceeded} that succeeded.`);
}

/** Fire and forget to `actors` (a power of two) in turn, each with a handler of its own. */
export function tell(actors: number): Work {
  const name = `trySend to ${actors}`;
  const tally: Tally = { arrived: 0, sum: 0 };
  const broker = new InMemoryMessageBroker();
  const ids = idsOf(actors);
  distinctHandlers(actors, tally).forEach((handler, index) => broker.spawn(ids[index]!, handler));
  const mask = actors - 1;
  return {
    name,
    operations,
    run() {
      for (let index = 0; index < operations; index++) broker.trySend(ids[index & mask]!, index);
    },
    arrived: () => checkCounted(name, broker, tally.arrived),
  };
}

/** A message and its synchronous reply, from `actors` (a power of two) in turn. */
export function ask(actors: number): Work {
  const name = `send to ${actors}`;
  const broker = new InMemoryMessageBroker();
  const ids = idsOf(actors);
  distinctRepliers(actors).forEach((handler, index) => broker.spawn(ids[index]!, handler));
  const mask = actors - 1;
  let arrived = 0;
  let sum = 0;
  let expected = 0;
  const onReply = (reply: number): void => {
    arrived++;
    sum += reply;
  };
  return {
    name,
    operations,
    run() {
      for (let index = 0; index < operations; index++) {
        const actor = index & mask;
        expected += index + actor;
        broker.send(ids[actor]!, index).subscribe(onReply as (reply: unknown) => void);
      }
    },
    arrived() {
      if (sum !== expected) throw new Error(`${name}: the replies add up to ${sum}, not to ${expected}.`);
      return checkCounted(name, broker, arrived);
    },
  };
}
