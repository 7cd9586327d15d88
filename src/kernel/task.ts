import type { Observable, SchedulerLike, Subscription } from 'rxjs';
import { BrokerError } from '../failure/broker-error';
import type { FailureCode } from '../failure/failure-code';
import type { ActorId } from '../message/actor-id';
import type { FailureCount } from '../message/broker-metrics';
import type { TurnOutcome } from '../message/broker-event';
import type { Envelope } from '../message/envelope';
import type { ActorContext, Handler, MessageBroker } from '../message/message-broker';
import { PRIORITIES, type Priority } from '../message/priority';
import type { SendOptions, TellOptions } from '../message/send-options';
import type { SendResult } from '../message/send-result';
import type { Counts } from './counts';
import { type Details, PLAIN } from './details';
import type { Dispatcher } from './dispatcher';
import type { Runnable } from './lines';
import type { Stamp } from './stamp';

/**
 * The state of a message.
 *
 * - `new`: it is in no queue, since it was just made, or just taken out to be settled.
 * - `waiting`: its sender waits for a place in a full mailbox.
 * - `queued`: it is in a mailbox's queue.
 * - `running`: its handler is on the stack.
 * - `open`: its handler has returned, and the reply is still to come.
 * - `over`: it is settled.
 */
export type TaskState = 'new' | 'waiting' | 'queued' | 'running' | 'open' | 'over';

/** A turn on a path of asks, which may be of another node: the actor, and the id of the message that its turn handles. */
export type PathStep = readonly [actorId: string, messageId: string];

/** Takes the reply of a message that was asked. */
export interface Caller {
  /** Whether the caller has left. A caller that has left ignores the reply. */
  readonly closed: boolean;
  /**
   * True for a place in a broadcast. It keeps the values of a streamed reply until the stream completes, so a caller that leaves before that
   * has received none.
   */
  readonly holdsBack?: boolean;
  /** True for an `offer`, whose caller waits until the mailbox has taken the message, not for a reply. */
  readonly untilTaken?: boolean;
  /** The turns that wait for the reply, if the ask came from another node: the path of asks that led to it. */
  readonly path?: readonly PathStep[];
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
  /** Takes a plain or promised reply: `next` and `complete` in one. */
  succeed?(value: unknown): void;
}

/** Gives a caller a plain or promised reply. */
export function giveReply(caller: Caller, value: unknown): void {
  if (caller.succeed !== undefined) caller.succeed(value);
  else {
    caller.next(value);
    caller.complete();
  }
}

/** Why a recipient refuses a message. */
export type RefusalCode = FailureCode | 'NoRoute';

/** Takes or refuses the messages to one id: a mailbox, or `Absent` if there is no actor. */
export interface Recipient {
  readonly system: System;
  /** Empty for a mailbox without a broker. `undefined` if no route was found. */
  readonly id: string | undefined;
  /** Whether a message may run at once, on its sender's stack. */
  readonly isDirect: boolean;
  /** How many turns have begun. */
  readonly delivered: number;
  /** The host of the broker that this mailbox left last. A turn that began there still sends through it. */
  readonly formerHost: Host | undefined;
  /** The error of its refusals, if that is no ordinary one: a route that failed, or an interceptor that refused. */
  readonly error?: unknown;
  /** Takes a message, as part of a step. Returns why it refuses, or `null`. */
  take(task: Task): RefusalCode | null;
  /**
   * Takes a plain message: nobody waits for its reply, and it has no task yet. `stamp` is `null` if it has no options. Returns why it
   * refuses, or `null`; the sender then calls `losePlain`.
   */
  takePlain(message: unknown, lane: number, stamp: Stamp | null): RefusalCode | null;
  /** Settles a plain message that was refused. */
  losePlain(message: unknown, lane: number, code: RefusalCode, stamp: Stamp | null): void;
  /** Takes a waiting or queued message out, which frees its place. */
  withdraw(task: Task): void;
  /** Frees the seat of a turn. */
  freeSeat(task: Task): void;
  /** The timeout of a message is over. A mailbox ends the message. Part of a step. */
  timeUp(task: Task): void;
  /** Ends a closed mailbox that has nothing left. To be called when a message is over. */
  endIfEmpty(): void;
  /** Counts a lost message, and tells `losses$`. */
  noteLoss(message: unknown, code: FailureCode): void;
}

