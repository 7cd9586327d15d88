import { Observable, distinctUntilChanged } from 'rxjs';
import type { Loss, MailboxCore } from '../kernel/mailbox-core';
import { Outlet } from '../kernel/outlet';

/** Queued / capacity: the current value first, then each change. */
export function pressureOf(core: MailboxCore): Observable<number> {
  return new Observable<number>((subscriber) => {
    core.system.dispatcher.unfold();
    const queue = core.ensureQueue();
    const pressure = (queue.pressure ??= new Outlet());
    const { size, capacity, status } = core;
    // It listens before it is told the current value: what its observer then does is the next change.
    if (status !== 'ended') subscriber.add(pressure.add(subscriber));
    core.system.dispatcher.tellNow(() => {
      subscriber.next(size / capacity);
      if (status === 'ended') subscriber.complete();
    });
  }).pipe(distinctUntilChanged());
}

export function lossesOf(core: MailboxCore): Observable<Loss> {
  return untilEnded(core, () => (core.more().losses ??= new Outlet()));
}

/** Completes when the mailbox is closed and everything in it is over. */
export function drainedOf(core: MailboxCore): Observable<never> {
  return untilEnded(core, () => (core.more().drained ??= new Outlet()));
}

/** A stream of a mailbox; of one that has ended it completes at once. */
function untilEnded<T>(core: MailboxCore, outlet: () => Outlet<T>): Observable<T> {
  return new Observable((subscriber) => {
    if (core.status !== 'ended') return outlet().add(subscriber);
    core.system.dispatcher.tellNow(() => subscriber.complete());
    return undefined;
  });
}
