import type { Details } from '../kernel/details';
import { type Cast, FanOut } from '../kernel/fan-out';
import type { Telling } from '../kernel/outbox';
import type { Recipient } from '../kernel/task';
import type { BrokerSystem } from './broker-system';

/**
 * Offers a message to all its targets, as one step (rule R4). Returns how many took it. `announcement` tells the observers that are no
 * actors, if there are any.
 */
export function castTo(system: BrokerSystem, cast: Cast, announcement: Telling | undefined): number {
  const { dispatcher } = system;
  const fanOut = new FanOut(system, cast);
  if (dispatcher.stack !== 'quiet' || !fanOut.isDirect) {
    offerToAll(system, fanOut, announcement);
    return fanOut.taken;
  }
  fanOut.taken = cast.count;
  dispatcher.hold(fanOut, announcement);
  if (cast.placeFor === undefined) fanOut.runTold(dispatcher);
  else fanOut.runAsked(dispatcher, cast.placeFor);
  return fanOut.taken;
}

/** Offers a message to the first `count` of `targets`, without replies. Returns how many took it. */
export function tellTargets(
  system: BrokerSystem,
  targets: readonly Recipient[],
  count: number,
  message: unknown,
  lane: number,
  details: Details,
  announcement: Telling | undefined,
): number {
  return castTo(system, { targets, count, message, lane, details, placeFor: undefined, timeout: Infinity }, announcement);
}

/** Tells `value` to the listeners of now, when it is called. `undefined` if there are none. */
export function announcementTo<T>(listeners: readonly { next(value: T): void }[], value: T): Telling | undefined {
  if (listeners.length === 0) return undefined;
  return () => {
    for (const listener of listeners) listener.next(value);
  };
}

/** A function of its own, since a closure moves the variables of its function to the heap. */
function offerToAll(system: BrokerSystem, fanOut: FanOut, announcement: Telling | undefined): void {
  const { dispatcher } = system;
  dispatcher.step(() => {
    const isRefusing = system.refuses(null);
    fanOut.offer(isRefusing);
    if (announcement !== undefined && !isRefusing) dispatcher.add(announcement);
  });
}
