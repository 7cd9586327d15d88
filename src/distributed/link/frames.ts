import type { FailureCode } from '../../failure/failure-code';
import type { PathStep } from '../../kernel/task';
import type { BrokerMetrics } from '../../message/broker-metrics';
import type { Encoded } from '../codec/codec';

/** The newest version of the frames that this node understands, and the oldest. Two nodes speak the lower one of their newest. */
export const NEWEST_VERSION = 1;
export const OLDEST_VERSION = 1;

/** The number of an ask on a link, chosen by the node that asks. */
export type Ref = number;

/** Whether a handler saw the message: 0 no, 1 yes, 2 unknown. */
export type Started = 0 | 1 | 2;

/** The facts about a message that only some have. */
export interface Rest {
  readonly ttl?: number;
  readonly sender?: string;
  readonly topic?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly attempt?: number;
  readonly path?: readonly PathStep[];
}

/** The version of a retained value: a count, and the node that set it. Of two values the one with the higher count stays. */
export type Revision = readonly [count: number, nodeId: string];

/**
 * A message to those actors of a topic that are named, and, if it `announces`, to the observers of the topic. `revision`: 0 if it is not
 * retained.
 */
export type PublishFrame = readonly [
  kind: 'publish',
  topic: string,
  lane: number,
  rest: Rest | 0,
  ids: readonly string[],
  revision: Revision | 0,
  announces: boolean,
  payload: Encoded,
];

/**
 * A message to the actors that are named, and, if it `announces`, to the observers of `broadcasts$`. The asks have the numbers from `first` on;
 * 0: it is told.
 */
export type BroadcastFrame = readonly [
  kind: 'broadcast',
  lane: number,
  timeout: number | null,
  rest: Rest | 0,
  first: Ref,
  ids: readonly string[],
  announces: boolean,
  payload: Encoded,
];

/** A message to one actor, which somebody waits for: an ask, or an `offer`. `timeout`: the milliseconds that are left; `null` for ever. */
export type AskFrame = readonly [kind: 'ask' | 'offer', ref: Ref, id: string, lane: number, timeout: number | null, rest: Rest | 0, payload: Encoded];

export type TellFrame = readonly [kind: 'tell', id: string, lane: number, rest: Rest | 0, payload: Encoded];

/** What an ask comes to: a value that is the whole reply, one of several, the end, a failure of the broker, or an error of the handler. */
export type ReplyFrame =
  | readonly [kind: 'value' | 'next', ref: Ref, payload: Encoded]
  | readonly [kind: 'complete', ref: Ref]
  | readonly [kind: 'failed', ref: Ref, code: FailureCode, started: Started, actorId: string, message: string]
  | readonly [kind: 'error', ref: Ref, name: string, message: string, code: string];

/** What another node tells of its actors, its observers and its retained values. */
export type NewsFrame =
  | readonly [kind: 'registered', id: string, isClosed: boolean, patterns: readonly string[]]
  | readonly [kind: 'gone' | 'closed', id: string]
  | readonly [kind: 'bind' | 'unbind', pattern: string, id: string]
  | readonly [kind: 'interest', pattern: string, isThere: boolean]
  | readonly [kind: 'clear', topic: string, revision: Revision]
  /** A retained value, for a node that has come later. */
  | readonly [kind: 'retained', topic: string, revision: Revision, payload: Encoded]
  /** Everything that was there when the nodes met has been told. */
  | readonly [kind: 'synced']
  /** The node is closing: it takes no more messages from those that have read this. */
  | readonly [kind: 'leaving']
  /** The answer to `leaving`: all messages for that node were sent before this. A receipt would not say so, since it may overtake them. */
  | readonly [kind: 'let-go'];

/** All that goes from one node to another. A batch is `[seq, ack, frame…]`. */
export type Frame =
  /** The first frame on a link. Its form is the same in all versions. */
  | readonly [kind: 'hello', newest: number, oldest: number, name: string, namespace: string]
  | AskFrame
  | TellFrame
  | BroadcastFrame
  | PublishFrame
  | readonly [kind: 'cancel', ref: Ref]
  | ReplyFrame
  | NewsFrame
  | readonly [kind: 'measure', ref: Ref]
  | readonly [kind: 'measured', ref: Ref, metrics: BrokerMetrics, badFrames: number];

export type FrameKind = Frame[0];
