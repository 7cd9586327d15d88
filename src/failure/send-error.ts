import type { FailureCode } from './failure-code';

/** What happened, and what to do about it. */
const ADVICE: Readonly<Record<FailureCode, string>> = {
  ActorNotFound: 'no actor is registered under this id; register or spawn it first, or watch(id) for its end',
  ActorStopped: 'it ends, or its mailbox is closed; watch(id) tells when the id is free to be registered again',
  MailboxFull: "its mailbox is full; slow the sender down (pressure$), raise the capacity, or choose overflow 'block', 'drop-oldest' or 'drop-newest'",
  Timeout: 'it took longer than its timeout; raise timeout or requestTimeout, or look at what its actor waits for',
  Dropped: "the mailbox was full and its overflow strategy dropped the message; raise the capacity, or choose overflow 'fail' or 'block'",
  Expired: 'it waited longer than its ttl before its turn came; raise the ttl, or the concurrency of its actor',
  Deadlock: 'turns wait for one another in a circle; use trySend or broker.send for what this turn need not wait for',
  Unhandled: 'nothing handled it; add a handler for its type, or settle every delivery',
  BrokerClosed: 'the broker is closing or closed; send before close(), or to another broker',
};

/** What `SendError` is made of besides its code. */
export interface SendErrorOptions {
  readonly actorId?: string | undefined;
  /** Whether a handler saw the message. Default false. */
  readonly started?: boolean;
  /** More about this very case, such as the path of a deadlock. */
  readonly detail?: string | undefined;
}

/** A message that the broker failed. Whatever else a reply stream errors with comes from the actor. */
export class SendError extends Error {
  override readonly name: string = 'SendError';
  readonly code: FailureCode;
  readonly actorId?: string;
  /** False: no handler saw the message, so sending it again is safe. */
  readonly started: boolean;

  constructor(code: FailureCode, options: SendErrorOptions = {}) {
    const { actorId, started = false, detail } = options;
    super(`${code}: message to ${actorId === undefined ? 'the broker' : `'${shorten(actorId)}'`} failed: ${ADVICE[code]}${detail === undefined ? '' : ` (${detail})`}`);
    this.code = code;
    if (actorId !== undefined) this.actorId = actorId;
    this.started = started;
  }
}

/** An id of a megabyte is allowed, but not in every log line. */
function shorten(id: string): string {
  return id.length > 200 ? `${id.slice(0, 200)}…` : id;
}
