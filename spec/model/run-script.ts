import { BrokerRun } from './broker-run';
import type { BrokerWorld } from './broker-world';
import { OBSERVED, type Script } from './command';
import { Difference } from './difference';
import { EventLaws } from './event-laws';
import { ModelWorld } from './model-world';
import { Player } from './player';
import { compareStories } from './story';
import type { Channel } from './world';

/** The last command of every script. */
export const LAST = { do: 'close', drain: false, timeout: 0 } as const;

/** The channels that are compared whether or not the other streams are observed (O1). */
const ALWAYS: readonly Channel[] = ['some', 'error', 'send', 'handle', 'topic', 'caller', 'watch', 'start', 'stop', 'abort', 'teardown', 'turn', 'answer', 'look'];

/**
 * Plays a script on the model and on brokers, and compares after every command all that can be seen from outside. One broker has observers
 * on every stream. If no meddler observes events, a second broker has only the meddlers and the observers that the script names.
 *
 * @throws {Difference} if they differ, or a law is broken.
 */
export function runScript(script: Script): void {
  const model = new Player(script.meddlers, (host) => new ModelWorld(host, script));
  const observed = new BrokerRun(script);
  const laws = new EventLaws(observed.world.broker);
  const kinds = script.meddlers.map(({ on }) => on);
  const runs = [observed];
  if (!kinds.some((kind) => kind.startsWith('event'))) {
    const meddled = OBSERVED.filter((channel) => kinds.includes(channel));
    runs.push(new BrokerRun(script, new Set<Channel>([...ALWAYS, ...meddled, ...script.observed])));
  }
  let played = 0;
  try {
    for (const command of [...script.commands, LAST]) {
      played++;
      for (const player of [model, ...runs.map((run) => run.player)]) {
        player.play(command);
        player.look();
        if (player.failure !== undefined) throw player.failure;
      }
      for (const { player, channels } of runs) {
        compareStories(channels === undefined ? 'observed' : 'unobserved', model.story.of(channels), player.story.of(channels));
        player.story.forget();
      }
      model.story.forget();
      laws.check(observed.world.broker.metrics());
    }
    laws.checkEnd();
    for (const { world } of runs) checkEnd(world);
  } catch (error) {
    if (error instanceof Difference) error.message += `\nafter command ${played}`;
    throw error;
  }
}

/** Everything that the broker tells while a script is played. */
export function recordStory(script: Script): string[] {
  const { player } = new BrokerRun(script);
  for (const command of [...script.commands, LAST]) player.play(command);
  return player.story.of(undefined);
}

/** §7: checks that nothing is open, no timer and no entry is left. */
function checkEnd({ broker, scheduler }: BrokerWorld): void {
  scheduler.maxFrames = Infinity;
  scheduler.flush();
  const { pending, inFlight, openRequests, registeredActors } = broker.metrics();
  const open = pending + inFlight + openRequests + registeredActors + broker.registeredCount() + broker.actorIds().length;
  if (open > 0) throw new Difference('end', `pending ${pending}, in flight ${inFlight}, open requests ${openRequests}, registered ${registeredActors}`);
  if (scheduler.actions.length > 0) throw new Difference('end', `${scheduler.actions.length} timers left`);
}
