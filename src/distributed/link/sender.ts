import type { FailureCode } from '../../failure/failure-code';
import { SendError } from '../../failure/send-error';
import { end, settle } from '../../kernel/settle';
import type { Stamp } from '../../kernel/stamp';
import { PLAIN } from '../../kernel/details';
import type { Task } from '../../kernel/task';
import { startTimer } from '../../kernel/timers';
import type { Carrier, RemoteActor } from '../remote-actor';
import type { OutgoingCast } from './outgoing-cast';
import { restOf } from './details-frame';
import { Credit } from './credit';
import type { LinkParts } from './link-parts';
import type { Outbox } from './outbox';
import { type OpenAsk, timeLeft } from './open-ask';
import { CastParcel, MessageParcel, type ParcelOwner, type Posted } from './parcels';
import { RefTable } from './ref-table';

/** Milliseconds that the other node is given, beyond the timeout of an ask, to say what became of it. */
const GRACE = 1_000;

/** Where the timeout stands in the frame of an ask. */
const TIMEOUT_AT = 4;

/**
 * Sends the messages of this node to the actors of another one. It takes as many as the window allows: those that have no receipt. Its methods
 * are part of a step.
 */
export class Sender implements Carrier, ParcelOwner {
  refusal: SendError | undefined = undefined;
  /** The asks by their numbers. */
  readonly asks: RefTable<OpenAsk> = new RefTable();
  readonly nodeId: string;
  readonly #parts: LinkParts;
  readonly #outbox: Outbox;
  readonly #credit: Credit;
  /** Offers that wait for credit. */
  #parked: { readonly actor: RemoteActor; readonly task: Task }[] = [];
  /** The message to many that is being offered. */
  #cast: OutgoingCast | undefined;
  #posted: Posted[] = [];
  #lastRef = 0;

  constructor(nodeId: string, parts: LinkParts, outbox: Outbox) {
    this.nodeId = nodeId;
    this.#parts = parts;
    this.#outbox = outbox;
    this.#credit = new Credit(parts.window);
  }

