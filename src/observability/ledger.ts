import type { Observable } from 'rxjs';
import type { FailureCode } from '../failure/failure-code';
import type { Counts } from '../kernel/counts';
import type { Dispatcher } from '../kernel/dispatcher';
import type { MailboxCore } from '../kernel/mailbox-core';
import { Outlet } from '../kernel/outlet';
import type { End, Journal, Task } from '../kernel/task';
import type { ActorId } from '../message/actor-id';
import type { BrokerEvent } from '../message/broker-event';
import type { BrokerMetrics, FailureCount } from '../message/broker-metrics';
import type { DeadLetter } from '../message/dead-letter';
import { metricsOf, noFailures } from './count-metrics';
import type { DeadLetterLog } from './dead-letter-log';
import type { DeadLetterQueue } from './dead-letter-queue';
import type { ErrorLog, ErrorOrigin, WritingHook } from './error-hook';
import type { EventStreams } from './event-streams';
import { type Logger, write } from './logger';
import type { LetterStore, Redeliver } from './letter-box';
import { deliveredEvent, endedEvent, letterOf, queuedEvent, sentEvent } from './message-events';
import { RoutingLatency } from './routing-latency';

/** The arguments of a ledger. */
export interface LedgerParts {
  readonly dispatcher: Dispatcher;
  readonly logger: Logger;
  readonly log: DeadLetterLog;
  readonly onError: WritingHook | ErrorLog;
  /** Whether to take the time of each turn. */
  readonly timesTurns: boolean;
  readonly events: EventStreams;
}

/**
 * A broker's journal: it counts failures, makes the dead letters, and tells `events$`. It counts the same whether or not anyone observes
 * (rule O1). Without an observer it makes no event object.
 */
export class Ledger implements Journal {
  readonly latency: RoutingLatency = new RoutingLatency();
  /** Whether observers of dead letters are being told one. A failure that they cause then makes none (rule O4). */
  isTellingLetter = false;
  readonly #dispatcher: Dispatcher;
  readonly #logger: Logger;
  readonly #log: DeadLetterLog;
  readonly #onError: WritingHook | ErrorLog;
  readonly #failedBy: Record<FailureCount, number> = noFailures();
  #deadLettered = 0;
  readonly #events: EventStreams;
  readonly #timesTurns: boolean;
  /** The last turn that began while events were observed. It is the one on the stack if its state is `running`. */
  #turn: Task | undefined;
  readonly #letters = new Outlet<DeadLetter>();
  #stores: readonly LetterStore[] = [];
  #hasEnded = false;

