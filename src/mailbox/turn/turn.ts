import type { Observable } from 'rxjs';
import { BrokerError } from '../../failure/broker-error';
import type { ActorId } from '../../message/actor-id';
import type { SendOptions, TellOptions } from '../../message/send-options';
import type { SendResult } from '../../message/send-result';
import type { ActorContext } from '../actor/actor-context';
import type { Envelope } from '../actor/envelope';
import type { Dispatch } from '../dispatch/dispatch';
import type { Host } from '../dispatch/host';
import type { MailboxCore } from '../mailbox-core';
import { CUT_SHORT } from '../state/flags';
import { DONE, RUNNING } from '../state/record-state';
import { ON_STACK, OPEN, OVER, RUNS, type TurnState } from '../state/turn-state';
import { PLAIN } from './message-properties';
import { type Caller, MessageRecord } from './message-record';
import { OpenTurn } from './open-turn';
import { laneOfStamp } from './stamp';
import { abortSignal } from './turn-abort';

/**
 * One message being handled, and the context its handler gets. Small, since every message makes one: the message itself is
 * handed along beside it, what is rare sits in `OpenTurn`,
 * and what ends it are functions (`turn-outcome.ts`, `turn-abort.ts`), since a `#method` would put its class's brand into each.
 */
export class Turn implements ActorContext {
  readonly core: MailboxCore;
  /**
   * What else there is to know, in one field, since each is 7 % of a `trySend`: the stamp of its message while it is on the stack, and
   * the stamp's complement when it is over; or its record, which knows that, too; or what is rare, once there is anything rare.
   */
  stage: number | MessageRecord | OpenTurn;

  constructor(core: MailboxCore, stage: number | MessageRecord) {
    this.core = core;
    this.stage = stage;
  }

  /** The message's record, or the stamp of when it was sent. */
  get meta(): MessageRecord | number {
    const { stage } = this;
    if (typeof stage === 'number') return stage < 0 ? ~stage : stage;
    return stage instanceof OpenTurn ? stage.meta : stage;
  }

  set meta(meta: MessageRecord | number) {
    const { stage } = this;
    if (stage instanceof OpenTurn) stage.meta = meta;
    else this.stage = meta;
  }

  /** Who waits for its reply: nobody, but for an `AskedTurn`. */
  get caller(): Caller | null {
    return null;
  }

  get state(): TurnState {
    const { stage } = this;
    if (stage instanceof OpenTurn) return stage.state;
    return (typeof stage === 'number' ? stage >= 0 : stage.state === RUNNING) ? ON_STACK : OVER;
  }

  /** It is over. Said once, unless it was left open. */
  end(): void {
    const { stage } = this;
    if (typeof stage === 'number') this.stage = ~stage;
    else if (stage instanceof OpenTurn) stage.state = OVER;
    else stage.state = DONE;
  }

  /** What is rare, where there is any. */
  get rest(): OpenTurn | null {
    const { stage } = this;
    return stage instanceof OpenTurn ? stage : null;
  }

  get self(): ActorId {
    return this.core.id as ActorId;
  }

  get envelope(): Envelope {
    return this.record();
  }

  get signal(): AbortSignal {
    const dispatch = this.core.runQueue.dispatch;
    const rest = this.open();
    if (rest.controller === undefined) {
      rest.controller = new AbortController();
      if (rest.isAborted) rest.controller.abort(rest.abortReason);
      else if (this.state === ON_STACK && dispatch.onStack === this.core.number) {
        dispatch.lookAt(this);
        if ((dispatch.flags & CUT_SHORT) !== 0) abortSignal(this, dispatch.cutCode, dispatch.cutReason);
        // A direct ask has no record yet that its caller could reach.
        else if (this.caller !== null && (typeof this.meta === 'number' || this.meta.caller === null)) listenToCaller(this, dispatch);
      }
    }
    return rest.controller.signal;
  }

  get broker(): ActorContext['broker'] {
    return hostOf(this).broker;
  }

  send(id: ActorId, message: unknown, options?: SendOptions): Observable<any> {
    return hostOf(this).askFrom(this, id, message, options);
  }

  trySend(id: ActorId, message: unknown, options?: TellOptions): SendResult {
    return hostOf(this).tellFrom(this, id, message, options);
  }

  /** The message's record; made now where it has none. */
  record(): MessageRecord {
    const { meta, core } = this;
    if (typeof meta !== 'number' && !meta.shared) return meta;
    const { dispatch } = core.runQueue;
    const record =
      typeof meta === 'number'
        ? new MessageRecord(dispatch, undefined, laneOfStamp(meta), PLAIN, null, dispatch.clock.sentAt(meta))
        : meta.own(core);
    record.core = core;
    record.turn = this;
    record.asked ||= this.caller !== null;
    record.state = this.state === ON_STACK || this.state === OPEN ? RUNNING : DONE;
    this.meta = record;
    // Its stack must not return on the fast path, which knows of no record.
    if (dispatch.onStack === core.number && this.state === ON_STACK) dispatch.lookAt(this);
    return record;
  }

  /** The rare part; made now where it has none. */
  open(): OpenTurn {
    const { stage } = this;
    if (stage instanceof OpenTurn) return stage;
    const rest = new OpenTurn(this, this.state, this.meta);
    this.stage = rest;
    return rest;
  }
}

/** A turn whose message has a caller. */
class Asked {
  readonly core: MailboxCore;
  stage: number | MessageRecord | OpenTurn;
  readonly caller: Caller;

  constructor(core: MailboxCore, stage: number | MessageRecord, caller: Caller) {
    this.core = core;
    this.stage = stage;
    this.caller = caller;
  }
}

/** A turn whose message has one record for all targets of a fan-out: that knows nothing of any turn. */
class Shared {
  readonly core: MailboxCore;
  stage: number | OpenTurn;
  meta: MessageRecord;

  constructor(core: MailboxCore, shared: MessageRecord) {
    this.core = core;
    this.stage = RUNS;
    this.meta = shared;
  }
}

export const AskedTurn: new (core: MailboxCore, stage: number | MessageRecord, caller: Caller) => Turn = /* @__PURE__ */ asTurn(Asked, 'caller');
export const SharedTurn: new (core: MailboxCore, shared: MessageRecord) => Turn = /* @__PURE__ */ asTurn(Shared, 'meta');

/** A `Turn` with one field more. No `extends`: in V8 a `super()` call costs an ask 8 ns, so each has all fields itself. */
function asTurn(kind: typeof Asked | typeof Shared, field: string): any {
  Object.setPrototypeOf(kind.prototype, Turn.prototype);
  // The CommonJS build assigns its fields instead of defining them: without this one it would meet `Turn`'s accessor.
  Object.defineProperty(kind.prototype, field, { value: null, writable: true });
  return kind;
}

function hostOf(turn: Turn): Host {
  const { host } = turn.core.runQueue.dispatch;
  if (host === null) throw new BrokerError('NotFound', 'this mailbox is registered with no broker; register it, and its context can send');
  return host;
}

/** A direct ask has no record that its caller could reach: while it is on the stack, its caller's going is listened for. */
function listenToCaller(turn: Turn, dispatch: Dispatch): void {
  const { caller } = turn;
  if (caller === null || !('add' in caller)) return;
  (caller as { add(teardown: () => void): void }).add(() => {
    if (turn.state === ON_STACK && dispatch.stackTurn === turn) dispatch.cutShort(undefined, undefined);
  });
}
