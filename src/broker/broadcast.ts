import { Observable } from 'rxjs';
import { runFanOut } from '../mailbox/fan-out';
import type { MailboxCore } from '../mailbox/mailbox-core';
import type { ActorId } from '../message/actor-id';
import type { BroadcastOptions } from '../message/send-options';
import type { Outlet } from '../observability/outlet';
import type { AskContext } from './ask';
import { AskedFanOut } from './asked-fan-out';
import type { BroadcastResult } from './broadcast-result';
import { Gathering } from './gathering';
import { announcing } from './multicast';
import { isCalledOff, untilAborted } from './until-aborted';

/** What a broadcast needs besides what every ask does. */
export interface BroadcastContext extends AskContext {
  readonly broadcasts: Outlet<unknown>;
  /** Who passes, or everyone, in registration order. Throws what the filter throws. */
  targets(filter: ((id: ActorId) => boolean) | undefined): readonly MailboxCore[];
}

/** Asks every target, and emits one result for each (rules R3 and R4). */
export function broadcastFrom(
  broker: BroadcastContext,
  message: unknown,
  filter: ((id: ActorId) => boolean) | undefined,
  lane: number,
  options: BroadcastOptions | undefined,
): Observable<BroadcastResult<any>> {
  return new Observable((subscriber) => {
    const signal = options?.signal;
    if (isCalledOff(subscriber, signal)) return;
    const { dispatch, broadcasts } = broker;
    dispatch.settleFanOut();
    let targets: readonly MailboxCore[];
    try {
      targets = broker.targets(filter);
    } catch (error) {
      subscriber.error(error);
      return;
    }
    // By its own filter.
    if (isCalledOff(subscriber, signal)) return;
    // Everyone's array may be longer than it is meant.
    const count = filter === undefined ? broker.actors.size : targets.length;
    const gathering = new Gathering(subscriber, options?.order ?? 'registered', dispatch);
    subscriber.add(gathering);
    if (signal !== undefined) subscriber.add(untilAborted(signal, gathering));
    broker.ledger.freeze(message);
    const fanOut = new AskedFanOut(broker, { targets, count, message, lane, options }, gathering);
    runFanOut(dispatch, fanOut, options === undefined, announcing(dispatch, broadcasts, message));
  });
}
