import type { Dispatch } from '../mailbox/dispatch';
import { ASKED, CLOSED, CLOSING, DRAINING, FANNING, OBSERVED, QUEUED, STALLED } from '../mailbox/flags';
import type { Handler } from '../mailbox/handler';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { areIdle } from '../mailbox/fan-out';
import type { MessageProperties } from '../mailbox/message-properties';
import { AskedTurn } from '../mailbox/turn';
import { returned, threw } from '../mailbox/turn-outcome';
import { NOBODY } from '../mailbox/turn-state';
import type { BroadcastOptions } from '../message/send-options';
import { type AskContext, offerRecord, propertiesOf, recordOf } from './ask';
import type { Gathering } from './gathering';

/** A broadcast whose answers are gathered. */
export interface AskedBroadcast {
  readonly targets: readonly MailboxCore[];
  /** How many of `targets` are meant: the first so many. */
  readonly count: number;
  readonly message: unknown;
  readonly lane: number;
  readonly options: BroadcastOptions | undefined;
  /** Tells the observers of broadcasts, where there are any. */
  readonly announce: (() => void) | undefined;
}

/** As `FanOut`, for a message that its targets answer (rules R3 and R4). */
export class AskedFanOut {
  readonly #broker: AskContext;
  readonly #cast: AskedBroadcast;
  readonly #gathering: Gathering;
  /** Of all its records, once there is one. */
  #properties: MessageProperties | undefined;
  #next = 0;

  constructor(broker: AskContext, cast: AskedBroadcast, gathering: Gathering) {
    this.#broker = broker;
    this.#cast = cast;
    this.#gathering = gathering;
  }

  /** Queues it for every target not reached yet. */
  queueRest(): void {
    while (this.#next < this.#cast.count) this.#offer(this.#cast.targets[this.#next++] as MailboxCore);
  }

  run(): void {
    const { dispatch } = this.#broker;
    const { targets, count, options, announce } = this.#cast;
    if (options !== undefined || (dispatch.flags & (DRAINING | OBSERVED | CLOSING)) !== 0 || !areIdle(targets, count)) {
      // Offered to all, and then told to the observers, before the first handler runs: what they send comes after it everywhere.
      dispatch.within(() => {
        this.queueRest();
        announce?.();
        this.#gathering.oneStarted();
      });
      return;
    }
    dispatch.flags |= DRAINING | FANNING;
    dispatch.fanOut = this;
    try {
      announce?.();
      const settledIn = this.#runIdle(dispatch);
      this.queueRest();
      this.#gathering.oneStarted();
      if (settledIn !== null) dispatch.goOn(settledIn);
    } finally {
      dispatch.fanOut = null;
      dispatch.flags &= ~FANNING;
      dispatch.finish();
    }
  }

  /** Answers the actor whose turn ended it: its visit goes on, as if it had been queued for all beforehand. */
  #runIdle(dispatch: Dispatch): MailboxCore | null {
    const { targets, count, message, lane } = this.#cast;
    const gathering = this.#gathering;
    const quiet = dispatch.flags | ASKED;
    let core: MailboxCore | null = null;
    // Settled from within, it has been queued for all the rest.
    while (this.#next < count) {
      core = targets[this.#next++] as MailboxCore;
      const seat = gathering.seat(core);
      const turn = new AskedTurn(core, lane, seat);
      const handler = core.handler as Handler;
      dispatch.flags |= ASKED;
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
      if (dispatch.flags === quiet && typeof result !== 'object' && typeof result !== 'function' && typeof result !== 'symbol' && !gathering.isOver) {
        turn.stage = ~lane;
        dispatch.flags &= ~ASKED;
        seat.succeed(result);
      } else returned(turn, dispatch, result, message);
    }
    return (dispatch.flags & FANNING) === 0 ? core : null;
  }

  #offer(core: MailboxCore): void {
    const { message, lane, options } = this.#cast;
    const { dispatch, requestTimeout } = this.#broker;
    const seat = this.#gathering.seat(core);
    const properties = (this.#properties ??= propertiesOf({ lane, options, broadcast: true }));
    const record = recordOf(dispatch, message, lane, properties, seat);
    seat.add(record);
    if ((core.flags & (STALLED | QUEUED | CLOSED)) === 0) seat.expectStart();
    offerRecord(dispatch, core, core.id, record, false);
    // Whoever was told that this one pushed another message out may have cancelled all of it.
    if (this.#gathering.isOver) record.cancel(undefined);
    else if (!record.isOver) record.expireIn(options?.timeout ?? requestTimeout);
  }
}
