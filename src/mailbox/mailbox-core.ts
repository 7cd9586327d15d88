import type { BoundedBuffer } from '../buffer/bounded-buffer';
import type { FailureCode } from '../failure/failure-code';
import type { Actor } from './actor/actor';
import type { Handler } from './actor/handler';
import type { Dispatch } from './dispatch/dispatch';
import type { RunQueue } from './dispatch/run-queue';
import { isExpired, isSwept } from './expiry';
import { fail } from './fail';
import { checkDrained } from './mailbox-end';
import { MailboxExtras } from './mailbox-extras';
import type { MailboxMetrics } from './mailbox-metrics';
import type { MailboxSettings } from './mailbox-options';
import { isAt, queueMessage, targetOf } from './queue-message';
import { runPlain, runRecord } from './run-turn';
import { BUSY, CLOSED, DETACHED, DRAINING, IDLE_SEAT, QUEUED, READY, SCHEDULED, STALLED, UNSTARTED } from './state/flags';
import { FRESH, WAITING } from './state/record-state';
import { OPEN } from './state/turn-state';
import { TAKEN } from './taken';
import type { MessageRecord } from './turn/message-record';
import type { OpenTurn } from './turn/open-turn';
import type { Turn } from './turn/turn';
import { admitWaiter } from './waiting-room';

/**
 * What a mailbox is inside: a bounded buffer, seats for turns, a consumer. `Mailbox` is its public face; a broker's registry holds
 * this, so that a message takes no detour.
 */
export class MailboxCore {
  /** The mailbox's bits of `flags.ts`. 0: idle, open, with a consumer, nothing queued. */
  flags: number;
  delivered = 0;
  /** Its number in its dispatch, by which that knows whose turn is on the stack. */
  number: number;
  handler: Handler | null = null;
  // Up to here every message reads: side by side, since one of many actors is seldom in the processor's cache.
  readonly capacity: number;
  readonly settings: MailboxSettings;
  /** Where it lines up when it is ready; through it, the dispatch it belongs to. */
  runQueue: RunQueue;
  /** Where the consumer has a life of its own: `onStart`, `onStop`. */
  actor: Actor | null = null;
  id = '';
  buffer: BoundedBuffer<unknown, MessageRecord | number> | null = null;
  /** Turns that hold a seat: open ones, and aborted ones whose promise is still to settle. */
  seats: Turn[] | null = null;
  extras: MailboxExtras | null = null;
  /** Counts its registrations and their ends: odd while it is registered. A number, so that nobody keeps a registration for it. */
  lives = 0;

  constructor(capacity: number, settings: MailboxSettings, runQueue: RunQueue) {
    this.capacity = capacity;
    this.settings = settings;
    this.runQueue = runQueue;
    this.number = runQueue.dispatch.newNumber();
    this.flags = IDLE_SEAT | (runQueue.scheduler === null ? 0 : SCHEDULED);
  }

  get isRegistered(): boolean {
    return (this.lives & 1) === 1;
  }

  get size(): number {
    return this.buffer === null ? 0 : this.buffer.size;
  }

  get inFlight(): number {
    const { dispatch } = this.runQueue;
    let open = dispatch.onStack === this.number ? 1 : 0;
    if (this.seats !== null) for (const turn of this.seats) if (turn.state === OPEN) open++;
    return open;
  }

  metrics(): MailboxMetrics {
    const { capacity, size, delivered, extras, buffer } = this;
    return {
      capacity,
      size,
      highWaterMark: buffer === null ? 0 : buffer.highWaterMark,
      accepted: delivered + size + (extras === null ? 0 : extras.removed),
      delivered,
      lost: extras === null ? 0 : extras.lost,
      inFlight: this.inFlight,
    };
  }

  // In -------------------------------------------------------------------------------------------

  /**
   * Takes a message in that was sent through `dispatch`: runs it now if the mailbox is idle and nothing is on the stack, else queues it.
   * Answers `TAKEN`, or why it is lost.
   */
  take(dispatch: Dispatch, message: unknown, meta: MessageRecord | number, lane: number): FailureCode | typeof TAKEN {
    if (this.flags === 0 && (dispatch.flags & DRAINING) === 0 && isAt(this, dispatch, meta)) {
      this.#runIdle(dispatch, message, meta);
      return TAKEN;
    }
    const isShort = (this.flags & (UNSTARTED | SCHEDULED)) === 0 && !isSwept(this);
    // A lone mailbox whose actor starts with this message: queued, and run from there, where it is started. A scheduler may run its work
    // at once. And what a sweep tells others makes them send, and sets seats free: all that runs when this message has found its place,
    // or is about to be lost.
    const code = isShort ? queueMessage(this, dispatch, message, meta, lane) : this.#queueWithin(dispatch, message, meta, lane);
    if (code !== TAKEN) this.lose(dispatch, message, meta, code);
    return code;
  }

  /**
   * The short way into the queue, for a message of which only its lane is known and while nobody looks. Answers as `take` does, or
   * `undefined` where more than one look is needed: a sender waits, a ttl counts, something must leave for it.
   */
  enqueue(dispatch: Dispatch, message: unknown, lane: number): FailureCode | typeof TAKEN | undefined {
    const { buffer, extras, settings } = this;
    if (buffer === null || (this.flags & (CLOSED | DETACHED | UNSTARTED)) !== 0 || settings.hasTtl || extras?.isLookedAt === true) return undefined;
    if (buffer.isFull) return settings.whenFull;
    buffer.push(message, dispatch.clock.stamp(lane, false), lane);
    dispatch.pending++;
    this.flags |= QUEUED;
    if ((this.flags & (READY | STALLED)) === 0) this.runQueue.add(this);
    return TAKEN;
  }

