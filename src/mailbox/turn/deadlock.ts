import { IDLE_SEAT } from '../state/flags';
import { DONE, RUNNING } from '../state/record-state';
import { OPEN } from '../state/turn-state';
import type { MessageRecord } from './message-record';
import type { OpenTurn } from './open-turn';
import type { Turn } from './turn';

/** Fails the asks of a turn that was left open and could only be answered by turns that wait for them (rule O6). */
export function breakCircles(turn: Turn): void {
  const { asks } = turn.rest as OpenTurn;
  if (asks.size === 0 || turn.state !== OPEN) return;
  for (const ask of [...asks]) {
    const path = circleOf(turn, ask);
    if (path !== undefined) ask.fail('Deadlock', path.join(' → '));
  }
}

/** Whether an ask or a turn is stuck: known at once, or by those that it waits for. */
type Answer = boolean | Question;

interface Question {
  /** An ask's turns, or a turn's asks. */
  readonly items: readonly Turn[] | readonly MessageRecord[];
  /** The turn whose asks they are: one stuck ask is enough, and it is on the way for as long as this is open. `null`: all turns have to be stuck. */
  readonly turn: Turn | null;
  /** How long the path is with this one on it. */
  readonly length: number;
  asked: number;
}

/**
 * The path of a circle of turns that only wait for one another, if an ask of `turn` stands in one (rule O6).
 *
 * An ask is stuck when it runs in a stuck turn, or is queued at an actor all of whose turns are stuck; a turn is stuck when one of the
 * asks it waits for is. What leads back to a turn on the way counts as stuck: that is the circle. A loop over open questions, since a
 * chain of asks may be longer than the stack is deep.
 */
export function circleOf(turn: Turn, ask: MessageRecord): string[] | undefined {
  const path: string[] = [turn.core.id];
  const onTheWay = new Set<Turn>([turn]);
  const open: Question[] = [];
  let answer = aboutAsk(ask, path);
  for (;;) {
    if (typeof answer === 'object') {
      open.push(answer);
      answer = answer.turn === null;
    }
    const question = open.at(-1);
    if (question === undefined) return answer ? path : undefined;
    const { items, turn: asker, length } = question;
    // `answer` is the last item's, or what leads to the next where none was asked yet.
    if (answer !== (asker === null) || question.asked === items.length) {
      open.pop();
      // What is not stuck is on no way.
      if (!answer) onTheWay.delete(asker as Turn);
      continue;
    }
    path.length = length;
    const item = items[question.asked++];
    answer = asker === null ? aboutTurn(item as Turn, path, onTheWay) : aboutAsk(item as MessageRecord, path);
  }
}

function aboutAsk({ core, state, turn }: MessageRecord, path: string[]): Answer {
  if (core === null || state === DONE) return false;
  let turns: readonly Turn[];
  if (state === RUNNING) turns = turn === null ? [] : [turn];
  else if ((core.flags & IDLE_SEAT) === 0 && core.seats !== null && core.seats.length >= core.settings.concurrency) turns = [...core.seats];
  else return false;
  if (turns.length === 0) return false;
  path.push(core.id);
  return { items: turns, turn: null, length: path.length, asked: 0 };
}

function aboutTurn(turn: Turn, path: readonly string[], onTheWay: Set<Turn>): Answer {
  if (onTheWay.has(turn)) return true;
  if (turn.state !== OPEN || turn.rest === null) return false;
  onTheWay.add(turn);
  return { items: [...turn.rest.asks], turn, length: path.length, asked: 0 };
}
