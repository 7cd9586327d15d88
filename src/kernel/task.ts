import type { Observable, SchedulerLike, Subscription } from 'rxjs';
import { BrokerError } from '../failure/broker-error';
import type { FailureCode } from '../failure/failure-code';
import type { ActorId } from '../message/actor-id';
import type { FailureCount } from '../message/broker-metrics';
import type { TurnOutcome } from '../message/broker-event';
import type { Envelope } from '../message/envelope';
import type { ActorContext, MessageBroker } from '../message/message-broker';
import { PRIORITIES, type Priority } from '../message/priority';
import type { SendOptions, TellOptions } from '../message/send-options';
import type { SendResult } from '../message/send-result';
import type { Counts } from './counts';
import { type Details, PLAIN } from './details';
import type { Dispatcher } from './dispatcher';
import type { Runnable } from './lines';
import type { Stamp } from './stamp';

/**
 * Where a message is: in no queue, since it was just made or just taken out to be settled (`new`); waiting for a place in a full mailbox; queued; handled by a turn on the stack; handled by a turn whose reply is
 * still to come; over.
 */
export type TaskState = 'new' | 'waiting' | 'queued' | 'running' | 'open' | 'over';

/** Takes the reply of a message that was asked. */
export interface Caller {
  /** The caller has left: nothing it is given reaches anyone. */
  readonly closed: boolean;
  /**
   * True for a place in a broadcast, which keeps the values until the reply is over: if it leaves early, its caller has received nothing.
   */
  readonly holdsBack?: boolean;
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

/** Why a message is not taken. */
export type Refusal = FailureCode | 'NoRoute';

/** What takes messages under an id. A mailbox is one; where there is no actor, `Absent` refuses. */
export interface Recipient {
  readonly system: System;
  /** Empty for a mailbox without a broker; `undefined` where no route was found. */
  readonly id: string | undefined;
  /** A message may run here on its sender's stack: only a mailbox says so. */
  readonly isIdle: boolean;
  /** Turns begun. */
  readonly delivered: number;
  /** The host of the broker that this mailbox left last: a turn that began there still sends through it. */
  readonly formerHost: Host | undefined;
  /** Why no route was found, where this is no recipient at all. */
  readonly unrouted?: BrokerError | undefined;
  /** Takes a message, as part of a step. Why it does not, or `null`. */
  take(task: Task): Refusal | null;
  /** The same for a message that nobody waits for; what it refuses goes to `losePlain`. `stamp` is `null` if the message has no options. */
  takePlain(message: unknown, lane: number, stamp: Stamp | null): Refusal | null;
  losePlain(message: unknown, lane: number, code: Refusal, stamp: Stamp | null): void;
  /** A message that waits or is queued here leaves: its place is free. */
  withdraw(task: Task): void;
  /** A turn that holds a seat here is over. */
  freeSeat(task: Task): void;
  /** A message that was here is over: a closed mailbox may have nothing left. */
  endIfEmpty(): void;
  /** A message is lost that was sent here. */
  noteLoss(message: unknown, code: FailureCode): void;
}

/** How a message ends, in the words of the table of DESIGN §2. */
export interface End {
  readonly outcome: TurnOutcome | 'failed';
  readonly code?: FailureCount | 'HandlerFailed';
  /** What the caller gets, and the letter of a turn shows. */
  readonly error?: unknown;
  /** Gives the caller what it waits for. */
  readonly reply?: (caller: Caller) => void;
}

/** Tells of messages: a broker tells its observers, a mailbox without a broker the console. Each method adds to the outbox. */
export interface Journal {
  /** Somebody observes events: every message is a task of its own, and the methods of its way are to be called. */
  readonly isObserved: boolean;
  /** A message that failed before a turn needs no task of its own: nobody would see its letter. */
  readonly isDeaf: boolean;
  sent(task: Task): void;
  queued(task: Task, isWaiting: boolean): void;
  delivered(task: Task): void;
  ended(task: Task, end: End): void;
  /** A message failed of which nobody is told. */
  countFailure(code: Refusal): void;
  /** A registered mailbox refuses newcomers from now on. */
  closed(id: string, error: unknown): void;
  /** A hook of an actor threw or rejected. */
  hookFailed(hook: 'onStart' | 'onStop', id: string, error: unknown): void;
  /** A callback of the user's threw where no sender waits for it. */
  callbackFailed(what: string, error: unknown): void;
}

/** What the context of a turn asks of its broker. */
export interface Host {
  readonly broker: MessageBroker;
  ask(task: Task, id: string, message: unknown, options: SendOptions | undefined): Observable<unknown>;
  tell(task: Task, id: string, message: unknown, options: TellOptions | undefined): SendResult;
  /**
   * A turn was left open that waits for asks (rule O6). By the host, so that the bundle of a lone mailbox has no detection of deadlocks.
   */
  breakCircles(turn: Task): void;
  /** `next` of a registered mailbox. */
  tellMailbox(id: string, message: unknown): void;
}

/** What all mailboxes of a broker share. A mailbox without a broker has a small one of its own. */
export interface System {
  readonly dispatcher: Dispatcher;
  readonly counts: Counts;
  readonly journal: Journal;
  /** `null` without a broker. */
  readonly host: Host | null;
  /** Where mailboxes drain that say nothing; `undefined`: on the sender's stack. */
  readonly drainsAt: SchedulerLike | undefined;
  nextId(): string;
  /** Whether a mailbox's turn is on the stack here. */
  isRunning(mailbox: Runnable): boolean;
  /** A mailbox moves to another system. */
  left(mailbox: Runnable): void;
}

/** The stream of a reply that a turn has left open. */
export interface OpenReply {
  /** Unsubscribes. */
  stop(): void;
}

/**
 * One message and what is known of it; the context that its handler gets. Every message that runs has one, so it is small: each field more
 * costs a `trySend` 2 to 3 % of `Subject.next`. What only some messages have stands in `rest`.
 */
export class Task implements ActorContext {
  state: TaskState;
  readonly recipient: Recipient;
  /** Its priority as a number, 0 low to 3 critical. */
  readonly lane: number;
  /** When it was sent, and what was said of it; `null` for a plain one that runs at once. */
  stamp: Stamp | null;
  rest: TaskRest | null;

