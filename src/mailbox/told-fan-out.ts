import type { Dispatch } from './dispatch';
import { type FanOut, offerRest } from './fan-out';
import { FANNING } from './flags';
import type { Handler } from './handler';
import type { MailboxCore } from './mailbox-core';
import type { MessageProperties } from './message-properties';
import { MessageRecord } from './message-record';
import { TAKEN } from './taken';
import { SharedTurn, Turn } from './turn';
import { returned, threw } from './turn-outcome';
import { NOBODY, RUNS } from './turn-state';

/** A message to many that nobody waits for. */
export class ToldFanOut implements FanOut {
  next = 0;
  records: readonly MessageRecord[] | undefined = undefined;
  readonly targets: readonly MailboxCore[];
  readonly count: number;
  readonly announce: (() => void) | undefined;
  /** How many mailboxes took it. */
  taken = 0;
  readonly #dispatch: Dispatch;
  readonly #message: unknown;
  readonly #meta: MessageRecord | number;
  readonly #lane: number;
  readonly #properties: MessageProperties;
  readonly #isRefused: boolean;

  /** `meta` is what is known of it at every target: its lane, or a record that they share. */
  constructor(
    dispatch: Dispatch,
    targets: readonly MailboxCore[],
    count: number,
    announce: (() => void) | undefined,
    message: unknown,
    meta: MessageRecord | number,
    lane: number,
    properties: MessageProperties,
  ) {
    this.targets = targets;
    this.count = count;
    this.announce = announce;
    this.#dispatch = dispatch;
    this.#message = message;
    this.#meta = meta;
    this.#lane = lane;
    this.#properties = properties;
    this.#isRefused = dispatch.isRefusing;
  }

  queueRest(): void {
    offerRest(this.#dispatch, this);
  }

  runIdle(dispatch: Dispatch): MailboxCore | null {
    const { targets, count } = this;
    const message = this.#message;
    const meta = this.#meta;
    const quiet = dispatch.flags;
    const over = typeof meta === 'number' ? ~meta : ~RUNS;
    let ran = 0;
    while (ran < count && (dispatch.flags & FANNING) !== 0) {
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

  offer(core: MailboxCore, record: MessageRecord | undefined): void {
    const meta = record ?? this.#meta;
    const code = this.#isRefused ? 'BrokerClosed' : core.queue(this.#message, meta, this.#lane);
    if (code === TAKEN) this.taken++;
    else core.lose(this.#message, meta, code);
  }

  recordFor(): MessageRecord {
    return new MessageRecord(this.#dispatch, this.#message, this.#lane, this.#properties, null, this.#dispatch.scheduler.now());
  }

  offered(): void {}
}
