import { Observable, type Subscriber } from 'rxjs';
import type { FailureCode } from '../failure/failure-code';
import { failureOf } from '../failure/failure-of';
import { askDirect } from '../mailbox/direct';
import type { Dispatch } from '../mailbox/dispatch/dispatch';
import type { Host } from '../mailbox/dispatch/host';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { offer } from '../mailbox/offer';
import { ASKED } from '../mailbox/state/flags';
import { ON_STACK, OPEN } from '../mailbox/state/turn-state';
import type { TAKEN } from '../mailbox/taken';
import { breakCircles } from '../mailbox/turn/deadlock';
import { type MessageProperties, NO_HEADERS, PLAIN } from '../mailbox/turn/message-properties';
import { type Caller, MessageRecord } from '../mailbox/turn/message-record';
import type { Turn } from '../mailbox/turn/turn';
import { isAborted } from '../mailbox/turn/turn-abort';
import { NORMAL_LANE } from '../message/lane';
import type { SendOptions } from '../message/send-options';
import type { Ledger } from '../observability/ledger';
import { isCalledOff, untilAborted } from './until-aborted';

/** What every ask of a broker needs. */
export interface AskContext {
  readonly actors: ReadonlyMap<string, MailboxCore>;
  readonly dispatch: Dispatch;
  readonly ledger: Ledger;
  readonly requestTimeout: number;
}

/** What is said about a message, where anything is. */
export interface Details {
  readonly lane: number;
  readonly options?: SendOptions | undefined;
  /** The turn that waits for the reply. */
  readonly parent?: Turn | null;
  readonly topic?: string | undefined;
  /** Of a letter that is sent again. */
  readonly attempt?: number;
  readonly broadcast?: boolean;
}

/**
 * The reply to one message, cold (rule S1). Its subscribe function is shared and reads `this`, which saves a closure for each send.
 */
export class ReplyStream extends Observable<unknown> {
  readonly broker: AskContext;
  readonly id: string;
  readonly message: unknown;
  readonly details: Details | null;

  constructor(broker: AskContext, id: string, message: unknown, details: Details | null) {
    super(subscribe);
    this.broker = broker;
    this.id = id;
    this.message = message;
    this.details = details;
  }
}

const NO_DETAILS: Details = { lane: NORMAL_LANE };

function subscribe(this: Observable<unknown>, subscriber: Subscriber<unknown>): void {
  const { broker, id, message, details } = this as ReplyStream;
  const core = broker.actors.get(id);
  const isTimed = core !== undefined && broker.ledger.isSampleDue(core);
  if (core !== undefined && !isTimed && details === null && !subscriber.closed && (core.flags | broker.dispatch.flags) === 0) {
    askDirect(core, broker.dispatch, message, subscriber);
  } else askSlowly(broker, core ?? null, id, message, details ?? NO_DETAILS, subscriber, isTimed);
}

/** An ask with options, from a turn, observed, or to an actor that is busy, closed or not there. */
function askSlowly(
  broker: AskContext,
  core: MailboxCore | null,
  id: string,
  message: unknown,
  details: Details,
  subscriber: Subscriber<unknown>,
  isTimed: boolean,
): void {
  const { dispatch, ledger } = broker;
  const { options, parent = null } = details;
  const signal = options?.signal;
  if (isCalledOff(subscriber, signal)) return;
  if (parent !== null && isAborted(parent)) {
    subscriber.error(failureOf('ActorStopped', id, false, 'not sent, since the turn that asks was aborted'));
    return;
  }
  const startedAt = isTimed ? performance.now() : -1;
  const record = recordOf(dispatch, message, details.lane, propertiesOf(details), subscriber);
  const isWaitedFor = parent !== null && (parent.state === ON_STACK || parent.state === OPEN);
  if (isWaitedFor) {
    record.parent = parent;
    parent.open().waitFor(record);
  }
  subscriber.add(record);
  if (signal !== undefined) record.unlisten = untilAborted(signal, record);
  if (startedAt >= 0) ledger.sample(performance.now() - startedAt);
  // Whoever is told what this one pushes out may ask, too.
  const order = dispatch.deadlines.reserve();
  offerRecord(dispatch, core, id, record, isWaitedFor);
  if (record.isOver) return;
  record.expireIn(options?.timeout ?? broker.requestTimeout, record.sentAt, order);
  if (isWaitedFor && parent.state === OPEN) breakCircles(parent);
}

/** A direct ask is left open: from here its caller can cancel it, and its clock runs (rule S4). */
export function adopt(turn: Turn, caller: Caller): void {
  const { dispatch } = turn.core.runQueue;
  const record = turn.record();
  record.caller = caller;
  record.asked = true;
  dispatch.requests++;
  dispatch.flags &= ~ASKED;
  // Read anew: `sentAt` is coarse, and the handler's own stretch need not count.
  record.expireIn((dispatch.host as Host).requestTimeout, dispatch.scheduler.now());
  (caller as Subscriber<unknown>).add(record);
}

/** Hands a record to its mailbox, or to nobody. */
export function offerRecord(dispatch: Dispatch, core: MailboxCore | null, id: string | undefined, record: MessageRecord, inside: boolean): FailureCode | typeof TAKEN {
  record.core = core;
  record.target = id;
  return offer(dispatch, core, id, record.message, record, inside);
}

/** The record of a message that is sent now. */
export function recordOf(dispatch: Dispatch, message: unknown, lane: number, properties: MessageProperties, caller: Caller | null): MessageRecord {
  if (caller !== null) dispatch.requests++;
  return new MessageRecord(dispatch, message, lane, properties, caller, dispatch.scheduler.now());
}

/** What the options and the circumstances of a message say of it. */
export function propertiesOf({ options, parent, topic, attempt = 1, broadcast = false }: Details): MessageProperties {
  const ttl = options?.ttl ?? -1;
  const sender = options?.sender ?? parent?.self;
  const headers = options?.headers ?? NO_HEADERS;
  const isPlain = ttl < 0 && sender === undefined && topic === undefined && headers === NO_HEADERS && attempt === 1 && !broadcast;
  return isPlain ? PLAIN : { ttl, sender, topic, headers, attempt, broadcast };
}
