import type { Handler } from './actor/handler';
import type { Dispatch } from './dispatch/dispatch';
import { type FanOut, offerRest } from './fan-out';
import type { MailboxCore } from './mailbox-core';
import { queueMessage } from './queue-message';
import { runRecord } from './run-turn';
import { FANNING } from './state/flags';
import { NOBODY, RUNS } from './state/turn-state';
import { TAKEN } from './taken';
import { BROADCAST } from './turn/message-properties';
import { MessageRecord } from './turn/message-record';
import { isOwn } from './turn/own-record';
import { SharedTurn, Turn } from './turn/turn';
import { returned, threw } from './turn/turn-outcome';

/** A message to many that nobody waits for. */
export class ToldFanOut implements FanOut {
  next = 0;
  records: MessageRecord[] | undefined = undefined;
  readonly targets: readonly MailboxCore[];
  readonly count: number;
  /** How many mailboxes took it. */
  taken = 0;
  readonly #message: unknown;
  readonly #meta: MessageRecord | number;

  /** `meta` is what is known of it at every target: its lane, or a record that they share. */
  constructor(targets: readonly MailboxCore[], count: number, message: unknown, meta: MessageRecord | number) {
    this.targets = targets;
    this.count = count;
    this.#message = message;
    this.#meta = meta;
  }

  queueRest(dispatch: Dispatch): void {
    offerRest(dispatch, this);
  }

  runIdle(dispatch: Dispatch): MailboxCore | null {
    const { targets, count } = this;
    const message = this.#message;
    const meta = this.#meta;
    if (isOwn(meta)) return this.#runOnly(dispatch, targets[0] as MailboxCore, meta);
    const quiet = dispatch.flags;
    const over = typeof meta === 'number' ? ~meta : ~RUNS;
    let ran = 0;
    // Its observers may have settled it before the first runs.
    if ((quiet & FANNING) === 0) return null;
    while (ran < count) {
      const core = targets[ran] as MailboxCore;
      // Before it runs: who settles the fan-out from within queues it for those behind.
      this.next = ++ran;
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
        if ((dispatch.flags & FANNING) === 0) break;
        continue;
      }
      dispatch.onStack = NOBODY;
      if (result === undefined && dispatch.flags === quiet) {
        turn.stage = over;
        continue;
      }
      returned(turn, dispatch, result, message);
      if ((dispatch.flags & FANNING) === 0) break;
    }
    this.taken += ran;
    return (dispatch.flags & FANNING) === 0 ? (targets[ran - 1] as MailboxCore) : null;
  }

  #runOnly(dispatch: Dispatch, core: MailboxCore, record: MessageRecord): MailboxCore | null {
    // Its observers may have settled it.
    if ((dispatch.flags & FANNING) === 0) return null;
    this.next = this.taken = 1;
    record.core = core;
    runRecord(core, dispatch, record);
    return core;
  }

  offer(dispatch: Dispatch, core: MailboxCore, record: MessageRecord | undefined): void {
    const meta = record ?? this.#meta;
    const code = dispatch.isRefusing ? 'BrokerClosed' : queueMessage(core, dispatch, this.#message, meta, laneOf(this.#meta));
    if (code === TAKEN) this.taken++;
    else core.lose(dispatch, this.#message, meta, code);
  }

  recordFor(dispatch: Dispatch): MessageRecord {
    const meta = this.#meta;
    const properties = typeof meta === 'number' ? BROADCAST : meta.properties;
    return new MessageRecord(dispatch, this.#message, laneOf(meta), properties, null, dispatch.scheduler.now());
  }
}

function laneOf(meta: MessageRecord | number): number {
  return typeof meta === 'number' ? meta : meta.lane;
}