  constructor(recipient: Recipient, lane: number, state: TaskState, stamp: Stamp | null) {
    this.state = state;
    this.recipient = recipient;
    this.lane = lane;
    this.stamp = stamp;
    this.rest = null;
  }

  get system(): System {
    return this.recipient.system;
  }

  /** `undefined` for a plain message while its handler runs: only the function that runs it knows it. */
  get message(): unknown {
    return this.rest === null ? undefined : this.rest.message;
  }

  /** Who waits for the reply; `null` for a message that was told. */
  get caller(): Caller | null {
    return this.rest === null ? null : this.rest.caller;
  }

  get isAsked(): boolean {
    return this.caller !== null;
  }

  get details(): Details {
    return this.stamp === null ? PLAIN : this.stamp.details;
  }

  /** Whether a queue's slot that holds this task is a tombstone. */
  get withdrawn(): boolean {
    return this.state !== 'queued' && this.state !== 'waiting';
  }

  get id(): string {
    return (this.more().id ??= this.system.nextId());
  }

  get priority(): Priority {
    return PRIORITIES[this.lane] as Priority;
  }

  /** The time of its sending, read now where nobody has asked before. */
  get sentAt(): number {
    const stamp = (this.stamp ??= this.system.dispatcher.stamp());
    return (stamp.at ??= this.system.dispatcher.now());
  }

  /** What only some messages have, made now. */
  more(): TaskRest {
    return (this.rest ??= new TaskRest());
  }

  // The context of its handler -----------------------------------------------------------------------

  get self(): ActorId {
    return this.recipient.id as ActorId;
  }

  get envelope(): Envelope {
    return (this.more().envelope ??= envelopeOf(this));
  }

  get signal(): AbortSignal {
    const rest = this.more();
    if (rest.controller === undefined) {
      rest.controller = new AbortController();
      if (rest.isAborted) rest.controller.abort(rest.abortReason);
    }
    return rest.controller.signal;
  }

  get broker(): MessageBroker {
    return hostOf(this).broker;
  }

  send(id: ActorId, message: unknown, options?: SendOptions): Observable<any> {
    return hostOf(this).ask(this, id, message, options);
  }

  trySend(id: ActorId, message: unknown, options?: TellOptions): SendResult {
    return hostOf(this).tell(this, id, message, options);
  }
}

/** A message that has more than its priority: it is asked, queued with options, observed, or lost. */
export function newTask(recipient: Recipient, message: unknown, lane: number, caller: Caller | null, stamp: Stamp): Task {
  const task = new Task(recipient, lane, 'new', stamp);
  const rest = task.more();
  rest.message = message;
  rest.caller = caller;
  return task;
}

// A function: a private method would put its class's brand into each task.
function hostOf({ recipient, system }: Task): Host {
  const host = system.host ?? recipient.formerHost;
  if (host === undefined) throw new BrokerError('NotFound', 'this mailbox is registered with no broker; register it, and its context can send');
  return host;
}

const NO_ASKS: ReadonlySet<Task> = /* @__PURE__ */ new Set();

/** What only some tasks have. */
export class TaskRest {
  message: unknown = undefined;
  caller: Caller | null = null;
  /** Its id, once somebody has asked for it. */
  id: string | undefined = undefined;
  envelope: Envelope | undefined = undefined;
  /** The caller's timeout in milliseconds; its action on the scheduler, and the action of the mailbox's `turnTimeout`. */
  timeout: number = Infinity;
  timer: Subscription | undefined = undefined;
  turnTimer: Subscription | undefined = undefined;
  /** Takes the listener off the caller's `AbortSignal`. */
  unlisten: (() => void) | undefined = undefined;
  /** The turn that waits for this ask (`context.send`), and the asks that this turn waits for. */
  parent: Task | undefined = undefined;
  asks: ReadonlySet<Task> = NO_ASKS;
  controller: AbortController | undefined = undefined;
  /** The turn was ended from outside, and why. */
  isAborted = false;
  abortReason: unknown = undefined;
  /** The index of the seat that it holds, and whether a promise is to settle it: a promise keeps its seat until it settles (rule M4). */
  seat = -1;
  isPromise = false;
  /** Its number among the turns of its mailbox. */
  turn = 0;
  reply: OpenReply | undefined = undefined;
  /** What hands it out, where `deliveries$` does. */
  consumer: object | undefined = undefined;
  /** A first value of its reply has come: that is all that its timeout is about, and its caller has been served (rules S2, S4). */
  isAnswered = false;

  waitFor(ask: Task): void {
    if (this.asks === NO_ASKS) this.asks = new Set();
    (this.asks as Set<Task>).add(ask);
  }

  forget(ask: Task): void {
    (this.asks as Set<Task>).delete(ask);
  }
}

function envelopeOf(task: Task): Envelope {
  const { id, priority, sentAt, details } = task;
  const { topic, sender, attempt, headers } = details;
  return Object.freeze({ id, priority, ...(topic !== undefined && { topic }), ...(sender !== undefined && { sender }), sentAt, attempt, headers });
}
