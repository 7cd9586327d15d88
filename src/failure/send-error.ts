import { describeValue } from './check';
import type { FailureCode } from './failure-code';

/** What happened, and what to do about it. */
const ADVICE: Readonly<Record<FailureCode, string>> = {
  ActorNotFound: 'no such actor; register or spawn it first, or watch(id) for its end',
  ActorStopped: 'its mailbox is closed, or the turn that asked was ended; watch(id) tells when its id is free',
  MailboxFull: 'its mailbox is full; send less (pressure$), raise the capacity, or choose another overflow',
  Timeout: 'it took longer than its timeout; raise it, or look at what its actor waits for',
  Dropped: 'its mailbox was full; raise the capacity, or choose another overflow',
  Expired: 'it waited longer than its ttl; raise it, or the concurrency of its actor',
  Deadlock: 'turns wait for one another; use trySend or broker.send for what need not be waited for',
  Unhandled: 'nothing handled it; add a handler for its type, or settle every delivery',
  BrokerClosed: 'the broker is closing or closed; send before close()',
};

/** What `SendError` is made of besides its code. */
export interface SendErrorOptions {
  /** The actor the message was for. Absent: the broker refused it. */
  readonly actorId?: string | undefined;
  /** Whether a handler saw the message. Default false. */
  readonly started?: boolean;
  /** More about this very case, such as the path of a deadlock. */
  readonly detail?: string | undefined;
}

/**
 * A message that the broker failed. Any other error of a reply stream comes from the actor.
 *
 * If a handler lets the error of its own nested ask escape, the outer caller receives the same error: `actorId` names the inner actor, and
 * `started` says whether that one's handler saw the message.
 */
export class SendError extends Error {
  /** `'SendError'`. */
  override readonly name: string = 'SendError';
  /** Why, for programs. */
  readonly code: FailureCode;
  /** The actor the message was for. Absent where the broker itself refused it. */
  readonly actorId?: string;
  /** False: no handler of `actorId` saw the message, so sending it there again is safe. */
  readonly started: boolean;

  /** Made by the broker; by handlers and tests that want to look like one. */
  constructor(code: FailureCode, options: SendErrorOptions = {}) {
    const { actorId, started = false, detail } = options;
    super(`${code}: message to ${actorId === undefined ? 'the broker' : describeValue(actorId)} failed: ${ADVICE[code]}${detail === undefined ? '' : ` (${detail})`}`);
    this.code = code;
    if (actorId !== undefined) this.actorId = actorId;
    this.started = started;
  }
}
