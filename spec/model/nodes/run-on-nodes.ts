import type { NetworkOptions } from 'rx-broker/testing';
import { metricsText } from '../broker-lines';
import type { Payload, Script } from '../command';
import { Difference } from '../difference';
import { EventLaws } from '../event-laws';
import { ModelWorld } from '../model-world';
import { Player } from '../player';
import { NodesWorld } from './nodes-world';
import { numberOf, numbered } from './numbered';
import { Tale, compareLines, compareTales } from './tale';

/**
 * Plays a script on the model and on two nodes, and compares all that can be seen from outside whenever the network is at rest.
 *
 * @throws {Difference} if they differ, or a law is broken.
 */
export async function runOnNodes(given: Script, faults: NetworkOptions = {}): Promise<void> {
  const isTimed = faults.loss === undefined;
  const script = numbered(given);
  let one!: ModelWorld;
  let two!: NodesWorld;
  const model = new Player([], (host) => (one = new ModelWorld(host, script)), { numberOf });
  const player = new Player([], (host) => (two = new NodesWorld(host, script, faults, () => model.markedHolders)), { numberOf, leader: model });
  const laws = two.nodes.map((node) => new EventLaws(node));
  const tales = [new Tale(isTimed), new Tale(isTimed)] as const;
  let played = 0;
  try {
    for (const command of script.commands) {
      played++;
      model.mark();
      for (const world of [model, player]) {
        world.play(command);
        if (world === player) two.rest();
        if (world.failure !== undefined) throw world.failure;
      }
      for (const [index, { story }] of [model, player].entries()) tales[index]!.next(story);
      compareTales(...tales, two.far);
      for (const [number, node] of two.nodes.entries()) laws[number]!.check(node.metrics());
      await compareLooks(one, two);
    }
    await checkEnd(two);
  } catch (error) {
    if (error instanceof Difference) error.message += `\nafter command ${played}`;
    throw error;
  }
}

/** Compares numbers, actors and mailboxes. */
async function compareLooks(one: ModelWorld, two: NodesWorld): Promise<void> {
  const [metrics, , , ...mailboxes] = one.look();
  const [ids, ...others] = two.look();
  const numbers = two.nodes[1]!.clusterMetrics();
  two.rest();
  compareLines('metrics of the cluster', [metrics!], [metricsText(await numbers)]);
  compareLines('actors', [one.look()[1]!], [ids!]);
  compareLines('actors on both nodes', [ids!], [two.nodes[1]!.actorIds().join()]);
  compareLines('retained on both nodes', retainedOn(two, 0), retainedOn(two, 1));
  compareLines('mailboxes', mailboxes.map(withoutTraits), others.map(withoutTraits));
  for (const node of two.nodes) {
    const { pending, inFlight, totalDelivered, totalFailed, totalSent, totalSucceeded, totalErrored, totalAborted } = node.metrics();
    compareLines('O2', [`${totalDelivered + totalFailed + pending} ${totalSucceeded + totalErrored + totalAborted + inFlight}`], [`${totalSent} ${totalDelivered}`]);
  }
}

function retainedOn({ nodes }: NodesWorld, node: 0 | 1): readonly string[] {
  return ['t.x', 't.y', 'u'].map((topic) => `${topic}: ${(nodes[node]!.retained(topic) as Payload | undefined)?.n ?? 'none'}`);
}

/** Ends every actor: nothing is on its way any more. Then §7. */
async function checkEnd(two: NodesWorld): Promise<void> {
  for (const node of two.nodes) for (const id of node.actorIds()) if (node.nodeOf(id) === node.nodeId) node.unregister(id);
  two.rest();
  for (const node of two.nodes) {
    const { pending, inFlight, openRequests, registeredActors } = node.metrics();
    compareLines('at the end', ['0 0 0 0'], [`${pending} ${inFlight} ${openRequests} ${registeredActors}`]);
  }
  const closed = two.nodes.map((node) => node.close());
  two.rest();
  two.scheduler.maxFrames = Infinity;
  two.scheduler.flush();
  await Promise.all(closed);
  if (two.scheduler.actions.length > 0) throw new Difference('end', `${two.scheduler.actions.length} timers left`);
}

/** Traits of one process: a message may wait for the end of a turn of another actor; and a closed mailbox itself refuses, not the sender's node. */
function withoutTraits(line: string): string {
  return line.replace(/(highWaterMark|lost) \d+ /g, '');
}
