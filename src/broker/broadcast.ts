import { Observable, type Subscriber } from 'rxjs';
import { CLOSED, FREEZING, QUEUED, STALLED } from '../mailbox/flags';
import { deepFreeze } from '../mailbox/freeze';
import type { MailboxCore } from '../mailbox/mailbox-core';
import type { ActorId } from '../message/actor-id';
import type { BroadcastOptions } from '../message/send-options';
import { type AskContext, offer, recordOf } from './ask';
import type { BroadcastResult } from './broadcast-result';
import { Gathering } from './gathering';

/** What a broadcast needs besides what every ask does. */
export interface BroadcastContext extends AskContext {
  /** Who is registered and passes, in registration order. Throws what the filter throws. */
  targets(filter: ((id: ActorId) => boolean) | undefined): readonly MailboxCore[];
  announce(message: unknown): void;
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
    if (signal?.aborted === true) {
      subscriber.error(signal.reason);
      return;
    }
    let targets: readonly MailboxCore[];
    try {
      targets = broker.targets(filter);
    } catch (error) {
      subscriber.error(error);
      return;
    }
    const gathering = new Gathering(subscriber, options?.order ?? 'registered');
    subscriber.add(gathering);
    if (signal !== undefined) cancelOn(signal, gathering, subscriber);
    // Offered to all, and then told to the observers, before the first handler runs: what they send comes after it everywhere.
    const { dispatch } = broker;
    const outermost = dispatch.enter();
    try {
      dispatch.settleFanOut();
      if ((dispatch.flags & FREEZING) !== 0) deepFreeze(message);
      const seats = targets.map((core) => gathering.seat(core.id as ActorId));
      for (const [index, core] of targets.entries()) {
        const seat = seats[index] as (typeof seats)[number];
        const record = recordOf(dispatch, message, { lane, options, parent: null, topic: undefined }, seat);
        record.broadcast = true;
        seat.record = record;
        if ((core.flags & (STALLED | QUEUED | CLOSED)) === 0) gathering.expectStart(seat);
        offer(broker, core, core.id, record, false, -1);
        if (!record.isOver) record.expireIn(options?.timeout ?? broker.requestTimeout);
      }
      broker.announce(message);
      gathering.offered();
    } finally {
      dispatch.leave(outermost);
    }
  });
}

function cancelOn(signal: AbortSignal, gathering: Gathering, subscriber: Subscriber<unknown>): void {
  const onAbort = (): void => gathering.cancel(signal.reason ?? new Error('aborted'));
  signal.addEventListener('abort', onAbort);
  subscriber.add(() => signal.removeEventListener('abort', onAbort));
}
