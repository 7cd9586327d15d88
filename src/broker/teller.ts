import { checkActorId } from '../failure/check';
import type { FailureCode } from '../failure/failure-code';
import { tellDirect } from '../mailbox/direct';
import type { Dispatch } from '../mailbox/dispatch/dispatch';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { offer } from '../mailbox/offer';
import { LONG_WAY } from '../mailbox/state/flags';
import { OPEN } from '../mailbox/state/turn-state';
import { TAKEN } from '../mailbox/taken';
import type { MessageRecord } from '../mailbox/turn/message-record';
import type { Turn } from '../mailbox/turn/turn';
import { checkTell } from '../message/check-send';
import { NORMAL_LANE } from '../message/lane';
import type { TellOptions } from '../message/send-options';
import { Refusal, SENT, type SendResult } from '../message/send-result';
import type { Ledger } from '../observability/ledger';
import { type AskContext, propertiesOf, recordOf } from './ask';

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
    const lane = options === undefined ? NORMAL_LANE : checkTell(options);
    const dispatch = this.#dispatch;
    if (core === undefined) return this.#tellNobody(checkActorId(id), message, this.#metaOf(message, lane, options, turn), isInside(turn));
    const startedAt = this.#ledger.isSampleDue(core) ? performance.now() : -1;
    const meta = turn === null && options === undefined ? lane : this.#metaOf(message, lane, options, turn);
    let code: FailureCode | typeof TAKEN | undefined;
    if (typeof meta === 'number' && (dispatch.flags & LONG_WAY) === 0) {
      if ((core.flags | dispatch.flags) === 0) {
        if (startedAt >= 0) this.#ledger.sample(performance.now() - startedAt);
        tellDirect(core, dispatch, message, meta);
        return SENT;
      }
      code = core.enqueue(dispatch, message, meta);
    }
    const sent = code === TAKEN ? SENT : code === undefined ? this.#offer(core, id, message, meta, isInside(turn)) : this.refuse(core, message, lane, code);
    if (startedAt >= 0) this.#ledger.sample(performance.now() - startedAt);
    return sent;
  }

  /** A flood is refused on the shortest way, too: its senders are to be slowed down, not everyone. As `core.lose`, where nobody is told. */
  refuse(core: MailboxCore, message: unknown, lane: number, code: FailureCode): SendResult {
    const { extras } = core;
    if (extras === null || extras.losses !== undefined) core.lose(this.#dispatch, message, lane, code);
    else {
      extras.lost++;
      this.#ledger.failed(code, core.id, message, lane);
    }
    return new Refusal(code, core.id);
  }

  /** The same where there is no such actor. */
  #tellNobody(id: string, message: unknown, meta: MessageRecord | number, inside: boolean): SendResult {
    if (this.#dispatch.flags !== 0) return this.#offer(null, id, message, meta, inside);
    this.#ledger.failed('ActorNotFound', id, message, meta);
    return new Refusal('ActorNotFound', id);
  }

  /** Sends a record, such as a redelivered one. */
  tellRecord(id: string, record: MessageRecord): SendResult {
    return this.#offer(this.#actors.get(id) ?? null, id, record.message, record, false);
  }

  #offer(core: MailboxCore | null, id: string, message: unknown, meta: MessageRecord | number, inside: boolean): SendResult {
    const code = offer(this.#dispatch, core, id, message, meta, inside);
    return code === TAKEN ? SENT : new Refusal(code, id);
  }

  /** A stamp that is only a lane, or a record where there is more to say. */
  #metaOf(message: unknown, lane: number, options: TellOptions | undefined, turn: Turn | null): MessageRecord | number {
    const says = turn !== null || (options !== undefined && (options.ttl !== undefined || options.sender !== undefined || options.headers !== undefined));
    return says ? recordOf(this.#dispatch, message, lane, propertiesOf({ lane, options, parent: turn }), null) : lane;
  }
}

/** Whether a turn sends that was left open: a closing broker serves it, as it does whatever comes while one is on the stack. */
function isInside(turn: Turn | null): boolean {
  return turn !== null && turn.state === OPEN;
}
