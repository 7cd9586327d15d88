import { BoundedBuffer } from '../buffer/bounded-buffer';
import type { FailureCode } from '../failure/failure-code';
import { stopActor } from './consumer-life';
import type { RunQueue } from './dispatch/run-queue';
import type { MailboxCore } from './mailbox-core';
import { BUSY, CLOSED, DETACHED, MOVED, QUEUED, READY, SCHEDULED, STALLED } from './state/flags';
import { FRESH } from './state/record-state';
import { OPEN } from './state/turn-state';
import type { MessageRecord } from './turn/message-record';
import { isOwn } from './turn/own-record';
import { abortTurn } from './turn/turn-abort';

/** Refuses newcomers; the backlog drains. `reason` is for `onStop`. */
export function closeMailbox(core: MailboxCore, reason: unknown): void {
  const { dispatch } = core.runQueue;
  dispatch.settleFanOut();
  if ((core.flags & CLOSED) !== 0) return;
  core.flags |= CLOSED;
  dispatch.journal.closings++;
  if (core.isRegistered) dispatch.journal.closed(core, reason === 'closed' ? undefined : reason);
  core.rare().stopReason = reason;
  // With its own turn on the stack it cannot be drained yet: lined up, it is looked at when that stack has returned.
  if (dispatch.onStack === core.number) core.runQueue.add(core);
  else checkDrained(core);
}

/** A closed mailbox ends when nothing is queued, parked or running any more. */
export function checkDrained(core: MailboxCore): void {
  // What came while its actor stopped runs when that stack has returned, or never.
  if ((core.flags & (DETACHED | QUEUED)) === (DETACHED | QUEUED) && (core.flags & (STALLED | SCHEDULED)) !== 0) core.runQueue.dispatch.host?.leaveBehind(core);
  if ((core.flags & (CLOSED | QUEUED)) !== CLOSED || (core.seats !== null && core.seats.length > 0)) return;
  if (core.runQueue.dispatch.onStack === core.number) return;
  const extras = core.rare();
  if (extras.ended) return;
  extras.ended = true;
  stopActor(core, extras.stopReason);
  extras.drained?.complete();
  extras.losses?.complete();
  extras.pressure?.complete();
}

/** Empties the queue and ends every turn, by the table of DESIGN §2. */
export function emptyMailbox(core: MailboxCore, queuedCode: FailureCode, runningCode: FailureCode): void {
  // Nothing to lose, and nobody to tell: it stays as small as it was.
  if (core.size === 0 && core.inFlight === 0 && core.extras === null) return;
  const { dispatch } = core.runQueue;
  const extras = core.rare();
  const detached = core.flags & DETACHED;
  // Nobody sends to it meanwhile, not even through the mailbox itself.
  extras.leaving = true;
  core.flags |= DETACHED;
  dispatch.within(() => {
    for (const { message, meta } of takeAll(core)) {
      // One by one, as they are counted: what was sent adds up at every instant (rule O2).
      dispatch.pending--;
      core.lose(dispatch, message, meta, queuedCode);
    }
    core.pressureChanged(dispatch);
    if (dispatch.onStack === core.number) dispatch.cutShort(runningCode, undefined);
    if (core.seats !== null) for (const turn of [...core.seats]) abortTurn(turn, runningCode);
    extras.leaving = false;
    core.flags = (core.flags & ~DETACHED) | detached;
  });
}

/** What it took in at a broker that it has left, while its actor stopped, it does not take elsewhere. */
export function leaveBehind(core: MailboxCore): void {
  emptyMailbox(core, 'ActorNotFound', 'ActorStopped');
}

/** Moves a mailbox to another dispatch, with what is queued and what is running. */
export function moveTo(core: MailboxCore, runQueue: RunQueue): void {
  const from = core.runQueue.dispatch;
  const to = runQueue.dispatch;
  const waiting = core.extras?.waiting?.size ?? 0;
  from.pending -= core.size + waiting;
  to.pending += core.size + waiting;
  if (core.seats !== null) {
    for (const turn of core.seats) {
      if (turn.state !== OPEN) continue;
      from.open--;
      to.open++;
    }
  }
  if (from !== to) {
    if (from.onStack === core.number) {
      // By its own turn, which keeps its place until that stack has returned (rule M4).
      from.flags |= MOVED;
      core.flags |= BUSY;
    }
    core.number = to.newNumber();
  }
  // Its place in line is worth nothing there.
  if (core.runQueue !== runQueue) core.flags &= ~READY;
  core.runQueue = runQueue;
  core.flags = (core.flags & ~(SCHEDULED | DETACHED)) | (runQueue.scheduler === null ? 0 : SCHEDULED);
}

interface Taken {
  readonly message: unknown;
  readonly meta: MessageRecord | number;
}

/** Takes out all that waits, in one step: whoever is told of the first loss finds nothing left to cancel. */
function takeAll(core: MailboxCore): readonly Taken[] {
  const taken: Taken[] = [];
  const take = (message: unknown, meta: MessageRecord | number): void => {
    taken.push({ message: isOwn(meta) ? meta.message : message, meta });
    if (isOwn(meta)) meta.state = FRESH;
  };
  const { buffer } = core;
  const extras = core.rare();
  if (extras.waiting !== undefined) {
    extras.waiting.forEach(take);
    extras.waiting = undefined;
  }
  if (buffer !== null && buffer.size > 0) {
    core.rare().removed += buffer.size;
    buffer.forEach(take);
    core.buffer = new BoundedBuffer(buffer.capacity, buffer.overflow, core.settings.fairness);
    core.buffer.highWaterMark = buffer.highWaterMark;
    core.flags &= ~QUEUED;
  }
  return taken;
}
