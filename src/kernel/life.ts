import { BrokerError } from '../failure/broker-error';
import type { FailureCode } from '../failure/failure-code';
import { NORMAL_LANE } from '../message/lane';
import type { Actor, Handler } from '../message/message-broker';
import { type MailboxCore, StartCall } from './mailbox-core';
import { isPromise } from './reply-kind';
import { abortedEnd, cutShort, settle } from './settle';
import { type System, Task } from './task';
import { whenSettled } from './when-settled';

/** @throws {BrokerError} `AlreadyRegistered` if the mailbox has a consumer, since it can have only one. */
export function checkNoConsumer(core: MailboxCore): void {
  if (core.handler === null) return;
  throw new BrokerError('AlreadyRegistered', 'this mailbox has its one consumer already; unsubscribe that one first');
}

/** Called with the outcome of `onStart`, as part of a step. */
export interface Starting {
  /** `onStart` has returned, or its promise is fulfilled. */
  started?(): void;
  /** `onStart` threw, or its promise is rejected. `isOver`: the actor's life has ended already. */
  failed(error: unknown, isOver: boolean): void;
}

/** Makes `handler` the consumer. It also gets the messages that are queued already. Part of a step. */
export function attach(core: MailboxCore, handler: Handler, actor: Actor | null, starting: Starting): void {
  core.handler = handler;
  core.actor = actor;
  core.start = actor === null ? 'none' : 'due';
  if (core.isRegistered || core.size > 0) startActor(core, starting);
  core.wake();
}

/** Takes the consumer away. Queued messages stay. Part of a step. */
export function detach(core: MailboxCore): void {
  core.handler = null;
  core.actor = null;
  core.start = 'none';
  core.refresh();
}

/** Puts the call of `onStart` into the outbox, if it is due: once in each life, before the first turn (rule M9). Part of a step. */
export function startActor(core: MailboxCore, starting: Starting): void {
  const { actor, system } = core;
  if (core.start !== 'due' || core.status === 'ended') return;
  const start = new StartCall();
  core.start = start;
  core.refresh();
  system.dispatcher.add(() => {
    // The life may have ended before the outbox came to this.
    if (core.start !== start) return;
    start.isCalled = true;
    // The context of the hook: a task that is open, so that it can send, but has no seat, so that nothing settles it.
    const task = new Task(core, NORMAL_LANE, 'open', null);
    const hasEnded = (): boolean => {
      task.state = 'over';
      return core.start !== start;
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
    callHook(system, () => (actor as Actor).onStart?.(task), started, failed);
  });
}

/** Ends the actor's life. If it has started, the call of `onStop` goes into the outbox. Part of a step. */
export function stopActor(core: MailboxCore, reason: unknown): void {
  const { actor, id, system } = core;
  if (actor === null) return;
  const hasBegun = core.isStarting || core.start === 'done';
  core.start = 'due';
  core.refresh();
  if (!hasBegun) return;
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

/** Closes a mailbox: it refuses newcomers, and its backlog drains. `reason` is for `onStop`, and `error` for `events$`, if there is one. */
export function closeMailbox(core: MailboxCore, reason: unknown, error?: unknown): void {
  const { dispatcher, counts, journal } = core.system;
  dispatcher.step(() => {
    if (core.status !== 'open') return;
    core.status = 'closed';
    core.refresh();
    counts.closings++;
    const rare = core.more();
    rare.closedBy = reason;
    rare.whenEnded = endMailbox;
    if (core.isRegistered) {
      if (journal.observes(core.id)) journal.closed(core.id, error);
      core.system.host?.mailboxClosed(core.id);
    }
    core.endIfEmpty();
  });
}

/** Pauses a mailbox, so that no further turn begins, or lets turns begin again. Open turns go on. */
export function pauseMailbox(core: MailboxCore, isPaused: boolean): void {
  core.system.dispatcher.step(() => {
    core.more().isPaused = isPaused;
    core.wake();
  });
}

/** Drops the queued messages, then the waiting ones, highest priority first. Open turns go on. Returns how many messages were dropped. */
export function clearMailbox(core: MailboxCore): number {
  return core.system.dispatcher.step(() => {
    const lost = core.queue?.takeAll() ?? [];
    const { rare } = core;
    const whenEnded = rare?.whenEnded;
    // A closed mailbox ends when the last loss is told, not with the first one.
    if (rare !== null) rare.whenEnded = undefined;
    for (const task of lost) settle(task, { outcome: 'failed', code: 'Dropped' });
    if (rare !== null) rare.whenEnded = whenEnded;
    core.endIfEmpty();
    return lost.length;
  });
}

/** Ends the turns in the order in which they began, then the queued messages, then the waiting ones (DESIGN §2). Part of a step. */
export function emptyMailbox(core: MailboxCore, code: FailureCode): void {
  const { dispatcher } = core.system;
  const isOnStack = dispatcher.running === core;
  const turns = [...(core.seats ?? [])].sort((a, b) => a.more().turn - b.more().turn);
  const queued = core.queue?.takeAll() ?? [];
  // A turn that keeps its seat only until its promise settles is over already, so `settle` leaves it alone.
  for (const task of turns) settle(task, abortedEnd(task, code));
  if (isOnStack) cutShort(dispatcher, code);
  for (const task of queued) settle(task, { outcome: 'failed', code });
}

/** Ends a closed mailbox that has nothing left: its actor stops, and its streams complete. */
function endMailbox(core: MailboxCore): void {
  const { closedBy, drained, idleWatches, losses } = core.more();
  stopActor(core, closedBy);
  const { dispatcher } = core.system;
  const { outbox } = dispatcher;
  dispatcher.add(() => {
    drained?.complete(outbox);
    losses?.complete(outbox);
    core.queue?.pressure?.complete(outbox);
    if (idleWatches !== undefined) outbox.callEach(idleWatches, (watch) => watch.end());
  });
}

/** Calls a hook. `ended` or `failed` is a step of its own, at once or when the hook's promise settles. */
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