/** How a message ends, in the words of the table of DESIGN §2. */
export interface End {
  readonly outcome: TurnOutcome | 'failed';
  readonly code?: FailureCount | 'HandlerFailed';
  /** The error for the caller, and for the dead letter of a turn. */
  readonly error?: unknown;
  /** Gives the caller its reply. */
  readonly reply?: (caller: Caller) => void;
  /** The message was lost on another node, where its dead letter was made. */
  readonly hasLetter?: boolean;
}

/**
 * Counts and tells what becomes of messages. A broker's journal tells its observers, that of a mailbox without a broker writes to the
 * console. Its methods are called as part of a step, and tell by the outbox.
 */
export interface Journal {
  /** Whether the begin of turns is to be told by `began`. */
  readonly followsTurns: boolean;
  /** Whether events of an actor are observed. If so, every message to it has a task, and `sent`, `queued` and `delivered` must be called. */
  observes(id: string | undefined): boolean;
  /** Whether nobody would see a dead letter of an actor. If so, a plain message that fails before its turn is only counted (`countFailure`). */
  ignoresLettersOf(id: string | undefined): boolean;
  /** `parent`: the turn that sends it by its context. */
  sent(task: Task, parent: Task | null): void;
  queued(task: Task, isWaiting: boolean): void;
  /** A turn begins. */
  began(task: Task): void;
  delivered(task: Task): void;
  ended(task: Task, end: End): void;
  /** Counts a failure that nobody is told of. */
  countFailure(code: RefusalCode): void;
  /** A registered mailbox was closed. */
  closed(id: string, error: unknown): void;
  /** A hook of an actor threw or rejected (rule O7). */
  hookFailed(hook: 'onStart' | 'onStop', id: string, error: unknown): void;
  /** A callback of the user's threw, and no caller waits for its error. */
  callbackFailed(what: string, error: unknown): void;
}

/** The part of a broker that its mailboxes and the contexts of their turns call. */
export interface Host {
  /** The broker that contexts give: the broker itself, or an object that stands before it. */
  broker: MessageBroker;
  ask(task: Task, id: string, message: unknown, options: SendOptions | undefined): Observable<unknown>;
  tell(task: Task, id: string, message: unknown, options: TellOptions | undefined): SendResult;
  /**
   * Fails the asks of an open turn that are in a deadlock (rule O6). A method of the host, so that a bundle with `Mailbox` alone has no code
   * for deadlocks.
   */
  breakCircles(turn: Task): void;
  /** Sends a message that `next` of a registered mailbox was given. */
  tellMailbox(id: string, message: unknown): void;
  /** A registered mailbox was closed. Part of a step. */
  mailboxClosed(id: string): void;
}

/** Calls a handler, or answers in its place. */
export type Intercept = (handler: Handler, message: unknown, task: Task) => unknown;

/** The parts that all mailboxes of a broker share. A mailbox without a broker has a system of its own, `LoneSystem`. */
export interface System {
  readonly dispatcher: Dispatcher;
  readonly counts: Counts;
  readonly journal: Journal;
  /** `null` without a broker. */
  readonly host: Host | null;
  /** The scheduler for mailboxes that have no `dispatcher` of their own. `undefined`: they drain on the sender's stack. */
  readonly drainsAt: SchedulerLike | undefined;
  /** Stands around every handler: the interceptors. `null` without them. */
  readonly intercept: Intercept | null;
  /** Finds the actor of a turn on a path of asks that leads over other nodes. `null`: there are no other nodes. */
  readonly lookUp: ((id: string) => Recipient | undefined) | null;
  nextId(): string;
  /** Whether somebody observes the events of this actor alone. */
  watches(id: string): boolean;
  /** Whether a turn of this mailbox is on the stack. */
  isRunning(mailbox: Runnable): boolean;
  /** Lets go of a mailbox that moves to another system. */
  left(mailbox: Runnable): void;
}

/** The stream with which an open turn replies. */
export interface OpenReply {
  /** Unsubscribes. */
  stop(): void;
}

/**
 * One message, its state, and the context that its handler gets. Every message that runs has a task, so a task is small: one field more
 * costs a `trySend` 2 to 3 % of `Subject.next`. `rest` holds the fields that only some messages need.
 */
export class Task implements ActorContext {
  state: TaskState;
  readonly recipient: Recipient;
  /** The priority as a number, 0 low to 3 critical. */
  readonly lane: number;
  /** When it was sent, and its details. `null` for a message without options that runs at once. */
  stamp: Stamp | null;
  rest: TaskRest | null;

