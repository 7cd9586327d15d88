import { letGo } from './let-go';
import type { Task } from './task';

/** Called when a mailbox has taken a message. If its caller waits for that (`offer`), it is told, and nobody waits for a reply. */
export function taken(task: Task): void {
  const { rest, system } = task;
  if (rest === null || rest.caller?.untilTaken !== true) return;
  const { caller } = rest;
  rest.caller = null;
  letGo(task, rest);
  system.dispatcher.add(() => {
    caller.next(undefined);
    caller.complete();
  });
}
