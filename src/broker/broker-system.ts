import type { SchedulerLike } from 'rxjs';
import { Absent } from '../kernel/absent';
import { Counts } from '../kernel/counts';
import type { Details } from '../kernel/details';
import { Dispatcher } from '../kernel/dispatcher';
import type { Runnable } from '../kernel/lines';
import type { MailboxCore } from '../kernel/mailbox-core';
import { runNext } from '../kernel/run';
import type { Host, Intercept, Recipient, System, Task } from '../kernel/task';
import { deepFreeze } from '../message/deep-freeze';
import { DeadLetterLog } from '../observability/dead-letter-log';
import { ErrorLog } from '../observability/error-hook';
import { EventStreams } from '../observability/event-streams';
import { Ledger } from '../observability/ledger';
import type { BrokerSettings } from './broker-options';
import { type InterceptSend, type Passed, type Sending, handlesOf, sendsOf } from './interception';
import type { Outward } from './outward';

/** The parts that all mailboxes of one broker share, and the checks that every send passes. */
export class BrokerSystem implements System {
  /** The registered actors by their ids, in the order of registration. */
  readonly actors: Map<string, MailboxCore> = new Map();
  readonly counts: Counts = new Counts();
  readonly dispatcher: Dispatcher;
  readonly journal: Ledger;
  readonly host: Host;
  readonly requestTimeout: number;
  /** `closing`: newcomers from outside are refused. `ended`: everything is. */
  phase: 'open' | 'closing' | 'ended' = 'open';
  /** The side that faces other nodes. `null` for a broker in one process. */
  outward: Outward | null = null;
  readonly drainsAt: SchedulerLike | undefined;
  readonly intercept: Intercept | null;
  readonly #interceptSend: InterceptSend | null;
  readonly #events: EventStreams;
  readonly #freezes: boolean;
  // A message id ends in a number to the base 32. All of the id but its last digit, `#head`, is made once for 32 ids. It is long on purpose:
  // V8 links strings of 13 characters or more, and copies shorter ones (8 ns for a dead letter).
  readonly #prefix: string;
  #head: string;
  #lastId = 0;

  constructor({ name, scheduler, dispatcher, freezeMessages, requestTimeout, logDeadLetters, logger, onError, turnTimes, interceptors }: BrokerSettings, host: Host) {
    this.host = host;
    this.requestTimeout = requestTimeout;
    this.drainsAt = dispatcher;
    this.dispatcher = new Dispatcher({ runNext, reportError: (what, error) => this.journal.callbackFailed(what, error), scheduler, dispatcher });
    this.#events = new EventStreams(this.dispatcher, (id) => this.#watchChanged(id));
    this.journal = new Ledger({
      dispatcher: this.dispatcher,
      logger,
      log: new DeadLetterLog(logDeadLetters, logger, scheduler),
      onError: onError ?? new ErrorLog(logger, scheduler),
      timesTurns: turnTimes,
      events: this.#events,
    });
    this.#freezes = freezeMessages;
    if (freezeMessages) this.dispatcher.addReason(1);
    if (turnTimes) this.dispatcher.addReason(1);
    this.intercept = handlesOf(interceptors);
    this.#interceptSend = sendsOf(interceptors);
    // The direct path has no place for them.
    if (interceptors.length > 0) this.dispatcher.addReason(1);
    this.#prefix = this.#head = `${name}:message-`;
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  get lookUp(): ((id: string) => Recipient | undefined) | null {
    return this.outward === null ? null : (id) => this.actors.get(id);
  }

  nextId(): string {
    const id = ++this.#lastId;
    if ((id & 31) === 0) this.#head = this.#prefix + (id >>> 5).toString(32);
    return this.#head + (id & 31).toString(32);
  }

  /** The actor with this id, or an `Absent` that refuses every message. */
  recipient(id: string): Recipient {
    return this.actors.get(id) ?? new Absent(this, id);
  }

  watches(id: string): boolean {
    return this.#events.watches(id);
  }

  isRunning(mailbox: Runnable): boolean {
    return this.dispatcher.stack === mailbox;
  }

  left(mailbox: Runnable): void {
    this.dispatcher.leave(mailbox);
  }

  /** Freezes a message, with the option `freezeMessages`. */
  freeze(message: unknown): void {
    if (this.#freezes) deepFreeze(message);
  }

  /** Whether an interceptor sees what is sent. */
  get interceptsSends(): boolean {
    return this.#interceptSend !== null;
  }

  /** Shows a send to the interceptors, before its targets are looked up. */
  pass(sending: Sending): Passed {
    return this.#interceptSend === null ? sending : this.#interceptSend(this, sending);
  }

  /** Every message that is sent passes here before its step begins. Returns its details. */
  outgoing(message: unknown, details: Details): Details {
    this.freeze(message);
    return this.journal.isTellingLetter ? { ...details, ofLetter: true } : details;
  }

  /** Whether a send is refused. A closing broker still takes what a turn sends: on the turn's stack, or by its context while it is open (`parent`). */
  refuses(parent: Task | null): boolean {
    if (this.phase === 'open') return false;
    return this.phase === 'ended' || !(this.dispatcher.running !== null || parent?.state === 'open');
  }

  /** An actor is observed alone from now on, or no more: whether it takes the direct path is looked at again. */
  #watchChanged(id: string): void {
    this.dispatcher.touch();
    this.actors.get(id)?.refresh();
  }
}
