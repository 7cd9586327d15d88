import { runFanOut } from '../mailbox/fan-out';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { BROADCAST } from '../mailbox/message-properties';
import type { MessageRecord } from '../mailbox/message-record';
import { SHARED } from '../mailbox/record-state';
import { ToldFanOut } from '../mailbox/told-fan-out';
import { type AskContext, propertiesOf, recordOf } from './ask';

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
  const { targets, count, message, lane, topic, observers, told } = cast;
  ledger.freeze(message);
  const { isRefusing } = dispatch;
  const announce = observers === undefined || observers.observed === false || isRefusing ? undefined : () => dispatch.emit(observers, told);
  if (count === 0) {
    announce?.();
    return 0;
  }
  const properties = topic === undefined ? BROADCAST : propertiesOf({ lane, topic });
  let meta: MessageRecord | number = lane;
  if (topic !== undefined) {
    meta = recordOf(dispatch, message, lane, properties, null);
    meta.state = SHARED;
  }
  const fanOut = new ToldFanOut(dispatch, targets, count, announce, message, meta, lane, properties);
  runFanOut(dispatch, fanOut, !isRefusing);
  return fanOut.taken;
}
