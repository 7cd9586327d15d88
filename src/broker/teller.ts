import type { FailureCode } from '../failure/failure-code';
import { checkActorId } from '../failure/check';
import { NORMAL_STAMP, tellDirect } from '../mailbox/direct';
import type { Dispatch } from '../mailbox/dispatch';
import { type MailboxCore, TAKEN } from '../mailbox/mailbox-core';
import type { MessageRecord } from '../mailbox/message-record';
import { prepare, tell } from '../mailbox/tell';
import type { Turn } from '../mailbox/turn';
import { ON_STACK, OPEN } from '../mailbox/turn-state';
import { checkTell } from '../message/check-send';
import type { TellOptions } from '../message/send-options';
import { Refusal, SENT, type SendResult } from '../message/send-result';
import type { Ledger } from '../observability/ledger';
import { type AskContext, recordOf } from './ask';

/** `trySend` in all its ways but the fastest: with options, from a turn, sampled, observed, refused. */
export class Teller {
  readonly #actors: ReadonlyMap<string, MailboxCore>;
  readonly #dispatch: Dispatch;
  readonly #ledger: Ledger;

  constructor({ actors, dispatch, ledger }: AskContext) {
    this.#actors = actors;
    this.#dispatch = dispatch;
    this.#ledger = ledger;
  }

  /** @throws {TypeError | RangeError} for a bad id or option. */
  tell(id: string, core: MailboxCore | undefined, message: unknown, options: TellOptions | undefined, turn: Turn | null): SendResult {
    const lane = options === undefined ? NORMAL_STAMP : checkTell(options);
    const dispatch = this.#dispatch;
    const inside = turn !== null && (turn.state === ON_STACK || turn.state === OPEN);
    if (core === undefined) {
      checkActorId(id);
      return this.#refuse(id, message, this.#metaOf(message, lane, options, turn), dispatch.isRefusing && !inside);
    }
    if (dispatch.flags === 0 && options === undefined && turn === null) {
      // A flood at a full mailbox is refused on the shortest way: its senders are what is to be slowed down, not everyone.
      const code = core.fullCode;
      if (code !== TAKEN) {
        core.lose(message, lane, code);
        return new Refusal(code, id);
      }
    }
    const startedAt = this.#ledger.isSampleDue() ? performance.now() : -1;
    const meta = this.#metaOf(message, lane, options, turn);
    if (typeof meta === 'number' && (core.flags | dispatch.flags) === 0) {
      if (startedAt >= 0) this.#ledger.sample(performance.now() - startedAt);
      tellDirect(core, dispatch, message, meta);
      return SENT;
    }
    const code = tell(core, message, meta, inside);
    if (startedAt >= 0) this.#ledger.sample(performance.now() - startedAt);
    return code === TAKEN ? SENT : new Refusal(code, id);
  }

  /** Sends a record, such as a redelivered one. */
  tellRecord(id: string, record: MessageRecord): SendResult {
    const { message } = record;
    const core = this.#actors.get(id);
    if (core === undefined) return this.#refuse(id, message, record, this.#dispatch.isRefusing);
    const code = tell(core, message, record, false);
    return code === TAKEN ? SENT : new Refusal(code, id);
  }

  #refuse(id: string, message: unknown, meta: MessageRecord | number, isClosed: boolean): SendResult {
    const code: FailureCode = isClosed ? 'BrokerClosed' : 'ActorNotFound';
    const known = prepare(this.#dispatch, null, message, meta, id);
    this.#ledger.failed(code, id, message, known);
    return new Refusal(code, id);
  }

  /** A stamp that is only a lane, or a record where there is more to say. */
  #metaOf(message: unknown, lane: number, options: TellOptions | undefined, turn: Turn | null): MessageRecord | number {
    const says = turn !== null || (options !== undefined && (options.ttl !== undefined || options.sender !== undefined || options.headers !== undefined));
    return says ? recordOf(this.#dispatch, message, { lane, options, parent: turn, topic: undefined }, null) : lane;
  }
}
