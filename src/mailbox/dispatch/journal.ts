import type { FailureCode } from '../../failure/failure-code';
import type { MailboxCore } from '../mailbox-core';
import type { MessageRecord } from '../turn/message-record';
import type { Turn } from '../turn/turn';

/** Failures written out by a mailbox that has no dead letters. */
const WRITTEN = 10;

/** Why a message ended that its actor did handle, or began to. */
export type TurnFailure = FailureCode | 'HandlerFailed';

/**
 * What a dispatch counts of what is over, and whom it tells. One increment for each message on the fast path; the rest is kept where it is slow
 * anyway, and the totals are computed when they are read.
 *
 * This one counts, and writes the first failures out: it is a lone mailbox's. A broker's is the ledger.
 */
export class Journal {
  /** Turns begun by mailboxes that have left, less those that others had begun before they came. Of the rest each mailbox has its own count. */
  departed = 0;
  /** Turns whose handler failed. */
  errored = 0;
  /** Turns that were ended from outside. */
  aborted = 0;
  /** Mailboxes closed since it was made: who remembers which are open looks again when it has changed. */
  closings = 0;

  /** A message failed that no handler saw, or was taken back. `record` is a number where nothing more is known than when it was sent. */
  failed(_code: FailureCode | 'NoRoute' | 'Cancelled', _target: string | undefined, _message: unknown, _record: MessageRecord | number): void {}

  /** A turn is over that did not succeed. `code` is absent when its caller cancelled it. */
  ended(_turn: Turn, code: TurnFailure | undefined, error: unknown, _message: unknown): void {
    // Nobody else would ever know; but a flood of failures is no flood of lines.
    if (code !== undefined && this.errored + this.aborted <= WRITTEN) console.warn(`rx-broker: ${code} in a mailbox without a broker:`, error);
  }

  /** A message is about to be sent. Answers what is known of it from here: where somebody observes, a record. */
  prepare(_core: MailboxCore | null, _message: unknown, meta: MessageRecord | number, _target: string | undefined): MessageRecord | number {
    return meta;
  }

  /** A turn was left open that began elsewhere, before its mailbox was registered here. */
  broughtAlong(_turn: Turn, _message: unknown): void {
    this.departed++;
  }

  // The stages of a message's way, told only while somebody observes -------------------------------

  /** Its caller counts it as pending meanwhile, as its observers' own count has it (rule O2). */
  sent(_record: MessageRecord, _message: unknown): void {}
  queued(_record: MessageRecord): void {}
  delivered(_turn: Turn, _message: unknown): void {}
  settled(_turn: Turn, _message: unknown): void {}

  /** A mailbox refuses newcomers from now on. */
  closed(_core: MailboxCore, _reason: unknown): void {}
  /** A callback of the user's threw where no sender waits for it. */
  callbackFailed(what: string, error: unknown): void {
    console.warn(`rx-broker: ${what} threw:`, error);
  }
}
