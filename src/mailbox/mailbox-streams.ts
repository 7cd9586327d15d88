import { Observable, type Subscriber, distinctUntilChanged } from 'rxjs';
import { IdleWatch } from '../kernel/idle-watch';
import type { Loss, MailboxCore } from '../kernel/mailbox-core';
import { Outlet } from '../kernel/outlet';
import { keptStream } from './kept-stream';

/** The number of queued messages divided by the capacity: the current value first, then each change. */
export const pressureOf: (core: MailboxCore) => Observable<number> = /* @__PURE__ */ keptStream((core) =>
  new Observable<number>((subscriber) => {
    core.system.dispatcher.unfold();
    const queue = core.ensureQueue();
    const pressure = (queue.pressure ??= new Outlet());
    const { size, capacity, status } = core;
    // The observer joins before it is told the current value, so that it also gets the changes that it causes then.
    if (status !== 'ended') subscriber.add(pressure.add(subscriber));
    core.system.dispatcher.tellNow(() => {
      subscriber.next(size / capacity);
      if (status === 'ended') subscriber.complete();
    });
  }).pipe(distinctUntilChanged()),
);

/** Whether nothing is queued, waits, runs or holds a seat: the current value first, then each change, told between turns. */
export const idleOf: (core: MailboxCore) => Observable<boolean> = /* @__PURE__ */ keptStream((core) =>
  new Observable((subscriber) => {
    core.system.dispatcher.unfold();
    const { isQuiet, status } = core;
    if (status !== 'ended') subscriber.add(watchIdle(core, subscriber, isQuiet));
    core.system.dispatcher.tellNow(() => {
      subscriber.next(isQuiet);
      if (status === 'ended') subscriber.complete();
    });
  }),
);

/** Watches a mailbox for one observer of `idle$`. Returns a function that ends the watch. */
function watchIdle(core: MailboxCore, subscriber: Subscriber<boolean>, isQuiet: boolean): () => void {
  const watch = new IdleWatch(subscriber, isQuiet);
  const rare = core.more();
  const watches = (rare.idleWatches ??= new Set());
  const { dispatcher } = core.system;
  // If this is called in a turn of the mailbox, the mailbox is idle after it.
  if (watches.size > 0) dispatcher.idleMayHaveChanged(core);
  else {
    rare.isIdleTold = isQuiet;
    dispatcher.watchIdle(core);
  }
  if (isQuiet !== rare.isIdleTold) (rare.idleNewcomers ??= []).push(watch);
  watches.add(watch);
  return () => {
    watches.delete(watch);
    if (watches.size === 0) core.more().idleWatches = undefined;
  };
}

/** Every message that the mailbox loses. */
export const lossesOf: (core: MailboxCore) => Observable<Loss> = /* @__PURE__ */ keptStream((core) => untilEnded(core, () => (core.more().losses ??= new Outlet())));

/** Completes when the mailbox has ended: it is closed, and everything in it is over. */
export function drainedOf(core: MailboxCore): Observable<never> {
  return untilEnded(core, () => (core.more().drained ??= new Outlet()));
}

/** The stream of an outlet of a mailbox. If the mailbox has ended, the stream completes at once. */
function untilEnded<T>(core: MailboxCore, outlet: () => Outlet<T>): Observable<T> {
  return new Observable((subscriber) => {
    if (core.status !== 'ended') return outlet().add(subscriber);
    core.system.dispatcher.tellNow(() => subscriber.complete());
    return undefined;
  });
}
