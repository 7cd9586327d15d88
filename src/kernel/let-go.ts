import type { Subscription } from 'rxjs';
import type { Task, TaskRest } from './task';

/**
 * Takes a message off the turn that waits for it, stops its timers, and takes the listener off its caller's signal. An error of one of them
 * harms no other (rule D6).
 */
export function letGo(task: Task, rest: TaskRest): void {
  const { parent, timer, turnTimer, unlisten } = rest;
  parent?.more().forget(task);
  stopTimer(task, timer);
  stopTimer(task, turnTimer);
  if (unlisten === undefined) return;
  rest.unlisten = undefined;
  task.system.dispatcher.outbox.call(unlisten);
}

/** Stops a timer of a message: the scheduler is user code. */
export function stopTimer({ system }: Task, timer: Subscription | undefined): void {
  if (timer !== undefined) system.dispatcher.outbox.call(() => timer.unsubscribe());
}
