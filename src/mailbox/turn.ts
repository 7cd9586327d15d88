import type { Observable, Subscriber } from 'rxjs';
import { BrokerError } from '../failure/broker-error';
import type { FailureCode } from '../failure/failure-code';
import type { ActorId } from '../message/actor-id';
import type { SendOptions, TellOptions } from '../message/send-options';
import type { SendResult } from '../message/send-result';
import type { ActorContext } from './actor-context';
import { circleOf } from './deadlock';
import type { Dispatch } from './dispatch';
import type { Envelope } from './envelope';
import { ASKED, CUT_SHORT, OBSERVED } from './flags';
import type { Host } from './host';
import type { TurnFailure } from './journal';
import type { MailboxCore } from './mailbox-core';
import type { LeftOpen } from './left-open';
import { type Caller, DONE, MessageRecord, RUNNING, failureOf } from './message-record';
import { OpenTurn } from './open-turn';
import { PLAIN, PROMISE, STREAM, ThrownByReply, kindOf } from './reply-kind';
import { laneOfStamp } from './stamp';
import { StreamedReply } from './streamed-reply';
import { ABANDONED, ON_STACK, OPEN, OVER, type TurnState } from './turn-state';
import { UnhandledMessage } from './unhandled-message';

/**
 * One message being handled, and the context its handler gets. Small, since every message makes one; what is rare sits in `OpenTurn`.
 */
export class Turn implements ActorContext {
  readonly core: MailboxCore;
  readonly message: unknown;
  /** The message's record, or the stamp of when it was sent. */
  meta: MessageRecord | number;
  readonly caller: Caller | null;
  state: TurnState = ON_STACK;
  /** Made when it is left open, or its signal or its asks need a place. */
  rest: OpenTurn | null = null;

  constructor(core: MailboxCore, message: unknown, meta: MessageRecord | number, caller: Caller | null) {
    this.core = core;
    this.message = message;
    this.meta = meta;
    this.caller = caller;
  }

  get self(): ActorId {
    return this.core.id as ActorId;
  }

  get envelope(): Envelope {
    return this.record();
  }

  get signal(): AbortSignal {
    const dispatch = this.core.runQueue.dispatch;
    const rest = this.#rest();
    if (rest.controller === undefined) {
      rest.controller = new AbortController();
      if (this.state === ON_STACK && dispatch.onStack === this.core) {
        dispatch.stackTurn = this;
        if ((dispatch.flags & CUT_SHORT) !== 0) this.abortSignal(dispatch.cutCode, dispatch.cutReason);
        // A direct ask has no record yet that its caller could reach.
        else if (this.caller !== null && typeof this.meta === 'number') this.#listenToCaller(dispatch);
      }
    }
    return rest.controller.signal;
  }

  get broker(): ActorContext['broker'] {
    return this.#host().broker;
  }

  send(id: ActorId, message: unknown, options?: SendOptions): Observable<any> {
    return this.#host().askFrom(this, id, message, options);
  }

  trySend(id: ActorId, message: unknown, options?: TellOptions): SendResult {
    return this.#host().tellFrom(this, id, message, options);
  }

  /** The message's record; made now where it has none. */
  record(): MessageRecord {
    const { meta, core } = this;
    if (typeof meta !== 'number' && !meta.shared) return meta;
    const { dispatch } = core.runQueue;
    const record =
      typeof meta === 'number'
        ? new MessageRecord(dispatch, this.message, laneOfStamp(meta), null, dispatch.sentAt(meta))
        : meta.own(core);
    record.core = core;
    record.turn = this;
    record.state = this.state === ON_STACK || this.state === OPEN ? RUNNING : DONE;
    this.meta = record;
    return record;
  }

  // What its handler did -------------------------------------------------------------------------

  /** Its handler returned; the slow way. Its stack is gone, the dispatch still drains. */
  returned(dispatch: Dispatch, result: any): void {
    if ((dispatch.flags & CUT_SHORT) !== 0 || this.caller?.closed === true) this.#abortReturned(dispatch, result);
    else {
      const kind = kindOf(result);
      if (kind === PLAIN) this.#succeed(dispatch, result, true);
      else if (kind instanceof ThrownByReply) this.threw(dispatch, kind.error);
      else this.#leaveOpen(dispatch, result, kind);
    }
  }

