import { BrokerError } from '../failure/broker-error';
import type { FailureCode } from '../failure/failure-code';
import { NORMAL_LANE } from '../message/lane';
import type { Actor, Handler } from '../message/message-broker';
import type { MailboxCore } from './mailbox-core';
import { isPromise } from './reply-kind';
import { abortedEnd, cutShort, settle } from './settle';
import { type System, Task } from './task';
import { whenSettled } from './when-settled';

/** @throws {BrokerError} `AlreadyRegistered` when there is a consumer: a mailbox has one. */
export function checkNoConsumer(core: MailboxCore): void {
  if (core.handler === null) return;
  throw new BrokerError('AlreadyRegistered', 'this mailbox has its one consumer already; unsubscribe that one first');
}

/** Is told what has become of an `onStart`, in a step. */
export interface Starting {
  /** It has returned, or its promise is fulfilled. */
  started?(): void;
  /** `isOver`: the life that it began has ended meanwhile. */
  failed(error: unknown, isOver: boolean): void;
}

/** Makes `handler` the consumer. It gets the messages that are queued. Part of a step. */
export function attach(core: MailboxCore, handler: Handler, actor: Actor | null, starting: Starting): void {
  core.handler = handler;
  core.actor = actor;
  core.start = actor === null ? 'none' : 'due';
  if (core.isRegistered || core.size > 0) startActor(core, starting);
  core.wake();
}

/** The consumer leaves; what is queued stays. Part of a step. */
export function detach(core: MailboxCore): void {
  core.handler = null;
  core.actor = null;
  core.start = 'none';
  core.refresh();
}

/** `onStart` is to be called: once for each life, before its first turn, which waits for its promise (rule M9). Part of a step. */
export function startActor(core: MailboxCore, starting: Starting): void {
  const { actor, lives, system } = core;
  if (core.start !== 'due' || actor === null || core.status === 'ended') return;
  core.start = 'scheduled';
  core.refresh();
  system.dispatcher.add(() => {
    // Its life may have ended before it began.
    if (core.start !== 'scheduled' || core.lives !== lives || core.actor !== actor) return;
    core.start = 'starting';
    // It is open, so that its context can send, but holds no seat: nothing settles it.
    const task = new Task(core, NORMAL_LANE, 'open', null);
    const hasEnded = (): boolean => {
      task.state = 'over';
      return core.start !== 'starting' || core.lives !== lives || core.actor !== actor;
    };
    const started = (): void => {
      starting.started?.();
      if (hasEnded()) return;
      core.start = 'done';
      core.wake();
    };
    const failed = (error: unknown): void => {
      const isOver = hasEnded();
      if (!isOver) core.start = 'due';
      starting.failed(error, isOver);
    };
    callHook(system, () => actor.onStart?.(task), started, failed);
  });
}

/** `onStop` is to be called, if the life has started. Part of a step. */
export function stopActor(core: MailboxCore, reason: unknown): void {
  const { actor, id, start, system } = core;
  if (actor === null) return;
  core.start = 'due';
  core.refresh();
  if (start !== 'starting' && start !== 'done') return;
  system.dispatcher.add(() => {
    system.counts.stopping++;
    const ended = (): void => {
      system.counts.stopping--;
    };
    callHook(system, () => actor.onStop?.(reason), ended, (error) => {
      ended();
      system.journal.hookFailed('onStop', id, error);
    });
  });
}

/** Refuses newcomers; the backlog drains. `reason` is for `onStop`. */
export function closeMailbox(core: MailboxCore, reason: unknown): void {
  const { dispatcher, counts, journal } = core.system;
  dispatcher.step(() => {
    if (core.status !== 'open') return;
    core.status = 'closed';
    core.refresh();
    counts.closings++;
    const rare = core.more();
    rare.closedBy = reason;
    rare.whenEnded = endMailbox;
    if (core.isRegistered && journal.isObserved) journal.closed(core.id, reason === 'closed' ? undefined : reason);
    core.endIfEmpty();
  });
}

/** Ends every turn, in the order of their beginning, then what is queued, then what waits, by the table of DESIGN §2. Part of a step. */
export function emptyMailbox(core: MailboxCore, code: FailureCode): void {
  const { dispatcher } = core.system;
  const isOnStack = dispatcher.running === core;
  const open = core.seats === null ? [] : core.seats.filter(({ state }) => state === 'open').sort((a, b) => a.more().turn - b.more().turn);
  const queued = core.queue === null ? [] : core.queue.takeAll();
  for (const task of open) settle(task, abortedEnd(task, code));
  if (isOnStack) cutShort(dispatcher, code);
  for (const task of queued) settle(task, { outcome: 'failed', code });
}

/** A closed mailbox has nothing left: its actor stops, and its streams complete. */
function endMailbox(core: MailboxCore): void {
  const { closedBy, drained, losses } = core.more();
  stopActor(core, closedBy);
  core.system.dispatcher.add(() => {
    drained?.complete();
    losses?.complete();
    core.queue?.pressure?.complete();
  });
}

/** Calls a hook, and makes a step of what comes of it: at once, or when its promise settles. */
function callHook(system: System, call: () => unknown, ended: () => void, failed: (error: unknown) => void): void {
  const { dispatcher } = system;
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    dispatcher.step(() => failed(error));
    return;
  }
  if (!isPromise(result)) dispatcher.step(ended);
  else {
    whenSettled(
      result,
      () => dispatcher.resume(ended),
      (error) => dispatcher.resume(() => failed(error)),
    );
  }
}
