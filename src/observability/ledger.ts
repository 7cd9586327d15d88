import { Observable } from 'rxjs';
import type { Dispatch } from '../mailbox/dispatch/dispatch';
import { Journal, type TurnFailure } from '../mailbox/dispatch/journal';
import { withRecords } from '../mailbox/expiry';
import { deepFreeze } from '../mailbox/freeze';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { FANNING, FREEZING, LETTING_KNOW, OBSERVED, QUEUED } from '../mailbox/state/flags';
import { WAITING } from '../mailbox/state/record-state';
import { OPEN } from '../mailbox/state/turn-state';
import { PLAIN } from '../mailbox/turn/message-properties';
import { MessageRecord } from '../mailbox/turn/message-record';
import { isOwn } from '../mailbox/turn/own-record';
import { laneOfStamp } from '../mailbox/turn/stamp';
import type { Turn } from '../mailbox/turn/turn';
import type { ActorId } from '../message/actor-id';
import type { BrokerEvent } from './broker-event';
import { type BrokerMetrics, type FailureCount, metricsOf, noFailures } from './broker-metrics';
import type { DeadLetter } from './dead-letter';
import type { DeadLetterLog } from './dead-letter-log';
import type { DeadLetterQueue, LetterStore, Redeliver } from './dead-letter-queue';
import { letterOf } from './letter-of';
import { LetterOutlet } from './letter-outlet';
import { type Listener, Outlet } from './outlet';
import { CANDIDATE_MASK, SAMPLE_MASK } from './sampling';
import { stageOf } from './stage-of';

const NONE: readonly Turn[] = [];

/**
 * A broker's journal: it counts, makes dead letters of what is lost, and tells `events$`. Whether anyone listens changes nothing
 * about what it counts (rule O1), and without a listener it makes no object.
 */
export class Ledger extends Journal {
  readonly failedBy: Record<FailureCount, number> = noFailures();
  totalDeadLettered = 0;
  registeredActors = 0;
  readonly #log: DeadLetterLog;
  readonly #events = new Outlet<BrokerEvent>();
  readonly #letters = new LetterOutlet(this.#events);
  #stores: LetterStore[] | undefined;
  #dispatch!: Dispatch;
  #actors!: ReadonlyMap<string, MailboxCore>;
  #candidates = 0;
  #sampledNs = 0;
  #samples = 0;

  constructor(log: DeadLetterLog) {
    super();
    this.#log = log;
  }

  /** The other half of the pair: a dispatch has a journal, and this journal tells through its dispatch. */
  belongTo(dispatch: Dispatch, actors: ReadonlyMap<string, MailboxCore>): void {
    this.#dispatch = this.#letters.dispatch = dispatch;
    this.#actors = actors;
  }

  /** Every event, in order. While it has an observer, messages take the slow way. */
  get events$(): Observable<BrokerEvent> {
    return new Observable((subscriber) => {
      this.#dispatch.settleFanOut();
      this.#dispatch.flags |= OBSERVED;
      const subscription = this.#events.stream.subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
        if (!this.#events.observed) this.#dispatch.flags &= ~OBSERVED;
      };
    });
  }

  get deadLetters$(): Observable<DeadLetter> {
    return this.#letters.stream;
  }