  /** Its handler threw. */
  threw(dispatch: Dispatch, error: unknown): void {
    if ((dispatch.flags & CUT_SHORT) !== 0 || this.caller?.closed === true) this.#abortReturned(dispatch, undefined);
    else this.#failed(dispatch, error);
  }

  /** One value of a streamed reply. */
  value(value: unknown): void {
    const { caller, meta } = this;
    if (this.state !== OPEN || caller === null) return;
    if (typeof meta !== 'number' && meta.heapIndex >= 0) meta.dispatch.deadlines.remove(meta);
    const { dispatch } = this.core.runQueue;
    const outermost = dispatch.enter();
    try {
      caller.next(value);
      if (caller.closed === true) this.abort(undefined);
    } finally {
      dispatch.leave(outermost);
    }
  }

  /** The promise is fulfilled, the stream completed, the delivery settled. */
  settle(value: unknown, emits: boolean): void {
    this.#conclude((dispatch) => this.#succeed(dispatch, value, emits));
  }

  /** The promise is rejected, the stream errored, the delivery failed. */
  reject(error: unknown): void {
    this.#conclude((dispatch) => this.#failed(dispatch, error));
  }

  // What is done to it ---------------------------------------------------------------------------

  /** Ends it from outside: with a code, or because its caller cancelled. */
  abort(code: FailureCode | undefined, reason?: unknown): void {
    const { dispatch } = this.core.runQueue;
    if (this.state === ON_STACK) {
      dispatch.stackTurn = this;
      dispatch.cutShort(code, reason);
      return;
    }
    if (this.state !== OPEN) return;
    const outermost = dispatch.enter();
    try {
      const rest = this.rest as OpenTurn;
      dispatch.journal.open--;
      dispatch.journal.aborted++;
      if (rest.isPromise) this.state = ABANDONED;
      else {
        this.state = OVER;
        rest.reply?.unsubscribe();
        this.core.freeSeat(this);
      }
      rest.stopClock();
      this.#aborted(dispatch, code, reason);
    } finally {
      dispatch.leave(outermost);
    }
  }

  /** Its signal, if anyone looked at it, aborts; the reason is the error that its caller gets. */
  abortSignal(code: FailureCode | undefined, reason: unknown): void {
    const controller = this.rest?.controller;
    if (controller === undefined || controller.signal.aborted) return;
    controller.abort(code === undefined ? reason : failureOf(code, this.self, true));
  }

  /** Whether it was ended from outside: what it would still ask is ended, too. */
  get isAborted(): boolean {
    return this.state === ABANDONED || this.rest?.controller?.signal.aborted === true;
  }

  /** This turn waits for `ask` (`context.send`). */
  waitsFor(ask: MessageRecord): void {
    this.#rest().asks.add(ask);
  }

  answered(ask: MessageRecord): void {
    this.rest?.asks.delete(ask);
  }

  /** Fails the asks that could only be answered by turns that wait for them (rule O6). */
  breakCircles(): void {
    const asks = this.rest?.asks;
    if (asks === undefined || asks.size === 0 || this.state !== OPEN) return;
    for (const ask of [...asks]) {
      const path = ask.state === DONE ? undefined : circleOf(ask);
      if (path !== undefined) ask.fail('Deadlock', path.join(' → '));
    }
  }

  // ----------------------------------------------------------------------------------------------

