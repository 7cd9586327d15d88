import { DONE, type MessageRecord, RUNNING } from './message-record';
import { IDLE_SEAT } from './flags';
import type { Turn } from './turn';
import { OPEN } from './turn-state';

/**
 * The path of a circle of turns that only wait for one another, if `ask` stands in one (rule O6).
 *
 * An ask is stuck when it runs in a stuck turn, or is queued at an actor all of whose turns are stuck; a turn is stuck when one of the
 * asks it waits for is. What leads back to a turn on the way counts as stuck: that is the circle.
 */
export function circleOf(ask: MessageRecord): string[] | undefined {
  const path: string[] = [ask.parent?.core.id ?? ''];
  return isStuck(ask, path, new Set(ask.parent === null ? [] : [ask.parent])) ? path : undefined;
}

function isStuck(ask: MessageRecord, path: string[], onTheWay: Set<Turn>): boolean {
  const { core } = ask;
  if (core === null || ask.state === DONE) return false;
  path.push(core.id);
  const length = path.length;
  if (ask.state === RUNNING) {
    if (ask.turn !== null && isTurnStuck(ask.turn, path, onTheWay)) return true;
  } else if ((core.flags & IDLE_SEAT) === 0 && core.seats !== null && core.seats.length >= core.settings.concurrency) {
    if (
      core.seats.every((turn) => {
        path.length = length;
        return isTurnStuck(turn, path, onTheWay);
      })
    )
      return true;
  }
  path.length = length - 1;
  return false;
}

function isTurnStuck(turn: Turn, path: string[], onTheWay: Set<Turn>): boolean {
  if (onTheWay.has(turn)) return true;
  if (turn.state !== OPEN || turn.rest === null) return false;
  onTheWay.add(turn);
  for (const ask of turn.rest.asks) if (isStuck(ask, path, onTheWay)) return true;
  onTheWay.delete(turn);
  return false;
}
