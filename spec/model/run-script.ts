import { BrokerPlayer } from './broker-player';
import { Difference } from './difference';
import { type Script, describeScript } from './command';
import { EventLaws } from './event-laws';
import { checkLaws } from './laws';
import { ModelPlayer } from './model-player';
import { type Kind, KINDS } from './story';

/** What a script ends with, whatever it was. */
export const LAST = { do: 'close', drain: false, timeout: 0 } as const;

/**
 * Plays a script on the model and on the broker, and compares after every command all that can be seen from outside.
 *
 * @throws {Difference} when they differ, or a law is broken.
 */
export function runScript(script: Script): void {
  const model = new ModelPlayer(script);
  const broker = new BrokerPlayer(script);
  const laws = script.observed ? new EventLaws(broker.broker) : undefined;
  let played = 0;
  try {
    for (const command of [...script.commands, LAST]) {
      played++;
      model.play(command);
      broker.play(command);
      compareStories(model, broker);
      const seen = broker.broker.metrics();
      checkLaws(model, broker, seen);
      laws?.check(seen);
    }
    checkEnd(broker);
    laws?.checkEnd(broker.broker.metrics());
  } catch (error) {
    if (error instanceof Difference) error.message += `\nafter:\n${describeScript(script, played)}`;
    throw error;
  }
}

function compareStories(model: ModelPlayer, broker: BrokerPlayer): void {
  // In what order those are told who watch several ends is not said.
  model.story.ends.sort();
  broker.story.ends.sort();
  for (const kind of KINDS) compareLines(kind, model.story[kind], broker.story[kind]);
  model.story.forget();
  broker.story.forget();
}

function compareLines(kind: Kind, expected: readonly string[], seen: readonly string[]): void {
  if (expected.length === seen.length && expected.every((line, index) => line === seen[index])) return;
  throw new Difference(kind, `expected\n  ${expected.join('\n  ') || 'nothing'}\nsaw\n  ${seen.join('\n  ') || 'nothing'}`);
}

/** §7: nothing open, no timer, no entry. */
export function checkEnd({ broker, scheduler }: BrokerPlayer): void {
  scheduler.maxFrames = Infinity;
  scheduler.flush();
  const { pending, inFlight, openRequests, registeredActors } = broker.metrics();
  const open = pending + inFlight + openRequests + registeredActors + broker.registeredCount() + broker.actorIds().length;
  if (open > 0) throw new Difference('end', `pending ${pending}, in flight ${inFlight}, open requests ${openRequests}, registered ${registeredActors}`);
  if (scheduler.actions.length > 0) throw new Difference('end', `${scheduler.actions.length} timers left`);
}

/** Everything that `events$` says while a script is played, a line an event. */
export function recordEvents(script: Script): string {
  const player = new BrokerPlayer(script);
  const lines: string[] = [];
  player.broker.events$.subscribe((event) => lines.push(JSON.stringify(event, withErrors)));
  for (const command of [...script.commands, LAST]) player.play(command);
  return lines.join('\n');
}

/** Errors have no fields that JSON shows. */
function withErrors(_: string, value: unknown): unknown {
  return value instanceof Error ? String(value) : value;
}
