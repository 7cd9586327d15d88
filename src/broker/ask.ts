import { type Subscriber, Observable } from 'rxjs';
import { SendError } from '../failure/send-error';
import { Absent } from '../kernel/absent';
import { breakCircles } from '../kernel/deadlock';
import type { Details } from '../kernel/details';
import { offer } from '../kernel/offer';
import { runAsk } from '../kernel/run';
import { Stamp } from '../kernel/stamp';
import { type Recipient, type Task, newTask } from '../kernel/task';
import { startTimer } from '../kernel/timers';
import { NORMAL_LANE } from '../message/lane';
import type { SendOptions } from '../message/send-options';
import { isSampleDue, sampleStart } from '../observability/routing-latency';
import type { BrokerSystem } from './broker-system';
import { detailsOf } from './details-of';
import { follow } from './follow';
import { isCalledOff } from './until-aborted';

/** What the caller said about an ask besides its message. */
export interface Asking {
  readonly lane: number;
  readonly options?: SendOptions | undefined;
  /** The turn that waits for the reply (`context.send`). */
  readonly parent?: Task | null;
  readonly topic?: string | undefined;
}

const PLAIN_ASKING: Asking = { lane: NORMAL_LANE };

/** The reply to one message, cold (rule S1). All share one subscribe function, which reads `this`: that saves a closure for each send. */
export class ReplyStream extends Observable<unknown> {
  readonly system: BrokerSystem;
  readonly id: string;
  readonly message: unknown;
  readonly asking: Asking | null;

  constructor(system: BrokerSystem, id: string, message: unknown, asking: Asking | null) {
    super(subscribe);
    this.system = system;
    this.id = id;
    this.message = message;
    this.asking = asking;
  }
}

function subscribe(this: Observable<unknown>, subscriber: Subscriber<unknown>): void {
  const { system, id, message, asking } = this as ReplyStream;
  const recipient = system.actors.get(id);
  if (recipient !== undefined && asking === null && recipient.isDirect && system.dispatcher.stack === 'quiet' && !subscriber.closed) {
    if (isSampleDue(recipient)) system.journal.latency.sampleDirect(system.actors, id);
    const task = runAsk(recipient, system.dispatcher, message, subscriber);
    if (task.state === 'open') {
      task.more().timeout = system.requestTimeout;
      startTimer(task);
    }
  } else ask(system, id, recipient, message, asking ?? PLAIN_ASKING, subscriber);
}

/** Sends an ask that does not take the direct path: it has options, comes from a turn, is observed or timed, or its actor is not idle. */
function ask(system: BrokerSystem, id: string, recipient: Recipient | undefined, message: unknown, asking: Asking, subscriber: Subscriber<unknown>): void {
  if (system.interceptsSends) askWith(system, id, message, asking, subscriber, () => system.recipient(id));
  else askRecipient(system, recipient ?? new Absent(system, id), message, detailsOf(asking.options, asking.parent ?? null), asking, subscriber);
}

/** Sends an ask whose recipient is looked up by `find` when the interceptors have seen it. `target`: the id it is for, if that is known before. */
export function askWith(
  system: BrokerSystem,
  target: string | undefined,
  message: unknown,
  asking: Asking,
  subscriber: Subscriber<unknown>,
  find: (message: unknown) => Recipient,
): void {
  const { options, parent = null, topic } = asking;
  if (isNotSent(system, target, asking, subscriber)) return;
  const givenDetails = detailsOf(options, parent, topic);
  const passed = system.pass({ kind: 'ask', message, details: givenDetails, target, parent });
  askRecipient(system, passed.refusal ?? find(passed.message), passed.message, passed.details, asking, subscriber);
}

/** Sends an ask whose details are known. */
export function askRecipient(system: BrokerSystem, recipient: Recipient, message: unknown, givenDetails: Details, asking: Asking, subscriber: Subscriber<unknown>): void {
  const { lane, options, parent = null } = asking;
  if (isNotSent(system, recipient.id, asking, subscriber)) return;
  const { dispatcher, journal, requestTimeout } = system;
  const startedAt = sampleStart(recipient);
  const stamp = new Stamp(undefined, system.outgoing(message, givenDetails));
  const task = newTask(recipient, message, lane, subscriber, stamp);
  task.more().timeout = options?.timeout ?? requestTimeout;
  const isOutermost = dispatcher.enter();
  try {
    if (parent !== null) waitFor(parent, task);
    offer(task, system.refuses(parent), parent);
    journal.latency.sample(startedAt);
    if (task.state === 'over') return;
    follow(task, subscriber, options?.signal);
    if (parent?.state === 'open') breakCircles(parent);
  } finally {
    if (isOutermost) dispatcher.finish();
  }
  // The timeout of an ask from outside starts at the end of its own call, if the ask is still open (rule S4).
  startTimer(task);
}

/** Whether an ask is not sent: its caller has left, its signal has aborted, or the turn that asks was aborted. Its caller is told so now. */
function isNotSent(system: BrokerSystem, target: string | undefined, { options, parent }: Asking, subscriber: Subscriber<unknown>): boolean {
  if (isCalledOff(subscriber, options?.signal)) return true;
  if (parent?.rest?.isAborted !== true) return false;
  const error = new SendError('ActorStopped', { actorId: target, detail: 'not sent, since the turn that asks was aborted' });
  system.dispatcher.tellNow(() => subscriber.error(error));
  return true;
}

function waitFor(parent: Task, task: Task): void {
  task.more().parent = parent;
  parent.more().waitFor(task);
}
