import { describeValue } from './check';
import type { FailureCode } from './failure-code';

/** For each code: what happened, and what to do about it. */
const ADVICE: Readonly<Record<FailureCode, string>> = {
  ActorNotFound: 'no such actor; register or spawn it first, or watch(id) for its end',
  ActorStopped: 'its mailbox is closed, or the turn that asked was ended; watch(id) tells when its id is free',
  MailboxFull: 'its mailbox is full; send less (pressure$), raise the capacity, or choose another overflow',
  Timeout: 'it took longer than its timeout; raise the timeout, or look at what the actor waits for',
  Dropped: 'its mailbox was full; raise the capacity, or choose another overflow',
  Expired: 'it waited longer than its ttl; raise the ttl, or the concurrency of the actor',
  Deadlock: 'turns wait for one another; use trySend or broker.send where the turn need not wait for the reply',
  Unhandled: 'nothing handled it; add a handler for its type, or settle every delivery',
  Rejected: 'an interceptor or a schema refused it; see the cause',
  BrokerClosed: 'the broker is closing or closed; send before close()',
  NodeUnavailable: 'its node has left or cannot be reached; watch(id), or send it again',
  ConnectionLost: 'this node has lost its connection to the others; `started` says whether a handler may have seen it',
  PayloadTooLarge: 'its encoded form is larger than the transport allows; send less, or a reference',
  Unserializable: 'it cannot be encoded for the wire; send plain data',
};

/** The parts of a `SendError` besides its code. */
export interface SendErrorOptions {
  /** An empty one: a mailbox without a broker has no id. */
  readonly actorId?: string | undefined;
  /** Whether a handler saw the message. Default false. */
  readonly started?: boolean | 'unknown';
  /** More about this case for the text, such as the path of a deadlock. */
  readonly detail?: string | undefined;
  /** The error of an interceptor or a schema, for `Rejected`. */
  readonly cause?: unknown;
}

/**
 * A message that the broker failed. Any other error of a reply stream comes from the actor.
 *
 * If a handler lets the error of its own nested ask escape, the outer caller receives the same error. Its `actorId` names the inner actor,
 * and `started` says whether the inner actor's handler saw the message.
 */
export class SendError extends Error {
  /** `'SendError'`. */
  override readonly name: string = 'SendError';
  /** Why the message failed. */
  readonly code: FailureCode;
  /** The actor that the message was for. Absent if no route was found, and for a mailbox without a broker. */
  readonly actorId?: string;
  /** False: no handler of `actorId` saw the message, so it is safe to send it there again. `'unknown'` comes only over a wire. */
  readonly started: boolean | 'unknown';

  /** The broker makes it. Handlers and tests may, too. */
  constructor(code: FailureCode, options: SendErrorOptions = {}) {
    const { actorId, started = false, detail, cause } = options;
    const target = actorId === undefined ? 'the broker' : actorId === '' ? 'a mailbox without a broker' : describeValue(actorId);
    const text = `${code}: message to ${target} failed: ${ADVICE[code]}${detail === undefined ? '' : ` (${detail})`}`;
    super(text, cause === undefined ? undefined : { cause });
    this.code = code;
    if (actorId !== undefined && actorId !== '') this.actorId = actorId;
    this.started = started;
  }
}