  #rest(): OpenTurn {
    return (this.rest ??= new OpenTurn(this));
  }

  #host(): Host {
    const { host } = this.core.runQueue.dispatch;
    if (host === null) throw new BrokerError('NotFound', 'this mailbox is registered with no broker; register it, and its context can send');
    return host;
  }

  #listenToCaller(dispatch: Dispatch): void {
    const { caller } = this;
    if (caller === null || !('add' in caller)) return;
    (caller as { add(teardown: () => void): void }).add(() => {
      if (this.state === ON_STACK && dispatch.stackTurn === this) dispatch.cutShort(undefined, undefined);
    });
  }

  #leaveOpen(dispatch: Dispatch, result: any, kind: symbol): void {
    const rest = this.#rest();
    this.state = OPEN;
    rest.isPromise = kind === PROMISE;
    dispatch.journal.open++;
    this.core.takeSeat(this, rest);
    rest.startClock(dispatch, this.core.settings.turnTimeout);
    if (this.caller !== null && this.record().caller === null) this.#adopt(dispatch, this.caller);
    if (kind === PROMISE) awaitReply(this, result as PromiseLike<unknown>);
    else if (kind === STREAM) {
      rest.reply = new StreamedReply(this);
      (result as Observable<unknown>).subscribe(rest.reply as StreamedReply);
    } else {
      rest.leftOpen = result as LeftOpen;
      rest.leftOpen.begin(this);
    }
    this.breakCircles();
  }

  /** A direct ask is left open: from here its caller can cancel it, and its clock runs (rule S4). */
  #adopt(dispatch: Dispatch, caller: Caller): void {
    const record = this.record();
    record.caller = caller;
    record.asked = true;
    dispatch.journal.requests++;
    dispatch.flags &= ~ASKED;
    // Read anew: `sentAt` is coarse, and the handler's own stretch need not count.
    record.expireIn((dispatch.host as Host).requestTimeout, dispatch.scheduler.now());
    (caller as Subscriber<unknown>).add(record);
  }

  #conclude(how: (dispatch: Dispatch) => void): void {
    const { dispatch } = this.core.runQueue;
    if (this.state === ABANDONED) {
      this.state = OVER;
      const outermost = dispatch.enter();
      this.core.freeSeat(this);
      dispatch.leave(outermost);
      return;
    }
    if (this.state !== OPEN) return;
    const outermost = dispatch.enter();
    try {
      this.state = OVER;
      dispatch.journal.open--;
      this.rest?.stopClock();
      this.core.freeSeat(this);
      how(dispatch);
    } finally {
      dispatch.leave(outermost);
    }
  }

  /** Settled and counted before its value is emitted, so that `take(1)` aborts nothing (rule S2). */
  #succeed(dispatch: Dispatch, value: unknown, emits: boolean): void {
    const { caller, meta } = this;
    this.state = OVER;
    dispatch.flags &= ~ASKED;
    dispatch.journal.succeeded++;
    if (typeof meta !== 'number' && !meta.shared) meta.done();
    if ((dispatch.flags & OBSERVED) !== 0) dispatch.journal.settled(this);
    if (caller === null) return;
    if (emits) caller.next(value);
    caller.complete();
  }

  #failed(dispatch: Dispatch, thrown: unknown): void {
    const { caller, meta } = this;
    this.state = OVER;
    dispatch.flags &= ~ASKED;
    dispatch.journal.errored++;
    const unhandled = thrown instanceof UnhandledMessage;
    const error = unhandled ? failureOf('Unhandled', this.self, thrown.started, thrown.detail) : thrown;
    if (typeof meta !== 'number' && !meta.shared) meta.done();
    dispatch.journal.ended(this, unhandled ? 'Unhandled' : ('HandlerFailed' satisfies TurnFailure), error);
    caller?.error(error);
  }

  /** Aborted while on the stack, which is gone now: its promise keeps the seat, its stream is never subscribed. */
  #abortReturned(dispatch: Dispatch, result: any): void {
    dispatch.journal.aborted++;
    const cut = (dispatch.flags & CUT_SHORT) !== 0;
    const code = cut ? dispatch.cutCode : undefined;
    const reason = cut ? dispatch.cutReason : undefined;
    dispatch.flags &= ~(CUT_SHORT | ASKED);
    dispatch.cutReason = undefined;
    dispatch.stackTurn = null;
    if (kindOf(result) === PROMISE) {
      const rest = this.#rest();
      rest.isPromise = true;
      this.state = ABANDONED;
      this.core.takeSeat(this, rest);
      awaitReply(this, result as PromiseLike<unknown>);
    } else this.state = OVER;
    this.#aborted(dispatch, code, reason);
  }

  #aborted(dispatch: Dispatch, code: FailureCode | undefined, reason: unknown): void {
    const { caller, meta } = this;
    const error = code === undefined ? reason : failureOf(code, this.self, true);
    if (typeof meta !== 'number' && !meta.shared) meta.done();
    dispatch.journal.ended(this, code, error);
    const rest = this.rest;
    if (rest !== null) {
      rest.controller?.abort(error);
      for (const ask of [...rest.asks]) ask.cancel(error ?? failureOf('ActorStopped', this.self, true, 'its turn was cancelled'));
    }
    if (code !== undefined) caller?.error(error);
  }
}

function awaitReply(turn: Turn, promise: PromiseLike<unknown>): void {
  try {
    promise.then(
      (value) => turn.settle(value, true),
      (error: unknown) => turn.reject(error),
    );
  } catch (error) {
    turn.reject(error);
  }
}
