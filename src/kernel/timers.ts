import type { SchedulerAction, Subscription } from 'rxjs';
import { end } from './settle';
import type { Task } from './task';

/** Milliseconds that a timer can wait: `setTimeout` treats a longer delay as 0. Some 24 days. */
export const LONGEST_DELAY = 2_147_483_647;

interface Alarm {
  readonly task: Task;
  /** Milliseconds left when this action is over: no timer waits longer than `LONGEST_DELAY`. */
  left: number;
}

/**
 * Starts the clock of an ask that is still open (rule S4): one action of its own on the scheduler, as RxJS's `timeout` makes one. So it runs
 * in its caller's zone and async context, fires while `Date` stands still, and survives a swap of real and fake timers.
 */
export function startTimer(task: Task): void {
  const { rest, state } = task;
  if (rest === null || rest.isAnswered || rest.timer !== undefined || state === 'over' || state === 'new') return;
  rest.timer = startAlarm(task, rest.timeout);
}

/** Starts the clock of a turn, where its mailbox has a `turnTimeout`. */
export function startTurnTimer(task: Task, turnTimeout: number): void {
  if (turnTimeout !== Infinity) task.more().turnTimer = startAlarm(task, turnTimeout);
}

/** A scheduler that throws harms nobody: that message has no timeout (rule D6). */
function startAlarm(task: Task, timeout: number): Subscription | undefined {
  if (timeout === Infinity) return undefined;
  const { dispatcher, journal } = task.system;
  try {
    return dispatcher.scheduler.schedule<Alarm>(ring, Math.min(timeout, LONGEST_DELAY), { task, left: timeout - LONGEST_DELAY });
  } catch (error) {
    journal.callbackFailed('the scheduler', error);
    return undefined;
  }
}

function ring(this: SchedulerAction<Alarm>, alarm?: Alarm): void {
  const { task, left } = alarm as Alarm;
  if (left > 0) this.schedule({ task, left: left - LONGEST_DELAY }, Math.min(left, LONGEST_DELAY));
  else task.system.dispatcher.step(() => end(task, 'Timeout'));
}
