import type { Details } from '../kernel/details';
import { type Cast, FanOut } from '../kernel/fan-out';
import type { Telling } from '../kernel/outbox';
import type { Recipient } from '../kernel/task';
import type { BrokerSystem } from './broker-system';
import type { Audience } from './outward';

/**
 * Offers a message to all its targets, as one step (rule R4), and to its audience on other nodes. Returns how many took it. `announcement`
 * tells the observers here that are no actors, if there are any.
 */
export function castTo(system: BrokerSystem, cast: Cast, announcement: Telling | undefined, audience: Audience): number {
  const { outward } = system;
  if (outward === null || !outward.hasPeers || system.refuses(null)) return castHere(system, cast, announcement);
  return system.dispatcher.step(() => {
    outward.castBegins(cast, audience);
    const taken = castHere(system, cast, announcement);
    outward.castEnds(audience);
    return taken;
  });
}

/** `castTo`, for the targets alone. `isRefusing`: the broker does not take the message, since it closes. */
export function castHere(system: BrokerSystem, cast: Cast, announcement: Telling | undefined, isRefusing: boolean = system.refuses(null)): number {
  const { dispatcher } = system;
  const fanOut = new FanOut(system, cast);
  if (dispatcher.stack !== 'quiet' || !fanOut.isDirect) {
    offerToAll(system, fanOut, announcement, isRefusing);
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
  audience: Audience,
): number {
  return castTo(system, { targets, count, message, lane, details, placeFor: undefined, timeout: Infinity }, announcement, audience);
}

/** A function that tells `value` to those who listen now. `undefined` if nobody does. */
export function announcementTo<T>({ dispatcher }: BrokerSystem, listeners: readonly { next(value: T): void }[], value: T): Telling | undefined {
  if (listeners.length === 0) return undefined;
  return () => dispatcher.outbox.tellEach(listeners, value);
}

/** A function of its own, since a closure moves the variables of its function to the heap. */
function offerToAll({ dispatcher }: BrokerSystem, fanOut: FanOut, announcement: Telling | undefined, isRefusing: boolean): void {
  dispatcher.step(() => {
    fanOut.offer(isRefusing);
    if (announcement !== undefined && !isRefusing) dispatcher.add(announcement);
  });
}