  take(actor: RemoteActor, message: unknown, lane: number, stamp: Stamp | null, task: Task | null): FailureCode | null {
    this.refusal = undefined;
    if (!this.#credit.isLeft) {
      if (task?.caller?.untilTaken !== true) return 'MailboxFull';
      actor.taken(task, true);
      this.#parked.push({ actor, task });
      return null;
    }
    if (this.#cast !== undefined) return this.#addToCast(this.#cast, actor, task);
    return this.#post(actor, message, lane, stamp, task);
  }

  forget(task: Task): boolean {
    const ref = task.more().seat;
    const ask = this.asks.get(ref);
    if (ask?.task !== task) return false;
    this.asks.delete(ref);
    const { parcel } = ask;
    if (parcel.isSent) {
      this.#parts.post(['cancel', ref]);
      return true;
    }
    // A broadcast still goes to its other targets, and to those that observe it.
    if (parcel instanceof CastParcel) parcel.hasLeft = true;
    else {
      parcel.isWithdrawn = true;
      this.#credit.give(parcel.size);
      this.#unpark();
    }
    return false;
  }

  timeUp(task: Task): void {
    const ask = this.asks.get(task.more().seat);
    const isOut = ask?.task === task && ask.parcel.isSent;
    const { isConnected } = this.#parts;
    if (isOut && isConnected() && !ask.isInGrace) {
      // The node of the actor keeps the time of the ask, and is about to say what has become of it.
      ask.isInGrace = true;
      const rest = task.more();
      rest.timer = undefined;
      rest.timeout = GRACE;
      startTimer(task);
      return;
    }
    const code = isOut || isConnected() ? 'Timeout' : 'ConnectionLost';
    end(task, code, new SendError(code, { actorId: task.recipient.id, started: isOut ? 'unknown' : false }));
  }

  get hasCredit(): boolean {
    return this.#credit.isLeft;
  }

  received(parcel: MessageParcel): void {
    this.#credit.give(parcel.size);
    parcel.arrived();
    if (this.#parked.length > 0) this.#unpark();
  }

  /** An ask that has waited to be sent has less time left. The parts of its frame are read back from it, so that they need not be kept. */
  refresh(parcel: MessageParcel, now: number): void {
    const { packing } = this.#parts.codec;
    const task = parcel.posted[0]?.task;
    const parts = packing.read(packing.batch([0], [parcel.frame]))?.[1];
    if (!task || !Array.isArray(parts)) return;
    parcel.frame = packing.pack(parts.map((part: unknown, index) => (index === TIMEOUT_AT ? timeLeft(task, now) : part)));
    parcel.packedAt = now;
  }

  /** A broadcast goes out without the targets whose caller has left, and with the time that is left. The others have new numbers, in a row. */
  refreshCast(parcel: CastParcel, now: number): void {
    const { announces, cast, posted, startedAt } = parcel;
    const first = this.#lastRef + 1;
    parcel.posted = posted.filter(({ task }) => {
      const rest = task?.more();
      const ask = rest === undefined ? undefined : this.asks.get(rest.seat);
      if (rest === undefined || ask === undefined || ask.task !== task) return false;
      this.asks.delete(rest.seat);
      rest.seat = ++this.#lastRef;
      this.asks.add(rest.seat, ask);
      return true;
    });
    parcel.frame = cast.frameTo(parcel.posted.map(({ actor }) => actor.id), first, announces, Math.max(0, cast.timeout - (now - startedAt)));
    parcel.packedAt = cast.timeout === Infinity ? Infinity : now;
    parcel.hasLeft = false;
  }

  // To many ------------------------------------------------------------------------------------------

  castBegins(cast: OutgoingCast): void {
    this.#cast = cast;
    this.#posted = [];
  }

  /**
   * Sends the message to the targets of this node and, with `isForAudience`, to those of its observers that are no actors. Returns whether the
   * observers are reached.
   */
  castEnds(cast: OutgoingCast, isForAudience: boolean): boolean {
    const posted = this.#posted;
    this.#cast = undefined;
    this.#posted = [];
    if (posted.length === 0 && !isForAudience) return true;
    if (posted.length === 0 && (!this.#credit.isLeft || cast.refusal !== undefined)) return false;
    const first = posted[0]?.task?.isAsked === true ? (posted[0].task.rest?.seat ?? 0) : 0;
    const now = first === 0 ? 0 : this.#parts.system.dispatcher.now();
    for (const part of cast.framesTo(posted.map(({ actor }) => actor.id), first)) {
      const { frame, from, count } = part;
      this.#credit.take(frame.size);
      const targets = posted.slice(from, from + count);
      const parcel = first === 0 ? new MessageParcel(this, frame, targets, cast.message, cast.lane, cast.stamp, Infinity) : new CastParcel(this, cast, part, targets, now);
      for (const { actor, task } of targets) if (task?.isAsked === true) this.asks.add(task.more().seat, { task, actor, parcel, isInGrace: false });
      this.#outbox.add(parcel);
    }
    return true;
  }

  // The end ------------------------------------------------------------------------------------------

  /** Everything that is on its way is lost, as far as is known here: the node has gone, or this one closes. */
  lose(parcels: readonly unknown[], code: FailureCode): void {
    const asks = this.asks.values;
    this.asks.clear();
    for (const { actor, parcel, task } of asks) {
      const error = new SendError(code, { actorId: actor.id, started: parcel.isSent ? 'unknown' : false });
      if (task.state === 'queued') actor.withdraw(task);
      settle(task, { outcome: task.state === 'open' ? 'aborted' : 'failed', code, error });
    }
    for (const parcel of parcels) if (parcel instanceof MessageParcel && !parcel.isWithdrawn) parcel.lost(code);
    const parked = this.#parked;
    this.#parked = [];
    for (const { actor, task } of parked) {
      if (task.state !== 'waiting') continue;
      actor.withdraw(task);
      settle(task, { outcome: 'failed', code });
    }
  }

  // --------------------------------------------------------------------------------------------------

  #post(actor: RemoteActor, message: unknown, lane: number, stamp: Stamp | null, task: Task | null): FailureCode | null {
    const { codec, maxFrame, system } = this.#parts;
    const isAsked = task?.isAsked === true;
    const now = isAsked ? system.dispatcher.now() : 0;
    const timeout = isAsked ? timeLeft(task, now) : null;
    let parts: readonly unknown[];
    try {
      const rest = restOf(stamp?.details ?? PLAIN, task?.rest?.parent);
      const payload = codec.encode(message);
      parts = isAsked ? [task.isRequest ? 'ask' : 'offer', this.#lastRef + 1, actor.id, lane, timeout, rest, payload] : ['tell', actor.id, lane, rest, payload];
    } catch (error) {
      return this.#refuse('Unserializable', actor, error);
    }
    const frame = codec.packing.pack(parts);
    if (frame.size > maxFrame) return this.#refuse('PayloadTooLarge', actor, undefined, `${frame.size} bytes, at most ${maxFrame}`);
    this.#credit.take(frame.size);
    const parcel = new MessageParcel(this, frame, [{ actor, task }], message, lane, stamp, timeout === null ? Infinity : now);
    if (isAsked) {
      this.asks.add(++this.#lastRef, { task, actor, parcel, isInGrace: false });
      task.more().seat = this.#lastRef;
    }
    actor.taken(task, false);
    this.#outbox.add(parcel);
    return null;
  }

  #addToCast(cast: OutgoingCast, actor: RemoteActor, task: Task | null): FailureCode | null {
    const { refusal } = cast;
    if (refusal !== undefined) {
      this.refusal = new SendError(refusal.code, { ...refusal, actorId: actor.id });
      return refusal.code;
    }
    if (task?.isAsked === true) task.more().seat = ++this.#lastRef;
    this.#posted.push({ actor, task });
    actor.taken(task, false);
    return null;
  }

  #refuse(code: FailureCode, actor: RemoteActor, cause: unknown, detail?: string): FailureCode {
    this.refusal = new SendError(code, { actorId: actor.id, cause, detail: detail ?? (cause instanceof Error ? cause.message : undefined) });
    return code;
  }

  /** Offers that have waited for credit get it now. */
  #unpark(): void {
    while (this.#parked.length > 0 && this.#credit.isLeft) {
      const { actor, task } = this.#parked.shift() as { actor: RemoteActor; task: Task };
      if (task.state !== 'waiting') continue;
      actor.withdraw(task);
      this.refusal = undefined;
      // Its node may be leaving by now.
      const code = actor.status === 'open' ? this.#post(actor, task.message, task.lane, task.stamp, task) : 'ActorStopped';
      if (code !== null) settle(task, { outcome: 'failed', code, error: this.refusal });
    }
  }
}