  /** Calls `work`, which tells a letter. A queue knows the broker by this function, so it stays the same one. */
  readonly #tellLetter = (work: () => void): void => {
    this.isTellingLetter = true;
    try {
      work();
    } finally {
      this.isTellingLetter = false;
    }
  };

  constructor({ dispatcher, logger, log, onError, timesTurns, events }: LedgerParts) {
    this.#dispatcher = dispatcher;
    this.#logger = logger;
    this.#log = log;
    this.#onError = onError;
    this.#timesTurns = timesTurns;
    this.#events = events;
  }

  get followsTurns(): boolean {
    return this.#timesTurns || this.#events.isAnyObserved;
  }

  observes(id: string | undefined): boolean {
    return this.#events.observes(id);
  }

  ignoresLettersOf(id: string | undefined): boolean {
    return !this.isTellingLetter && !this.#isHeard(id) && !this.#log.throttle.isOpen;
  }

  /** Every event, in order. While it has an observer, messages take the slow path. */
  get events$(): Observable<BrokerEvent> {
    return this.#events.all;
  }

  /** The events of some actors, in order. */
  eventsOf(ids: readonly string[]): Observable<BrokerEvent> {
    return this.#events.of(ids);
  }

  get deadLetters$(): Observable<DeadLetter> {
    return this.#letters.stream;
  }

  /** Attaches a queue, which gets every letter from now on. A second attachment does nothing. */
  store(queue: DeadLetterQueue, redeliver: Redeliver): void {
    const store = queue.attach(this.#tellLetter, redeliver);
    if (store === undefined) return;
    this.#stores = [...this.#stores, store];
    if (this.#hasEnded) store.end(this.#dispatcher.outbox);
  }

  /** The metrics of now. Each actor counts its own turns, so that a message costs one increment; they are added up here. */
  metrics(counts: Counts, actors: ReadonlyMap<string, { readonly delivered: number }>): BrokerMetrics {
    const inFlight = counts.open + (this.#dispatcher.running === null ? 0 : 1);
    let succeeded = counts.departed - counts.errored - counts.aborted - inFlight;
    for (const { delivered } of actors.values()) succeeded += delivered;
    return metricsOf({
      registeredActors: actors.size,
      avgRoutingLatencyNs: this.latency.mean,
      pending: counts.pending,
      inFlight,
      totalSucceeded: succeeded,
      totalErrored: counts.errored,
      totalAborted: counts.aborted,
      openRequests: counts.requests,
      totalDeadLettered: this.#deadLettered,
      failedBy: { ...this.#failedBy },
    });
  }

  // A message's way ----------------------------------------------------------------------------------

  sent(task: Task, parent: Task | null): void {
    // A message that the turn on the stack sends through the broker belongs to that turn, too.
    const sender = parent ?? (this.#turn?.state === 'running' ? this.#turn : undefined);
    this.#events.tell(sentEvent(task, sender?.id), task.recipient.id);
  }

  queued(task: Task, waiting: boolean): void {
    this.#events.tell(queuedEvent(task, waiting), task.recipient.id);
  }

  began(task: Task): void {
    this.#turn = task;
    if (this.#timesTurns) task.more().beganAt = this.#dispatcher.now();
  }

  delivered(task: Task): void {
    this.#events.tell(deliveredEvent(task), task.recipient.id);
  }

  ended(task: Task, end: End): void {
    const { outcome, code, error, hasLetter = false } = end;
    const isFailed = outcome === 'failed';
    if (isFailed) this.#failedBy[code as FailureCount]++;
    const beganAt = task.rest?.beganAt;
    if (beganAt !== undefined) (task.recipient as MailboxCore).noteTurn(this.#dispatcher.now() - beganAt);
    if (this.observes(task.recipient.id)) this.#events.tell(endedEvent(task, end), task.recipient.id);
    if (code === 'Cancelled' || outcome === 'succeeded' || hasLetter) return;
    if (isFailed) {
      // The sender of an asked message that an interceptor refused has its error.
      if (code !== 'Rejected' || !task.isAsked) this.#deadLetter(task, code as FailureCode, undefined);
    }
    else if (!task.isAsked) {
      this.#deadLetter(task, code as FailureCode, error);
      if (code === 'HandlerFailed') this.#tellError('a handler', error, task.self, task);
    }
  }

  countFailure(code: FailureCount): void {
    this.#failedBy[code]++;
    this.#deadLettered++;
    this.#log.throttle.count();
  }

  // Actors and the broker ----------------------------------------------------------------------------

  /** Tells that a mailbox was registered. Its queued messages count as sent now (rule M6). */
  registered(core: MailboxCore): void {
    this.#tellOfActor('registered', core.id);
    if (core.queue === null || core.queue.size === 0) return;
    for (const task of core.queue.sendAgain(this.observes(core.id))) this.sent(task, null);
  }

  unregistered(id: string): void {
    this.#tellOfActor('unregistered', id);
  }

  closed(id: string, error: unknown): void {
    this.#tellOfActor('closed', id, error === undefined ? undefined : { error });
  }

  callbackFailed(what: string, error: unknown): void {
    write(this.#logger, 'warn', `${what} threw:`, error);
  }

  hookFailed(hook: 'onStart' | 'onStop', id: string, error: unknown): void {
    this.#tellError(hook, error, id as ActorId);
  }

  /** Tells the last event, then completes every stream. To be called when the broker has ended and nothing else is left to tell. */
  end(): void {
    this.#hasEnded = true;
    this.#events.end({ kind: 'closed', at: this.#dispatcher.now() });
    this.#log.throttle.close();
    if (typeof this.#onError !== 'function') this.#onError.close();
    this.#letters.complete(this.#dispatcher.outbox);
    for (const store of this.#stores) store.end(this.#dispatcher.outbox);
  }

  // --------------------------------------------------------------------------------------------------

  #isHeard(id: string | undefined): boolean {
    return this.#letters.observed || this.#stores.length > 0 || this.#events.observes(id);
  }

  #tellOfActor(kind: 'registered' | 'unregistered' | 'closed', id: string, more?: { readonly error: unknown }): void {
    if (this.observes(id)) this.#events.tell({ kind, id: id as ActorId, ...more, at: this.#dispatcher.now() }, id);
  }

  #deadLetter(task: Task, reason: DeadLetter['reason'], error: unknown): void {
    if (task.details.ofLetter === true) return;
    this.#deadLettered++;
    const log = this.#log;
    if (this.#isHeard(task.recipient.id)) this.#tellLetterOf(letterOf(task, reason, error));
    // The log leaves out asked messages, whose sender has the error, and errors of handlers that `onError` writes.
    else if (!task.isAsked && (reason !== 'HandlerFailed' || !this.#onError.isWriting)) {
      const end = log.throttle.count();
      if (end === undefined) return;
      const letter = letterOf(task, reason, error);
      this.#dispatcher.add(() => log.print(letter, end));
    }
  }

  /** Tells an error that no caller waits for (rule O7). */
  #tellError(what: string, error: unknown, actorId: ActorId, task?: Task): void {
    const onError = this.#onError;
    if (typeof onError === 'function') {
      const origin: ErrorOrigin = task === undefined ? { actorId } : { actorId, message: task.message, envelope: task.envelope };
      this.#dispatcher.add(() => onError(error, origin));
      return;
    }
    const writing = onError.count(what, actorId, error);
    if (writing !== undefined) this.#dispatcher.add(writing);
  }

  /** Tells a letter to observers of events, observers of letters, and the queues. The queues keep it at once. */
  #tellLetterOf(letter: DeadLetter): void {
    const events = this.#events.listenersOf(letter.target);
    const letters = this.#letters.listeners();
    const { outbox } = this.#dispatcher;
    const queues = this.#stores.map((store) => store.add(letter, outbox));
    this.#dispatcher.add(() =>
      this.#tellLetter(() => {
        if (events.length > 0) {
          const event: BrokerEvent = { kind: 'dead-lettered', letter, at: letter.at };
          outbox.tellEach(events, event);
        }
        outbox.tellEach(letters, letter);
        for (const tell of queues) tell();
      }),
    );
  }
}
