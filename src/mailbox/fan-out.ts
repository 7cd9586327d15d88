import type { Dispatch } from './dispatch';
import { CLOSING, DRAINING, FANNING, OBSERVED } from './flags';
import type { MailboxCore } from './mailbox-core';
import type { MessageRecord } from './message-record';

/** Who gets a message, and who is told of it without being an actor. */
export interface FanOutTargets {
  readonly targets: readonly MailboxCore[];
  /** How many of `targets` are meant: the first so many. */
  readonly count: number;
  /** Tells the observers, where there are any. */
  readonly announce: (() => void) | undefined;
}

/**
 * One message to many mailboxes, as one step (rule R4).
 *
 * Idle ones run it straight away, one after the other, without a queue. The first thing done inside that could tell the difference
 * (a send, an unregistration, a look at the metrics) queues it for all the rest first, so it comes after it at every target. So does
 * what is done by those who are told in the middle of the queueing.
 */
export abstract class FanOut {
  protected readonly dispatch: Dispatch;
  protected readonly targets: readonly MailboxCore[];
  protected readonly count: number;
  protected next = 0;
  #announce: (() => void) | undefined;
  /** One for each target, where their sending was told before the first is queued. */
  #records: MessageRecord[] | undefined;

  constructor(dispatch: Dispatch, { targets, count, announce }: FanOutTargets) {
    this.dispatch = dispatch;
    this.targets = targets;
    this.count = count;
    this.#announce = announce;
  }

  /** Runs or queues it everywhere. The observers are told before the first handler runs. */
  run(isPlain: boolean): void {
    const { dispatch } = this;
    const runs = isPlain && (dispatch.flags & (DRAINING | OBSERVED | CLOSING)) === 0 && this.#areIdle();
    const outermost = dispatch.enter();
    try {
      if ((dispatch.flags & OBSERVED) !== 0) this.#prepare();
      dispatch.flags |= FANNING;
      dispatch.fanOut = this;
      if (runs) this.#tell();
      const settledIn = runs ? this.runIdle(dispatch) : null;
      this.queueRest();
      this.offered();
      if (settledIn !== null) dispatch.goOn(settledIn);
    } finally {
      if (dispatch.fanOut === this) {
        dispatch.fanOut = null;
        dispatch.flags &= ~FANNING;
      }
      dispatch.leave(outermost);
    }
  }

  /** Queues it for every target not reached yet, and tells the observers if they were not. */
  queueRest(): void {
    while (this.next < this.count) {
      const at = this.next++;
      if (this.#records !== undefined) this.dispatch.pending--;
      this.offer(this.targets[at] as MailboxCore, this.#records?.[at]);
    }
    this.#tell();
  }

  /** Runs it at one target after the other, until it is settled from within; answers the actor whose turn did that: its visit goes on. */
  protected abstract runIdle(dispatch: Dispatch): MailboxCore | null;
  /** Queues it at a target, with its record where that was made before. */
  protected abstract offer(core: MailboxCore, record: MessageRecord | undefined): void;
  /** The record of one target's part. */
  protected abstract recordFor(core: MailboxCore): MessageRecord;
  /** It has been offered to everyone. */
  protected offered(): void {}

  /** Tells its sending, for all of them: what that makes an observer send comes before it everywhere. Pending from here, as their own count has it. */
  #prepare(): void {
    this.#records = [];
    for (let index = 0; index < this.count; index++) {
      const core = this.targets[index] as MailboxCore;
      const record = this.recordFor(core);
      this.#records.push(record);
      this.dispatch.journal.prepare(core, record.message, record, core.id);
      this.dispatch.pending++;
    }
  }

  #tell(): void {
    const announce = this.#announce;
    this.#announce = undefined;
    announce?.();
  }

  #areIdle(): boolean {
    let flags = 0;
    for (let index = 0; index < this.count; index++) flags |= (this.targets[index] as MailboxCore).flags;
    return flags === 0;
  }
}
