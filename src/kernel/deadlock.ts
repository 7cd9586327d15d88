import { SendError } from '../failure/send-error';
import { MailboxCore } from './mailbox-core';
import { end } from './settle';
import type { PathStep, System, Task } from './task';

/** Fails the asks of an open turn that are in a deadlock: only turns that wait for them could answer them (rule O6). Part of a step. */
export function breakCircles(turn: Task): void {
  for (const ask of [...turn.more().asks]) breakCircle(ask, [turn.self], [turn, ...fartherTurns(turn)]);
}

/** Fails an ask that came from another node, if the turns that wait for it, those of `path`, are those that it waits for. Part of a step. */
export function breakFarCircle(ask: Task, path: readonly PathStep[]): void {
  breakCircle(ask, path.map(([actorId]) => actorId).reverse(), turnsOf(ask.system, path));
}

/** The most turns of a path. A longer path names its last turns. */
export const LONGEST_PATH = 100;

/** The path of asks that leads to a turn and ends with it, over all nodes, the last turn first. */
export function pathOf(turn: Task): readonly PathStep[] {
  const path: PathStep[] = [];
  for (let next: Task | undefined = turn; next !== undefined && path.length < LONGEST_PATH; next = next.more().parent) {
    path.push([next.self, next.id], ...(next.caller?.path ?? []));
  }
  return path.slice(0, LONGEST_PATH);
}

/** Fails an ask if it waits only for `turns`, which wait for it. `names` are the actors that lead to it. */
function breakCircle(ask: Task, names: readonly string[], turns: readonly Task[]): void {
  const path = circleOf(ask, [...names], turns);
  if (path === undefined) return;
  end(ask, 'Deadlock', new SendError('Deadlock', { actorId: ask.recipient.id, started: ask.state === 'open', detail: path.join(' → ') }));
}

/** The turns of this node that wait for a turn by way of another node. */
function fartherTurns(turn: Task): readonly Task[] {
  return turn.system.lookUp === null ? [] : turnsOf(turn.system, pathOf(turn));
}

/** The open turns of this node among the steps of a path. */
function turnsOf({ lookUp }: System, path: readonly PathStep[]): readonly Task[] {
  return path.flatMap(([actorId, messageId]) => {
    const recipient = lookUp?.(actorId);
    const seats = recipient instanceof MailboxCore ? (recipient.seats ?? []) : [];
    return seats.filter(({ id, state }) => state === 'open' && id === messageId);
  });
}

/** Whether an ask or a turn is stuck. If that is not known at once, it is a question about the turns or asks that it waits for. */
type Answer = boolean | Question;

interface Question {
  /** The turns that an ask waits for, or the asks that a turn waits for. */
  readonly items: readonly Task[];
  /** The turn, which is stuck if one of its asks is. `null` for an ask, which is stuck if all turns are. */
  readonly turn: Task | null;
  /** The length of the path up to this question. */
  readonly length: number;
  /** How many of `items` have been looked at. */
  asked: number;
}

/**
 * The path of a circle of turns that only wait for one another, if `ask` is part of one. `turns` wait for the ask, and `path` is what leads
 * to it.
 *
 * An ask is stuck if its turn is open and stuck, or if it is queued at an actor all of whose turns are stuck. A turn is stuck if one of the
 * asks it waits for is. A turn that is on the way already counts as stuck, since it closes the circle. This is a loop with a list of open
 * questions, since a chain of asks may be longer than the stack is deep.
 */
function circleOf(ask: Task, path: string[], turns: readonly Task[]): string[] | undefined {
  const onTheWay = new Set<Task>(turns);
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
    // `answer` is that of the item before. Before the first item it has the value with which the loop goes on.
    if (answer !== (asker === null) || question.asked === items.length) {
      open.pop();
      // A turn that is not stuck leaves the way.
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
  // It is queued or waits. Or it is over, since the end of another ask of its turn has ended it: then `end` leaves it alone.
  else if (recipient instanceof MailboxCore && recipient.handler !== null && !recipient.hasFreeSeat) turns = [...(recipient.seats as Task[])];
  else return false;
  path.push(ask.self);
  return { items: turns, turn: null, length: path.length, asked: 0 };
}

function aboutTurn(turn: Task, path: readonly string[], onTheWay: Set<Task>): Answer {
  if (onTheWay.has(turn)) return true;
  onTheWay.add(turn);
  return { items: [...turn.more().asks], turn, length: path.length, asked: 0 };
}
