import type { NetworkOptions } from 'rx-broker/testing';
import { Difference } from '../difference';
import { EventLaws } from '../event-laws';
import { Player } from '../player';
import { Account } from './account';
import type { Mishap, RoughScript } from './rough-script';
import { NodesWorld } from './nodes-world';
import { compareLines } from './tale';

/**
 * Plays a script on two nodes while things happen to them. What it comes to depends on when; so it is held against the laws that hold in any
 * case: every message ends once, is handled at most once and in the order of its sender, and its sender believes nothing that is wrong.
 *
 * @throws {Difference} if a law is broken.
 */
export function runRoughly({ mishaps, pauses, ...script }: RoughScript, faults: NetworkOptions = {}): void {
  let account!: Account;
  let world!: NodesWorld;
  const player: Player = new Player(script.meddlers, (host) => {
    account = new Account(host);
    return (world = new NodesWorld(account, script, faults, () => player.holders, account));
  });
  const laws = world.nodes.map((node) => new EventLaws(node));
  const happen = (mishap: Mishap): void => befall(world, mishap);
  const left = [...mishaps];
  for (const [index, command] of script.commands.entries()) {
    while (left[0] !== undefined && left[0].before <= index) happen(left.shift()!);
    player.play(command);
    world.pass(pauses[index]!);
    if (player.failure !== undefined) throw player.failure;
    checkNow(world, laws);
  }
  for (const node of [0, 1] as const) {
    happen({ before: 0, do: 'heal', node });
    happen({ before: 0, do: 'resume', node });
  }
  world.network.disturb({ loss: 0 });
  world.pass(120_000);
  checkNow(world, laws);
  account.check();
  for (const node of world.nodes) void node.close({ drain: false });
  world.pass(120_000);
  account.check();
  for (const node of world.nodes) {
    const { pending, inFlight, openRequests, registeredActors } = node.metrics();
    compareLines('at the end', ['0 0 0 0'], [`${pending} ${inFlight} ${openRequests} ${registeredActors}`]);
  }
  if (world.scheduler.actions.length > 0) throw new Difference('end', `${world.scheduler.actions.length} timers left`);
}

function checkNow({ nodes }: NodesWorld, laws: readonly EventLaws[]): void {
  for (const [number, node] of nodes.entries()) {
    const metrics = node.metrics();
    laws[number]!.check(metrics);
    const { pending, inFlight, openRequests, totalDelivered, totalFailed, totalSent, totalSucceeded, totalErrored, totalAborted } = metrics;
    compareLines('O2', [`${totalDelivered + totalFailed + pending} ${totalSucceeded + totalErrored + totalAborted + inFlight}`], [`${totalSent} ${totalDelivered}`]);
    if (Math.min(pending, inFlight, openRequests) < 0) throw new Difference('O2', `pending ${pending}, in flight ${inFlight}, open requests ${openRequests}`);
  }
}

function befall({ network, nodes }: NodesWorld, { do: what, node }: Mishap): void {
  const name = `node ${node}`;
  if (what === 'close') void nodes[node]!.close({ timeout: 1_000 });
  else if (what === 'leave') void nodes[node]!.close({ drain: false });
  else network[what](name);
}
