import type { Task } from './task';

/** The mailbox has taken a message. If its caller waited for that (`offer`), the caller is told, and the message is as one that was told. */
export function taken(task: Task): void {
  const { rest, system } = task;
  if (rest === null || rest.caller?.untilTaken !== true) return;
  const { caller } = rest;
  rest.caller = null;
  rest.timer?.unsubscribe();
  rest.timer = undefined;
  rest.unlisten?.();
  rest.unlisten = undefined;
  system.dispatcher.add(() => {
    caller.next(undefined);
    caller.complete();
  });
}
