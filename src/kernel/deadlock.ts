import { SendError } from '../failure/send-error';
import { MailboxCore } from './mailbox-core';
import { end } from './settle';
import type { Task } from './task';

/** Fails the asks of an open turn that only turns could answer which wait for them (rule O6). Part of a step. */
export function breakCircles(turn: Task): void {
  for (const ask of [...turn.more().asks]) {
    const path = turn.state === 'open' ? circleOf(turn, ask) : undefined;
    if (path === undefined) continue;
    const isStarted = ask.state === 'open' || ask.state === 'running';
    end(ask, 'Deadlock', new SendError('Deadlock', { actorId: ask.recipient.id, started: isStarted, detail: path.join(' → ') }));
  }
}

/** Whether an ask or a turn is stuck: known at once, or by those that it waits for. */
type Answer = boolean | Question;

interface Question {
  /** An ask's turns, or a turn's asks. */
  readonly items: readonly Task[];
  /**
   * The turn whose asks they are: one stuck ask is enough, and it is on the way for as long as this is open. `null`: all turns have to be
   * stuck.
   */
  readonly turn: Task | null;
  /** How long the path is with this one on it. */
  readonly length: number;
  asked: number;
}

/**
 * The path of a circle of turns that only wait for one another, if an ask of `turn` stands in one.
 *
 * An ask is stuck when it runs in a stuck turn, or is queued at an actor all of whose turns are stuck. A turn is stuck when one of the
 * asks it waits for is. What leads back to a turn on the way counts as stuck: that is the circle. A loop over open questions, since a
 * chain of asks may be longer than the stack is deep.
 */
function circleOf(turn: Task, ask: Task): string[] | undefined {
  const path: string[] = [turn.self];
  const onTheWay = new Set<Task>([turn]);
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
      // A turn that is not stuck is on no way.
      if (!answer) onTheWay.delete(asker as Task);
      continue;
    }
    path.length = length;
    const item = items[question.asked++] as Task;
    answer = asker === null ? aboutTurn(item, path, onTheWay) : aboutAsk(item, path);
  }
}

function aboutAsk(ask: Task, path: string[]): Answer {
  const { recipient, state } = ask;
  let turns: readonly Task[];
  if (state === 'open') turns = [ask];
  else if ((state === 'queued' || state === 'waiting') && recipient instanceof MailboxCore && recipient.handler !== null && !recipient.hasFreeSeat) turns = [...(recipient.seats as Task[])];
  else return false;
  path.push(ask.self);
  return { items: turns, turn: null, length: path.length, asked: 0 };
}

function aboutTurn(turn: Task, path: readonly string[], onTheWay: Set<Task>): Answer {
  if (onTheWay.has(turn)) return true;
  if (turn.state !== 'open') return false;
  onTheWay.add(turn);
  return { items: [...turn.more().asks], turn, length: path.length, asked: 0 };
}
