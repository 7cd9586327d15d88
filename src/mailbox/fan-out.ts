import { DRAINING, FANNING } from './flags';
import type { Dispatch } from './dispatch';
import type { Handler } from './handler';
import type { MailboxCore } from './mailbox-core';
import { TAKEN } from './taken';
import type { MessageRecord } from './message-record';
import { SharedTurn, Turn } from './turn';
import { returned, threw } from './turn-outcome';
import { NOBODY, RUNS } from './turn-state';

/** Whether all of the first `count` would run a message straight away. */
export function areIdle(targets: readonly MailboxCore[], count: number): boolean {
  let flags = 0;
  for (let index = 0; index < count; index++) flags |= (targets[index] as MailboxCore).flags;
  return flags === 0;
}

/**
 * One message to many mailboxes, as one step (rule R4).
 *
 * Idle ones run it straight away, one after the other, without a queue. The first thing done inside that could tell the difference
 * (a send, an unregistration, a look at the metrics) queues it for all the rest first, so it comes after it at every target.
 */
export class FanOut {
  /** How many mailboxes took it. */
  taken = 0;
  readonly #dispatch: Dispatch;
  readonly #targets: readonly MailboxCore[];
  readonly #message: unknown;
  readonly #meta: MessageRecord | number;
  readonly #lane: number;
  readonly #count: number;
  #next = 0;

  /** To the first `count` of `targets`. */
  constructor(dispatch: Dispatch, targets: readonly MailboxCore[], count: number, message: unknown, meta: MessageRecord | number, lane: number) {
    this.#dispatch = dispatch;
    this.#targets = targets;
    this.#count = count;
    this.#message = message;
    this.#meta = meta;
    this.#lane = lane;
  }

  /** Queues it for every target not reached yet. */
  queueRest(): void {
    const targets = this.#targets;
    while (this.#next < this.#count) this.#offer(targets[this.#next++] as MailboxCore);
  }

  /** Runs or queues it everywhere. `announce` tells the observers, before the first handler runs. */
  run(announce: (() => void) | undefined): number {
    const dispatch = this.#dispatch;
    if ((dispatch.flags & DRAINING) !== 0 || !areIdle(this.#targets, this.#count)) {
      this.#queueAll(dispatch, announce);
      return this.taken;
    }
    dispatch.flags |= DRAINING | FANNING;
    dispatch.fanOut = this;
    try {
      announce?.();
      const settledIn = this.#runIdle(dispatch);
      this.queueRest();
      if (settledIn !== null) dispatch.goOn(settledIn);
    } finally {
      dispatch.fanOut = null;
      dispatch.flags &= ~FANNING;
      dispatch.finish();
    }
    return this.taken;
  }

  #queueAll(dispatch: Dispatch, announce: (() => void) | undefined): void {
    dispatch.within(() => {
      this.queueRest();
      announce?.();
    });
  }

  /** Answers the actor whose turn ended it: its visit goes on, as if it had been queued for all beforehand. */
  #runIdle(dispatch: Dispatch): MailboxCore | null {
    const targets = this.#targets;
    const message = this.#message;
    const meta = this.#meta;
    const count = this.#count;
    const quiet = dispatch.flags;
    const over = typeof meta === 'number' ? ~meta : ~RUNS;
    let ran = 0;
    while (ran < count && (dispatch.flags & FANNING) !== 0) {
      const core = targets[ran] as MailboxCore;
      // Before it runs: who settles the fan-out from within queues it for those behind.
      this.#next = ++ran;
      const handler = core.handler as Handler;
      const turn = typeof meta === 'number' ? new Turn(core, meta) : new SharedTurn(core, meta);
      dispatch.onStack = core.number;
      core.delivered++;
      let result: unknown;
      try {
        result = handler(message, turn);
      } catch (error) {
        dispatch.onStack = NOBODY;
        threw(turn, dispatch, error, message);
        continue;
      }
      dispatch.onStack = NOBODY;
      if (result === undefined && dispatch.flags === quiet) {
        turn.stage = over;
        continue;
      }
      returned(turn, dispatch, result, message);
    }
    this.taken += ran;
    return ran > 0 && (dispatch.flags & FANNING) === 0 ? (targets[ran - 1] as MailboxCore) : null;
  }

  #offer(core: MailboxCore): void {
    const code = core.queue(this.#message, this.#meta, this.#lane);
    if (code === TAKEN) this.taken++;
    else core.lose(this.#message, this.#meta, code);
  }
}
