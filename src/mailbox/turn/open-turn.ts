import type { Dispatch } from '../dispatch/dispatch';
import type { Timed } from '../dispatch/timed';
import type { TurnState } from '../state/turn-state';
import type { LeftOpen } from './left-open';
import type { MessageRecord } from './message-record';
import type { StreamedReply } from './streamed-reply';
import type { Turn } from './turn';
import { abortTurn } from './turn-abort';

/** Those of most turns: a set of its own for each would be half of what is rare. */
const NO_ASKS: ReadonlySet<MessageRecord> = /* @__PURE__ */ new Set();

/** The rare part of a turn: its place among its mailbox's seats, its clock, its signal, what it waits for. */
export class OpenTurn implements Timed {
  readonly turn: Turn;
  state: TurnState;
  /** The message's record, or the stamp of when it was sent. */
  meta: MessageRecord | number;
  /** Set when it is left open. */
  message: unknown = undefined;
  /** Its index among the mailbox's seats. */
  seat = -1;
  /** A promise cannot be stopped, so an aborted turn keeps its seat until its promise settles. */
  isPromise = false;
  /** The subscription to a streamed reply. */
  reply: StreamedReply | undefined = undefined;
  /** What settles it instead of a promise or a stream. */
  leftOpen: LeftOpen | undefined = undefined;
  controller: AbortController | undefined = undefined;
  /** Ended from outside, and why: a signal that is first read later tells it, too (rule S3). */
  isAborted = false;
  abortReason: unknown = undefined;
  /** Asks made through `context.send` that are still open. */
  asks: ReadonlySet<MessageRecord> = NO_ASKS;
  place: Timed['place'] = null;

  constructor(turn: Turn, state: TurnState, meta: MessageRecord | number) {
    this.turn = turn;
    this.state = state;
    this.meta = meta;
  }

  waitFor(ask: MessageRecord): void {
    if (this.asks === NO_ASKS) this.asks = new Set();
    (this.asks as Set<MessageRecord>).add(ask);
  }

  /** It waits for `ask` no more. Only of one that it waits for. */
  forget(ask: MessageRecord): void {
    (this.asks as Set<MessageRecord>).delete(ask);
  }

  startClock(dispatch: Dispatch, turnTimeout: number): void {
    if (turnTimeout === Infinity) return;
    dispatch.deadlines.add(this, turnTimeout, dispatch.scheduler.now());
  }

  stopClock(): void {
    this.place?.remove(this);
  }

  expire(): void {
    abortTurn(this.turn, 'Timeout');
  }
}
