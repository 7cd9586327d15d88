import type { Dispatch } from './dispatch/dispatch';
import type { MailboxCore } from './mailbox-core';
import { CLOSING, DRAINING, FANNING, LETTING_KNOW, OBSERVED, OFFERING } from './state/flags';
import type { MessageRecord } from './turn/message-record';

/** One message to many mailboxes: told, or asked. No class of which these are two kinds, since a `super()` call is a tenth of a small broadcast. */
export interface FanOut {
  readonly targets: readonly MailboxCore[];
  /** How many of `targets` are meant: the first so many. */
  readonly count: number;
  /** The index of the first target that it has not reached. */
  next: number;
  /** One for each target, where their sending was told before the first is queued. */
  records: MessageRecord[] | undefined;
  /** `offerRest` of this. */
  queueRest(dispatch: Dispatch): void;
  /** Runs it at one target after the other, until it is settled from within; answers the actor whose turn did that: its visit goes on. */
  runIdle(dispatch: Dispatch): MailboxCore | null;
  /** Queues it at a target, with its record where that was made before. */
  offer(dispatch: Dispatch, core: MailboxCore, record: MessageRecord | undefined): void;
  /** The record of one target's part. */
  recordFor(dispatch: Dispatch, core: MailboxCore): MessageRecord;
  /** It has been offered to everyone. */
  offered?(): void;
}

/**
 * Runs or queues a message everywhere, as one step (rule R4). `announce` tells those who see it without being actors, where there are any,
 * before the first handler runs.
 *
 * Idle targets run it straight away, one after the other, without a queue. The first thing done inside that could tell the difference
 * (a send, an unregistration, a look at the metrics) queues it for all the rest first, so it comes after it at every target. So does
 * what is done by those who are told in the middle of the queueing.
 */
export function runFanOut(dispatch: Dispatch, fanOut: FanOut, isPlain: boolean, announce: (() => void) | undefined): void {
  if ((dispatch.flags & (OBSERVED | LETTING_KNOW)) !== 0) {
    tellAndQueue(dispatch, fanOut, announce);
    return;
  }
  const runs = isPlain && (dispatch.flags & (DRAINING | CLOSING)) === 0 && areIdle(fanOut);
  const outermost = dispatch.enter();
  try {
    dispatch.flags |= FANNING;
    dispatch.fanOut = fanOut;
    announce?.();
    const settledIn = runs ? fanOut.runIdle(dispatch) : null;
    if (fanOut.next < fanOut.count) fanOut.queueRest(dispatch);
    fanOut.offered?.();
    if (settledIn !== null) dispatch.goOn(settledIn);
  } finally {
    dispatch.fanOut = null;
    dispatch.flags &= ~FANNING;
    dispatch.leave(outermost);
  }
}

/**
 * The same where its sending is told, for all targets, before it is queued anywhere. Whatever one of those who are told does comes after
 * all of it.
 */
function tellAndQueue(dispatch: Dispatch, fanOut: FanOut, announce: (() => void) | undefined): void {
  const outermost = dispatch.enter();
  const records: MessageRecord[] = (fanOut.records = []);
  let isAnnounced = false;
  const queueRest = (): void => {
    tellSending(dispatch, fanOut, records);
    if (!isAnnounced) {
      isAnnounced = true;
      announce?.();
    }
    offerRest(dispatch, fanOut);
  };
  try {
    dispatch.fanOut = { queueRest };
    dispatch.flags |= OFFERING;
    tellSending(dispatch, fanOut, records);
    dispatch.flags = (dispatch.flags & ~OFFERING) | FANNING;
    queueRest();
    fanOut.offered?.();
  } finally {
    dispatch.fanOut = null;
    dispatch.flags &= ~(FANNING | OFFERING);
    dispatch.leave(outermost);
  }
}

/** Queues it for every target not reached yet. */
export function offerRest(dispatch: Dispatch, fanOut: FanOut): void {
  while (fanOut.next < fanOut.count) {
    const at = fanOut.next++;
    const record = fanOut.records?.[at];
    if (record !== undefined) dispatch.pending--;
    fanOut.offer(dispatch, fanOut.targets[at] as MailboxCore, record);
  }
}

/** Tells its sending to those targets of which it was not told. Pending from here, as its observers' own count has it. */
function tellSending(dispatch: Dispatch, fanOut: FanOut, records: MessageRecord[]): void {
  while (records.length < fanOut.count) {
    const core = fanOut.targets[records.length] as MailboxCore;
    const record = fanOut.recordFor(dispatch, core);
    records.push(record);
    dispatch.journal.prepare(core, record.message, record, core.id);
    dispatch.pending++;
    dispatch.journal.sent(record, record.message);
  }
}

function areIdle({ targets, count }: FanOut): boolean {
  let flags = 0;
  for (let index = 0; index < count; index++) flags |= (targets[index] as MailboxCore).flags;
  return flags === 0;
}
