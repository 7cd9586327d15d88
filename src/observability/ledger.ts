import { Observable } from 'rxjs';
import type { FailureCode } from '../failure/failure-code';
import type { ActorId } from '../message/actor-id';
import { PRIORITIES, type Priority } from '../message/priority';
import type { Dispatch } from '../mailbox/dispatch';
import { OBSERVED } from '../mailbox/flags';
import { Journal, type TurnFailure } from '../mailbox/journal';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { MessageRecord } from '../mailbox/message-record';
import { WAITING } from '../mailbox/record-state';
import { laneOfStamp } from '../mailbox/stamp';
import type { Turn } from '../mailbox/turn';
import { OPEN } from '../mailbox/turn-state';
import type { BrokerEvent, MessageStage, TurnOutcome } from './broker-event';
import { type BrokerMetrics, type FailureCount, metricsOf, noFailures } from './broker-metrics';
import type { DeadLetter } from './dead-letter';
import type { DeadLetterLog } from './dead-letter-log';
import type { LetterStore } from './dead-letter-queue';
import { Outlet } from './outlet';
import { SAMPLE_MASK } from './sampling';

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

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
  readonly #letters = new Outlet<DeadLetter>();
  readonly #stores: LetterStore[] = [];
  #dispatch!: Dispatch;
  /** An observer of a letter is on the stack: a failure that it causes makes no letter (rule O4). */
  #tellingLetter = false;
  #sampledNs = 0;
  #samples = 0;
  #sampledAt = -1;

  constructor(log: DeadLetterLog) {
    super();
    this.#log = log;
  }

  /** The other half of the pair: a dispatch has a journal, and this journal tells through its dispatch. */
  belongTo(dispatch: Dispatch): void {
    this.#dispatch = dispatch;
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

  /** Gives every letter to a queue, too. */
  store(store: LetterStore): void {
    this.#stores.push(store);
  }

  metrics(): BrokerMetrics {
    const dispatch = this.#dispatch;
    dispatch.settleFanOut();
    return metricsOf({
      registeredActors: this.registeredActors,
      avgRoutingLatencyNs: this.#samples === 0 ? 0 : this.#sampledNs / this.#samples,
      pending: this.pending,
      inFlight: dispatch.inFlight,
      totalSucceeded: dispatch.succeeded,
      totalErrored: this.errored,
      totalAborted: this.aborted,
      openRequests: dispatch.openRequests,
      totalDeadLettered: this.totalDeadLettered,
      failedBy: { ...this.failedBy },
    });
  }

  /** Whether the next send is to be timed: once in so many that succeeded. */
  isSampleDue(): boolean {
    const { succeeded } = this.#dispatch;
    if ((succeeded & SAMPLE_MASK) !== 0 || succeeded === this.#sampledAt) return false;
    this.#sampledAt = succeeded;
    return true;
  }

  /** One sample of the time from a send's call to the mailbox's answer. */
  sample(ms: number): void {
    this.#samples++;
    this.#sampledNs += ms * 1e6;
  }

  // What became of messages --------------------------------------------------------------------------

  override failed(code: FailureCode, target: string | undefined, message: unknown, record: MessageRecord | number): void {
    this.failedBy[code]++;
    if (this.#isObserved) this.#tell({ kind: 'failed', code, ...this.#stage(target, message, record) });
    this.#deadLetter(code, target, message, record, undefined);
  }

  /** A message whose routing found nobody: one sent, one failed. */
  unrouted(message: unknown, record: MessageRecord): void {
    this.failedBy.NoRoute++;
    if (this.#isObserved) this.#tell({ kind: 'failed', code: 'NoRoute', ...this.#stage(undefined, message, record) });
    this.#deadLetter('NoRoute', undefined, message, record, undefined);
  }

  override cancelled(record: MessageRecord, message: unknown): void {
    this.failedBy.Cancelled++;
    if (this.#isObserved) this.#tell({ kind: 'failed', code: 'Cancelled', ...this.#stage(record.target, message, record) });
  }

  override ended(turn: Turn, code: TurnFailure | undefined, error: unknown, message: unknown): void {
    const ranOut = code === 'HandlerFailed' || code === 'Unhandled';
    if (this.#isObserved) this.#settled(turn, ranOut ? 'errored' : 'aborted', code ?? 'Cancelled', error, message);
    if (code === undefined || turn.caller !== null) return;
    this.#deadLetter(code, turn.core.id, message, turn.meta, code === 'HandlerFailed' ? error : undefined);
  }

  override callbackFailed(what: string, error: unknown): void {
    this.#log.callbackFailed(what, error);
  }

  // The stages of a message's way --------------------------------------------------------------------

  override sent(record: MessageRecord): void {
    this.#tell({ kind: 'sent', broadcast: record.broadcast, ...this.#stage(record.target, record.message, record) });
  }

  override queued(record: MessageRecord): void {
    this.#tell({ kind: 'queued', waiting: record.state === WAITING, ...this.#stage(record.target, record.message, record) });
  }

  override delivered(turn: Turn, message: unknown): void {
    this.#tell({ kind: 'delivered', ...this.#stage(turn.core.id, message, turn.record()) });
  }

  override settled(turn: Turn, message: unknown): void {
    this.#settled(turn, 'succeeded', undefined, undefined, message);
  }

  // Actors and the broker ----------------------------------------------------------------------------

  registered(core: MailboxCore): void {
    this.registeredActors++;
    if (!this.#isObserved) return;
    this.#tell({ kind: 'registered', id: core.id as ActorId, at: this.#dispatch.now() });
    // What it brings along counts as sent now (rule M6).
    core.buffer?.forEach((message, meta) => this.#tell({ kind: 'sent', broadcast: false, ...this.#stage(core.id, message, meta) }));
    for (const turn of core.seats ?? []) {
      if (turn.state !== OPEN) continue;
      const stage = this.#stage(core.id, turn.rest?.message, turn.record());
      this.#tell({ kind: 'sent', broadcast: false, ...stage });
      this.#tell({ kind: 'delivered', ...stage });
    }
  }

  unregistered(id: string): void {
    this.registeredActors--;
    if (this.#isObserved) this.#tell({ kind: 'unregistered', id: id as ActorId, at: this.#dispatch.now() });
  }

  override closed(core: MailboxCore, error: unknown): void {
    if (!this.#isObserved) return;
    this.#tell({ kind: 'closed', id: core.id as ActorId, ...(error === undefined ? {} : { error }), at: this.#dispatch.now() });
  }

  /** The broker is closed: the last event, then every stream of the ledger completes. */
  end(): void {
    if (this.#isObserved) this.#tell({ kind: 'closed', at: this.#dispatch.now() });
    this.#log.flush();
    this.#letters.complete();
    for (const store of this.#stores) store.end(this);
    this.#events.complete();
  }

  // --------------------------------------------------------------------------------------------------

  get #isObserved(): boolean {
    return (this.#dispatch.flags & OBSERVED) !== 0;
  }

  #tell(event: BrokerEvent): void {
    this.#dispatch.emit(this.#events, event);
  }

  #settled(turn: Turn, outcome: TurnOutcome, code: TurnFailure | 'Cancelled' | undefined, error: unknown, message: unknown): void {
    const stage = this.#stage(turn.core.id, message, turn.record());
    if (code === undefined) this.#tell({ kind: 'settled', outcome, ...stage });
    else this.#tell({ kind: 'settled', outcome, code, ...(error === undefined ? {} : { error }), ...stage });
  }

  #stage(target: string | undefined, message: unknown, meta: MessageRecord | number): MessageStage {
    const { id, topic, priority, asked } = this.#known(message, meta);
    return {
      id,
      ...(target === undefined ? {} : { target: target as ActorId }),
      ...(topic === undefined ? {} : { topic }),
      message,
      priority,
      asked,
      at: this.#dispatch.now(),
    };
  }

  #known(message: unknown, meta: MessageRecord | number): MessageRecord {
    return typeof meta === 'number' ? new MessageRecord(this.#dispatch, message, laneOfStamp(meta), null) : meta;
  }

  #deadLetter(reason: DeadLetter['reason'], target: string | undefined, message: unknown, meta: MessageRecord | number, error: unknown): void {
    if (this.#tellingLetter) return;
    this.totalDeadLettered++;
    const isHeard = this.#stores.length > 0 || this.#letters.observed;
    const isObserved = (this.#dispatch.flags & OBSERVED) !== 0;
    if (!isHeard && !isObserved && !this.#log.wantsLetter(this.#dispatch.scheduler)) return;
    const letter = this.#letterOf(reason, target as ActorId | undefined, message, meta, error);
    for (const store of this.#stores) store.add(letter, this);
    if (isObserved) this.#tell({ kind: 'dead-lettered', letter, at: letter.at });
    if (isHeard) this.#dispatch.emit(this.#letterOutlet, letter);
    else if (!isObserved) this.#log.print(letter);
  }

  #letterOf(reason: DeadLetter['reason'], target: ActorId | undefined, message: unknown, meta: MessageRecord | number, error: unknown): DeadLetter {
    const at = this.#dispatch.now();
    if (typeof meta === 'number' && target !== undefined && error === undefined) {
      // Most letters of a flood; one literal makes them in a quarter of the time.
      const id = this.#dispatch.nextId();
      const priority = PRIORITIES[laneOfStamp(meta)] as Priority;
      return { id, target, message, priority, reason, asked: false, at, attempts: 1, headers: NO_HEADERS };
    }
    const { id, topic, priority, asked, attempt, headers } = this.#known(message, meta);
    return {
      id,
      ...(target === undefined ? {} : { target }),
      ...(topic === undefined ? {} : { topic }),
      message,
      priority,
      reason,
      ...(error === undefined ? {} : { error }),
      asked,
      at,
      attempts: attempt,
      headers,
    };
  }

  readonly #letterOutlet: { next(letter: DeadLetter): void } = {
    next: (letter) => {
      this.#tellingLetter = true;
      try {
        this.#letters.next(letter);
        for (const store of this.#stores) store.tell(letter);
      } finally {
        this.#tellingLetter = false;
      }
    },
  };
}