  constructor(recipient: Recipient, lane: number, state: TaskState, stamp: Stamp | null) {
    this.state = state;
    this.recipient = recipient;
    this.lane = lane;
    this.stamp = stamp;
    this.rest = null;
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  get system(): System {
    return this.recipient.system;
  }

  /** `undefined` while the handler of a plain message runs: until then only the function that runs it holds the message. */
  get message(): unknown {
    return this.rest === null ? undefined : this.rest.message;
  }

  /** Takes the reply. `null` for a message that was told, not asked. */
  get caller(): Caller | null {
    return this.rest === null ? null : this.rest.caller;
  }

  get isAsked(): boolean {
    return this.caller !== null;
  }

  /** Whether a caller waits for the reply. */
  get isRequest(): boolean {
    return this.caller !== null && this.caller.untilTaken !== true;
  }

  get details(): Details {
    return this.stamp === null ? PLAIN : this.stamp.details;
  }

  /** Whether the task has left its queue. A slot of the queue that still holds it is a tombstone. */
  get withdrawn(): boolean {
    return this.state !== 'queued' && this.state !== 'waiting';
  }

  get id(): string {
    return (this.more().id ??= this.system.nextId());
  }

  get priority(): Priority {
    return PRIORITIES[this.lane] as Priority;
  }

  /** When it was sent. If nobody has read this before, the clock is read now. */
  get sentAt(): number {
    const stamp = (this.stamp ??= this.system.dispatcher.stamp());
    return (stamp.at ??= this.system.dispatcher.now());
  }

  /** `rest`, made now if there is none. */
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

/** Makes a task that holds its message and its caller from the start. */
export function newTask(recipient: Recipient, message: unknown, lane: number, caller: Caller | null, stamp: Stamp): Task {
  const task = new Task(recipient, lane, 'new', stamp);
  const rest = task.more();
  rest.message = message;
  rest.caller = caller;
  return task;
}

// A function, since a private method would add a hidden field to each task.
function hostOf({ recipient, system }: Task): Host {
  const host = system.host ?? recipient.formerHost;
  if (host === undefined) throw new BrokerError('NotFound', 'this mailbox is registered with no broker; register it, and its context can send');
  return host;
}

const NO_ASKS: ReadonlySet<Task> = /* @__PURE__ */ new Set();

/** The fields that only some tasks need. */
export class TaskRest {
  message: unknown = undefined;
  caller: Caller | null = null;
  /** Made when it is first read. */
  id: string | undefined = undefined;
  envelope: Envelope | undefined = undefined;
  /** The caller's timeout in milliseconds. */
  timeout: number = Infinity;
  /** The scheduler's action for `timeout`. */
  timer: Subscription | undefined = undefined;
  /** The scheduler's action for the mailbox's `turnTimeout`. */
  turnTimer: Subscription | undefined = undefined;
  /** Takes the listener off the caller's `AbortSignal`. */
  unlisten: (() => void) | undefined = undefined;
  /** The turn that waits for this ask (`context.send`). */
  parent: Task | undefined = undefined;
  /** The asks that this turn waits for. */
  asks: ReadonlySet<Task> = NO_ASKS;
  controller: AbortController | undefined = undefined;
  /** Whether the turn was ended from outside. */
  isAborted = false;
  /** The reason of the turn's signal. */
  abortReason: unknown = undefined;
  /** The index of its seat in `MailboxCore.seats`, or the number of an ask on the link to its actor's node; -1 if it has none. */
  seat = -1;
  /** Whether a promise settles the turn. A promise keeps its seat until it settles, even if the turn was aborted (rule M4). */
  isPromise = false;
  /** When its turn began, if the broker takes turn times. */
  beganAt: number | undefined = undefined;
  /** The number of its turn in its mailbox. */
  turn = 0;
  reply: OpenReply | undefined = undefined;
  /** The `HandedOut` of the subscriber of `deliveries$` that got the message, if one did. */
  consumer: object | undefined = undefined;
  /** Whether the first value of a streamed reply has come. It ends the timeout, and a caller that leaves after it was served (rules S2, S4). */
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
  const envelope: { -readonly [Fact in keyof Envelope]: Envelope[Fact] } = { id, priority, sentAt, attempt, headers };
  // Spreads in place of these two would cost more than everything else here.
  if (topic !== undefined) envelope.topic = topic;
  if (sender !== undefined) envelope.sender = sender;
  return Object.freeze(envelope);
}