  /** Gives every letter to a queue, too: once, however often it is named. */
  store(queue: DeadLetterQueue, redeliver: Redeliver): void {
    const store = queue.attach(this, redeliver);
    if (store === undefined) return;
    (this.#stores ??= []).push(store);
    this.#letters.add({ next: (letter) => store.tell(letter), complete: () => store.end() });
  }

  /** To observers of a queue who were being told another broker's letter when this one was told. */
  tellLate(letter: DeadLetter, listener: Listener<DeadLetter>): void {
    this.#dispatch.emit({ next: () => this.#letters.nextTo(letter, listener) }, letter);
  }

  metrics(): BrokerMetrics {
    const dispatch = this.#dispatch;
    // A message that is being told as sent is pending already.
    if ((dispatch.flags & FANNING) !== 0) dispatch.settleFanOut();
    const { inFlight } = dispatch;
    // Each actor has its own count: one increment for each message, and a sum where it is asked for.
    let succeeded = this.departed - this.errored - this.aborted - inFlight;
    for (const { delivered } of this.#actors.values()) succeeded += delivered;
    return metricsOf({
      registeredActors: this.registeredActors,
      avgRoutingLatencyNs: this.#samples === 0 ? 0 : this.#sampledNs / this.#samples,
      pending: dispatch.pending,
      inFlight,
      totalSucceeded: succeeded,
      totalErrored: this.errored,
      totalAborted: this.aborted,
      openRequests: dispatch.openRequests,
      totalDeadLettered: this.totalDeadLettered,
      failedBy: { ...this.failedBy },
    });
  }

  /** Whether a send to this actor is to be timed: one in so many, of those that find nothing queued and its own count round (rule O5). */
  isSampleDue(core: MailboxCore): boolean {
    return (core.delivered & SAMPLE_MASK) === 0 && (core.flags & QUEUED) === 0 && (this.#candidates++ & CANDIDATE_MASK) === 0;
  }

  /** One sample of the time from a send's call to the mailbox's answer. */
  sample(ms: number): void {
    this.#samples++;
    this.#sampledNs += ms * 1e6;
  }

  // What became of messages --------------------------------------------------------------------------

  override failed(code: FailureCount, target: string | undefined, message: unknown, record: MessageRecord | number): void {
    this.failedBy[code]++;
    if (this.#isObserved()) this.#tellStage('failed', target, message, record, { code });
    if (code !== 'Cancelled') this.#deadLetter(code, target, message, record, undefined);
  }

  override ended(turn: Turn, code: TurnFailure | undefined, error: unknown, message: unknown): void {
    if (this.#isObserved()) {
      const outcome = code === 'HandlerFailed' || code === 'Unhandled' ? 'errored' : 'aborted';
      this.#settled(turn, message, { outcome, code: code ?? 'Cancelled', ...(error === undefined ? {} : { error }) });
    }
    if (code === undefined || turn.caller !== null) return;
    this.#deadLetter(code, turn.core.id, message, turn.meta, error);
  }

  override callbackFailed(what: string, error: unknown): void {
    this.#log.callbackFailed(what, error);
  }

  // The stages of a message's way --------------------------------------------------------------------

  /** Freezes it; where it is to be told, it gets a record. */
  override prepare(core: MailboxCore | null, message: unknown, meta: MessageRecord | number, target: string | undefined): MessageRecord | number {
    const dispatch = this.#dispatch;
    this.freeze(message);
    const ofLetter = (dispatch.flags & LETTING_KNOW) !== 0;
    if (!ofLetter && !this.#isObserved()) return meta;
    const record = typeof meta === 'number' ? new MessageRecord(dispatch, message, laneOfStamp(meta), PLAIN, null, dispatch.scheduler.now()) : meta;
    record.core ??= core;
    record.target = target;
    if (ofLetter) record.properties = { ...record.properties, ofLetter };
    return record;
  }

  override sent(record: MessageRecord, message: unknown): void {
    if (this.#isObserved()) this.#tellStage('sent', record.target, message, record, { broadcast: record.properties.broadcast });
  }

  /** For `freezeMessages`. */
  freeze(message: unknown): void {
    if ((this.#dispatch.flags & FREEZING) !== 0) deepFreeze(message);
  }

  override queued(record: MessageRecord): void {
    this.#tellStage('queued', record.target, record.message, record, { waiting: record.state === WAITING });
  }

  override delivered(turn: Turn, message: unknown): void {
    this.#tellStage('delivered', turn.core.id, message, turn.record());
  }

  override settled(turn: Turn, message: unknown): void {
    this.#settled(turn, message, { outcome: 'succeeded' });
  }

  // Actors and the broker ----------------------------------------------------------------------------

  registered(core: MailboxCore): void {
    this.registeredActors++;
    const open = core.seats === null ? NONE : core.seats.filter((turn) => turn.state === OPEN);
    this.departed -= core.delivered - open.length;
    // What it brings along counts as sent now (rule M6).
    core.buffer?.forEach((message, meta) => this.freeze(isOwn(meta) ? meta.message : message));
    if (!this.#isObserved()) return;
    const { id } = core;
    const events: BrokerEvent[] = [{ kind: 'registered', id: id as ActorId, at: this.#dispatch.clock.now() }];
    // With a record each, which keeps the id that is told here.
    const queued = core.buffer === null ? [] : withRecords(core, this.#dispatch, core.buffer, () => true);
    for (const record of queued) events.push(this.#stage('sent', id, record.message, record, { broadcast: false }));
    for (const turn of open) events.push(...this.#begun(turn, turn.rest?.message));
    this.#tellAsOne(events);
  }

  override broughtAlong(turn: Turn, message: unknown): void {
    super.broughtAlong(turn, message);
    this.freeze(message);
    if (this.#isObserved()) this.#tellAsOne(this.#begun(turn, message));
  }

  unregistered(id: string): void {
    this.registeredActors--;
    if (this.#isObserved()) this.#tell({ kind: 'unregistered', id: id as ActorId, at: this.#dispatch.clock.now() });
  }

  override closed(core: MailboxCore, error: unknown): void {
    if (!this.#isObserved()) return;
    this.#tell({ kind: 'closed', id: core.id as ActorId, ...(error === undefined ? {} : { error }), at: this.#dispatch.clock.now() });
  }

  /** The broker is closed: the last event, then every stream of the ledger completes. */
  end(): void {
    if (this.#isObserved()) this.#tell({ kind: 'closed', at: this.#dispatch.clock.now() });
    this.#log.flush();
    this.#letters.complete();
    this.#events.complete();
  }

  // --------------------------------------------------------------------------------------------------

  #isObserved(): boolean {
    return (this.#dispatch.flags & OBSERVED) !== 0;
  }

  #tell(event: BrokerEvent): void {
    this.#dispatch.emit(this.#events, event);
  }

  /** What its observers do comes after all of it. */
  #tellAsOne(events: readonly BrokerEvent[]): void {
    this.#dispatch.emit({ next: () => events.forEach((event) => this.#events.next(event)) }, undefined);
  }

  /** A turn that began before its mailbox came. */
  #begun(turn: Turn, message: unknown): BrokerEvent[] {
    const record = turn.record();
    const { id } = turn.core;
    return [this.#stage('sent', id, message, record, { broadcast: false }), this.#stage('delivered', id, message, record)];
  }

  #settled(turn: Turn, message: unknown, how: object): void {
    this.#tellStage('settled', turn.core.id, message, turn.record(), how);
  }

  /** One step of a message's way. `more` is what this kind says besides. */
  #stage(kind: BrokerEvent['kind'], target: string | undefined, message: unknown, meta: MessageRecord | number, more?: object): BrokerEvent {
    return { kind, ...stageOf(this.#dispatch, target, message, meta), ...more } as BrokerEvent;
  }

  #tellStage(kind: BrokerEvent['kind'], target: string | undefined, message: unknown, meta: MessageRecord | number, more?: object): void {
    this.#tell(this.#stage(kind, target, message, meta, more));
  }

  #deadLetter(reason: DeadLetter['reason'], target: string | undefined, message: unknown, meta: MessageRecord | number, error: unknown): void {
    if ((this.#dispatch.flags & LETTING_KNOW) !== 0 || (typeof meta !== 'number' && meta.properties.ofLetter === true)) return;
    this.totalDeadLettered++;
    const isHeard = this.#letters.observed || this.#isObserved();
    // Queues hear of letters while the broker is open, and keep them after that, too.
    if (!isHeard && this.#stores === undefined && !this.#log.wantsLetter(this.#dispatch.clock)) return;
    const letter = letterOf(this.#dispatch, reason, target, message, meta, error);
    if (this.#stores !== undefined) for (const store of this.#stores) store.add(letter);
    if (isHeard) this.#dispatch.emit(this.#letters, letter);
    else if (this.#stores === undefined) this.#log.print(letter);
  }
}
