import type { Dispatch } from '../mailbox/dispatch/dispatch';
import { runFanOut } from '../mailbox/fan-out';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { SHARED } from '../mailbox/state/record-state';
import { ToldFanOut } from '../mailbox/told-fan-out';
import { MessageRecord } from '../mailbox/turn/message-record';
import { type AskContext, propertiesOf } from './ask';

/** Those who see a multicast without being actors. */
export interface MulticastObservers {
  /** False where nobody is there, and so nothing need be told. */
  readonly observed?: boolean;
  next(value: any): void;
}

/** One message on its way to many. */
export interface Multicast {
  readonly targets: readonly MailboxCore[];
  /** How many of `targets` are meant: the first so many. */
  readonly count: number;
  readonly message: unknown;
  readonly lane: number;
  /** Where it is published; a broadcast has none. */
  readonly topic: string | undefined;
  readonly observers: MulticastObservers | undefined;
  /** What the observers are told. */
  readonly told: unknown;
}

/** Offers a message to all its targets and tells its observers, as one step (rule R4). Answers how many took it. */
export function multicast({ dispatch, ledger }: AskContext, cast: Multicast): number {
  const { targets, count, message, lane, topic } = cast;
  ledger.freeze(message);
  const announce = announcing(dispatch, cast.observers, cast.told);
  if (count === 0) {
    announce?.();
    return 0;
  }
  let meta: MessageRecord | number = lane;
  if (topic !== undefined) {
    meta = new MessageRecord(dispatch, message, lane, propertiesOf({ lane, topic }), null);
    if (count > 1) meta.state = SHARED;
  }
  const fanOut = new ToldFanOut(targets, count, message, meta);
  runFanOut(dispatch, fanOut, true, announce);
  return fanOut.taken;
}

/** How to tell `observers`, where there are any, and where the broker takes it. */
export function announcing(dispatch: Dispatch, observers: MulticastObservers | undefined, told: unknown): (() => void) | undefined {
  if (observers === undefined || observers.observed === false || dispatch.isRefusing) return undefined;
  return tellLater(dispatch, observers, told);
}

/** A function of its own: a closure makes all that its function knows live in the heap. */
function tellLater(dispatch: Dispatch, observers: MulticastObservers, told: unknown): () => void {
  return () => dispatch.emit(observers, told);
}
