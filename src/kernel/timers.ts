import type { SchedulerAction, Subscription } from 'rxjs';
import type { Task } from './task';

/** The longest delay of a timer in milliseconds, some 24 days. `setTimeout` treats a longer one as 0. */
export const LONGEST_DELAY = 2_147_483_647;

interface Alarm {
  readonly task: Task;
  /** Milliseconds that are left when this action is called, since no timer waits longer than `LONGEST_DELAY`. */
  left: number;
}

/**
 * Starts the timeout of an ask that is not over (rule S4): one action of its own on the scheduler, as RxJS's `timeout` makes one. So it
 * runs in its caller's zone and async context, fires while `Date` stands still, and survives a swap of real and fake timers.
 */
export function startTimer(task: Task): void {
  if (task.state === 'over') return;
  const rest = task.more();
  if (rest.isAnswered) return;
  rest.timer = startAlarm(task, rest.timeout);
}

/** Starts the timeout of an open turn. `Infinity`: its mailbox has no `turnTimeout`. */
export function startTurnTimer(task: Task, turnTimeout: number): void {
  task.more().turnTimer = startAlarm(task, turnTimeout);
}

/** Schedules the end of a message by `Timeout`. If the scheduler throws, the message has no timeout (rule D6). */
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
  else task.system.dispatcher.step(() => task.recipient.timeUp(task));
}