  /** Takes a record out that waits or is queued; its place is free at once. Counting why is the caller's part, and `leftQueue` then. */
  withdraw(record: MessageRecord): void {
    const { dispatch } = this.runQueue;
    const wasParked = record.state === WAITING;
    // From here it is nowhere: whoever is told that its place is free cannot take it out again.
    record.state = FRESH;
    dispatch.pending--;
    if (wasParked) {
      this.extras?.waiting?.withdrawn(record.lane);
      return;
    }
    (this.buffer as BoundedBuffer<unknown, MessageRecord | number>).withdrawn(record.lane);
    this.rare().removed++;
    this.placeFreed();
  }

  /** Counts a message as lost, tells `losses$`, and its caller if it has one. */
  lose(dispatch: Dispatch, message: unknown, meta: MessageRecord | number, code: FailureCode, detail?: string): void {
    const extras = this.rare();
    extras.lost++;
    fail(dispatch, targetOf(this, meta), message, meta, code, detail, extras.losses);
  }

  // Out ------------------------------------------------------------------------------------------

  /** Hands the next queued message to the consumer. Only to be called by the drain, with something queued and a seat free. */
  runNext(dispatch: Dispatch): void {
    const buffer = this.buffer as BoundedBuffer<unknown, MessageRecord | number>;
    const lane = buffer.next();
    const meta = buffer.metaOf(lane);
    const message = buffer.take(lane);
    dispatch.pending--;
    if (buffer.size === 0) this.flags &= ~QUEUED;
    const { extras } = this;
    if (extras !== null) admitWaiter(this);
    // With a ttl of 0, too, it has its turn if no time has passed: queued by a turn or a fan-out, it has not waited for anyone.
    if (typeof meta === 'number') {
      if (this.settings.hasTtl && isExpired(this, dispatch, meta, 1)) this.expire(dispatch, message, meta);
      else runPlain(this, dispatch, message, meta);
    } else if (isExpired(this, dispatch, meta, 1)) this.expire(dispatch, meta.shared ? message : meta.message, meta);
    else runRecord(this, dispatch, meta);
    // Told last: an observer that cancels finds the message where it now is, with its actor.
    if (extras !== null) this.pressureChanged(dispatch);
  }

  /** A place is free: the first waiter has it before anyone else. */
  placeFreed(): void {
    admitWaiter(this);
    this.wake();
  }

  /** What left the queue some other way than to the consumer is counted: the observers of the pressure are told, and it may have been the last. */
  leftQueue(): void {
    this.pressureChanged(this.runQueue.dispatch);
    checkDrained(this);
  }

  /** Closed, it ends when nothing is in it any more. */
  checkDrained(): void {
    checkDrained(this);
  }

  /** What left the queue had waited too long. */
  expire(dispatch: Dispatch, message: unknown, meta: MessageRecord | number): void {
    this.rare().removed++;
    this.lose(dispatch, message, meta, 'Expired');
  }

  /** Gives an open turn one of the seats. */
  takeSeat(turn: Turn, rest: OpenTurn): void {
    const seats = (this.seats ??= []);
    rest.seat = seats.length;
    seats.push(turn);
    if (seats.length >= this.settings.concurrency) this.flags |= BUSY;
  }

  freeSeat(turn: Turn): void {
    const seats = this.seats as Turn[];
    const last = seats.pop() as Turn;
    const rest = turn.rest as OpenTurn;
    if (last !== turn) {
      seats[rest.seat] = last;
      (last.rest as OpenTurn).seat = rest.seat;
    }
    rest.seat = -1;
    if (seats.length < this.settings.concurrency) this.flags &= ~BUSY;
    this.wake();
  }

  /** The turn by which it moved to another dispatch is over or left open: it goes on there. */
  comeToRest(): void {
    this.runQueue.dispatch.within(() => this.wake());
  }

  /** Lines up if there is something to run. */
  wake(): void {
    if ((this.flags & (QUEUED | STALLED)) === QUEUED) this.runQueue.add(this);
  }

  /** Only where there are extras. */
  pressureChanged(dispatch: Dispatch): void {
    const { pressure } = this.extras as MailboxExtras;
    if (pressure !== undefined && pressure.observed) dispatch.emit(pressure, this.size / this.capacity);
  }

  /** The rare parts, made now if need be. */
  rare(): MailboxExtras {
    return (this.extras ??= new MailboxExtras());
  }

  // ----------------------------------------------------------------------------------------------

  /** The direct run of a message that has a stamp or a record, or is observed. */
  #runIdle(dispatch: Dispatch, message: unknown, meta: MessageRecord | number): void {
    dispatch.enter();
    try {
      if (typeof meta === 'number') runPlain(this, dispatch, message, meta);
      else {
        meta.core = this;
        runRecord(this, dispatch, meta);
      }
    } finally {
      dispatch.finish();
    }
  }

  // A closure makes all that its function knows live in the heap: what is rare has a method of its own.

  #queueWithin(dispatch: Dispatch, message: unknown, meta: MessageRecord | number, lane: number): FailureCode | typeof TAKEN {
    const code = dispatch.within(() => {
      const own = queueMessage(this, dispatch, message, meta, lane);
      // Not lost yet: its sender is told when the stack has returned, as any sender is (rule D1), and until then it is pending (O2).
      if (own !== TAKEN) dispatch.pending++;
      return own;
    });
    if (code !== TAKEN) dispatch.pending--;
    return code;
  }
}
