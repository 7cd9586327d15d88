import { letGo } from './let-go';
import type { Task } from './task';

/** Called when a mailbox has taken a message. If the caller waits for that (`offer`), the caller is told, and gets no reply later. */
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
