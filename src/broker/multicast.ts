import type { Dispatch } from '../mailbox/dispatch';
import { FanOut } from '../mailbox/fan-out';
import { OBSERVED } from '../mailbox/flags';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { SHARED } from '../mailbox/record-state';
import { TAKEN } from '../mailbox/taken';
import type { MessageRecord } from '../mailbox/message-record';
import { type AskContext, offerRecord, propertiesOf, recordOf } from './ask';

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
  const announce = observers === undefined || observers.observed === false ? undefined : () => dispatch.emit(observers, told);
  if (dispatch.isRefusing || (dispatch.flags & OBSERVED) !== 0) return castSlowly(dispatch, cast, announce);
  if (count === 0) {
    announce?.();
    return 0;
  }
  let meta: MessageRecord | number = lane;
  if (topic !== undefined) {
    meta = recordOf(dispatch, message, lane, propertiesOf({ lane, topic }), null);
    meta.state = SHARED;
  }
  return new FanOut(dispatch, targets, count, message, meta, lane).run(announce);
}

/** The same, one record for each target: observed, or refused by a closing broker. */
function castSlowly(dispatch: Dispatch, { targets, count, message, lane, topic }: Multicast, announce: (() => void) | undefined): number {
  const { isRefusing } = dispatch;
  const properties = propertiesOf({ lane, topic, broadcast: topic === undefined });
  return dispatch.within(() => {
    let taken = 0;
    for (const core of targets.slice(0, count)) {
      const record = recordOf(dispatch, message, lane, properties, null);
      if (offerRecord(dispatch, core, core.id, record, false) === TAKEN) taken++;
    }
    if (!isRefusing) announce?.();
    return taken;
  });
}
