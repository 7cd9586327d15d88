import type { Handler } from '../mailbox/actor/handler';
import type { Dispatch } from '../mailbox/dispatch/dispatch';
import { isCancelled } from '../mailbox/fail';
import { type FanOut, offerRest } from '../mailbox/fan-out';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { queueMessage } from '../mailbox/queue-message';
import { ASKED, CLOSED, FANNING, QUEUED, STALLED } from '../mailbox/state/flags';
import { NOBODY } from '../mailbox/state/turn-state';
import { TAKEN } from '../mailbox/taken';
import type { MessageProperties } from '../mailbox/turn/message-properties';
import type { MessageRecord } from '../mailbox/turn/message-record';
import { AskedTurn } from '../mailbox/turn/turn';
import { returned, threw } from '../mailbox/turn/turn-outcome';
import type { BroadcastOptions } from '../message/send-options';
import { type AskContext, propertiesOf, recordOf } from './ask';
import type { Gathering, Seat } from './gathering';

/** A broadcast whose answers are gathered. */
export interface AskedBroadcast {
  readonly targets: readonly MailboxCore[];
  /** How many of `targets` are meant: the first so many. */
  readonly count: number;
  readonly message: unknown;
  readonly lane: number;
  readonly options: BroadcastOptions | undefined;
}

/** A message that all its targets answer (rules R3 and R4). */
export class AskedFanOut implements FanOut {
  next = 0;
  records: MessageRecord[] | undefined = undefined;
  readonly targets: readonly MailboxCore[];
  readonly count: number;
  readonly #broker: AskContext;
  readonly #message: unknown;
  readonly #lane: number;
  readonly #options: BroadcastOptions | undefined;
  readonly #gathering: Gathering;
  readonly #isRefused: boolean;
  /** Of all its records, once there is one. */
  #properties: MessageProperties | undefined;

  constructor(broker: AskContext, { targets, count, message, lane, options }: AskedBroadcast, gathering: Gathering) {
    this.targets = targets;
    this.count = count;
    this.#message = message;
    this.#lane = lane;
    this.#options = options;
    this.#broker = broker;
    this.#gathering = gathering;
    this.#isRefused = broker.dispatch.isRefusing;
  }

  queueRest(dispatch: Dispatch): void {
    offerRest(dispatch, this);
  }

  runIdle(dispatch: Dispatch): MailboxCore | null {
    const { targets, count } = this;
    const message = this.#message;
    const lane = this.#lane;
    const gathering = this.#gathering;
    const quiet = dispatch.flags | ASKED;
    let core: MailboxCore | null = null;
    // Settled from within, it has been queued for all the rest.
    while (this.next < count) {
      core = targets[this.next++] as MailboxCore;
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

  offer(dispatch: Dispatch, core: MailboxCore, prepared: MessageRecord | undefined): void {
    const message = this.#message;
    const record = prepared ?? this.recordFor(dispatch, core);
    // Called off before it was offered here.
    if (isCancelled(dispatch, core.id, message, record)) return;
    // Whoever is told what this one pushes out may have the rest offered first.
    const order = dispatch.deadlines.reserve();
    const seat = record.caller as Seat;
    if (!this.#isRefused && (core.flags & (STALLED | QUEUED | CLOSED)) === 0) seat.expectStart();
    const code = this.#isRefused ? 'BrokerClosed' : queueMessage(core, dispatch, message, record, this.#lane);
    if (code !== TAKEN) core.lose(dispatch, message, record, code);
    // Refused; or whoever was told that it pushed another out has cancelled all of it.
    if (!record.isOver) record.expireIn(this.#options?.timeout ?? this.#broker.requestTimeout, record.sentAt, order);
  }

  recordFor(dispatch: Dispatch, core: MailboxCore): MessageRecord {
    const lane = this.#lane;
    const seat = this.#gathering.seat(core);
    const properties = (this.#properties ??= propertiesOf({ lane, options: this.#options, broadcast: true }));
    const record = recordOf(dispatch, this.#message, lane, properties, seat);
    record.core = core;
    record.target = core.id;
    seat.add(record);
    return record;
  }

  offered(): void {
    this.#gathering.offered();
  }
}
