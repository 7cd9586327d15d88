import { failureOf } from '../failure/failure-of';
import { Observable, type Subscriber } from 'rxjs';
import type { FailureCode } from '../failure/failure-code';
import { askDirect } from '../mailbox/direct';
import type { Dispatch } from '../mailbox/dispatch';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { TAKEN } from '../mailbox/taken';
import { type Caller, MessageRecord } from '../mailbox/message-record';
import { prepare } from '../mailbox/tell';
import type { Turn } from '../mailbox/turn';
import { isAborted } from '../mailbox/turn-abort';
import { breakCircles } from '../mailbox/turn-outcome';
import { ON_STACK, OPEN } from '../mailbox/turn-state';
import type { SendOptions } from '../message/send-options';
import type { Ledger } from '../observability/ledger';
import { SAMPLE_MASK } from '../observability/sampling';
import { untilAborted } from './until-aborted';

/** What every ask of a broker needs. */
export interface AskContext {
  readonly actors: ReadonlyMap<string, MailboxCore>;
  readonly dispatch: Dispatch;
  readonly ledger: Ledger;
  readonly requestTimeout: number;
}

/** What is said about an ask, where anything is. */
export interface AskDetails {
  readonly lane: number;
  readonly options: SendOptions | undefined;
  /** The turn that waits for the reply. */
  readonly parent: Turn | null;
  readonly topic: string | undefined;
}

/**
 * The reply to one message, cold (rule S1). Its subscribe function is shared and reads `this`, which saves a closure for each send.
 */
export class ReplyStream extends Observable<unknown> {
  readonly broker: AskContext;
  readonly id: string;
  readonly message: unknown;
  readonly details: AskDetails | null;

  constructor(broker: AskContext, id: string, message: unknown, details: AskDetails | null) {
    super(subscribe);
    this.broker = broker;
    this.id = id;
    this.message = message;
    this.details = details;
  }
}

const PLAIN: AskDetails = { lane: 1, options: undefined, parent: null, topic: undefined };

function subscribe(this: Observable<unknown>, subscriber: Subscriber<unknown>): void {
  const { broker, id, message, details } = this as ReplyStream;
  const core = broker.actors.get(id);
  if (core !== undefined && details === null && (core.flags | broker.dispatch.flags) === 0 && (broker.dispatch.succeeded & SAMPLE_MASK) !== 0) {
    askDirect(core, broker.dispatch, message, subscriber);
    return;
  }
  askSlowly(broker, id, message, details ?? PLAIN, subscriber);
}

/** An ask with options, from a turn, observed, or to an actor that is busy, closed or not there. */
export function askSlowly(broker: AskContext, id: string, message: unknown, details: AskDetails, subscriber: Subscriber<unknown>): void {
  const { dispatch, ledger } = broker;
  const { options, parent } = details;
  const signal = options?.signal;
  if (signal?.aborted === true) {
    subscriber.error(signal.reason);
    return;
  }
  if (parent !== null && isAborted(parent)) {
    subscriber.error(failureOf('ActorStopped', parent.self, true, 'the turn that asked was aborted'));
    return;
  }
  if (subscriber.closed) return;
  const startedAt = ledger.isSampleDue() ? performance.now() : -1;
  const record = recordOf(dispatch, message, details, subscriber);
  const isWaitedFor = parent !== null && (parent.state === ON_STACK || parent.state === OPEN);
  if (isWaitedFor) {
    record.parent = parent;
    parent.open().asks.add(record);
  }
  subscriber.add(record);
  if (signal !== undefined) record.unlisten = untilAborted(signal, record);
  offer(broker, broker.actors.get(id) ?? null, id, record, isWaitedFor, startedAt);
  if (record.isOver) return;
  record.expireIn(options?.timeout ?? broker.requestTimeout);
  if (isWaitedFor && parent.state === OPEN) breakCircles(parent);
}

/** Counts a record as sent and hands it to its mailbox; a refusal is counted and told. */
export function offer(
  broker: AskContext,
  core: MailboxCore | null,
  id: string | undefined,
  record: MessageRecord,
  inside: boolean,
  startedAt: number,
): void {
  const { dispatch, ledger } = broker;
  const { message } = record;
  ledger.requests++;
  record.core = core;
  record.target = id;
  prepare(dispatch, core, message, record, id);
  let code: FailureCode | typeof TAKEN;
  if (dispatch.isRefusing && !inside) code = 'BrokerClosed';
  else if (core === null) code = 'ActorNotFound';
  else {
    if (startedAt >= 0) ledger.sample(performance.now() - startedAt);
    code = core.take(message, record, record.lane, true);
  }
  if (code === TAKEN) {
    dispatch.resume();
    return;
  }
  if (core !== null) core.lose(message, record, code);
  else refuseUnknown(ledger, id, message, record, code);
}

/** A message for an actor that is not there. */
function refuseUnknown(ledger: Ledger, id: string | undefined, message: unknown, record: MessageRecord, code: FailureCode): void {
  const { caller } = record;
  record.done();
  ledger.failed(code, id, message, record);
  caller?.error(failureOf(code, id, false));
}

/** The record of a message, with what its options say. */
export function recordOf(dispatch: Dispatch, message: unknown, details: AskDetails, caller: Caller | null): MessageRecord {
  const { options, parent, lane, topic } = details;
  const record = new MessageRecord(dispatch, message, lane, caller, dispatch.scheduler.now());
  record.topic = topic;
  if (options !== undefined) {
    if (options.ttl !== undefined) record.ttl = options.ttl;
    if (options.headers !== undefined) record.headers = options.headers;
    record.sender = options.sender;
  }
  if (parent !== null) record.sender ??= parent.self;
  return record;
}
