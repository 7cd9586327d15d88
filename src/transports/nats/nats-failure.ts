/** The codes of the server for a write that expected another revision. */
const REFUSED_WRITES: readonly unknown[] = [10071, 10164];
/** The code for a stream that is not there. Right after a stream was made, some servers of a cluster do not know it yet. */
const NO_STREAM = 10059;
/** The status of the server for what it cannot do at the moment, for instance while it elects a leader. */
const UNAVAILABLE = 503;
/** Names of errors after which the same request may succeed later. */
const TEMPORARY: readonly unknown[] = ['TimeoutError', 'NoResponders', 'JetStreamNotEnabled', 'Disconnected', 'Unsettled'];

/**
 * A write was refused, though the key has the revision that was expected: an earlier write is still on its way to a majority of the servers.
 * Another try may succeed later.
 */
export class Unsettled extends Error {
  override readonly name = 'Unsettled';

  constructor(key: string) {
    super(`the servers have not settled an earlier write of '${key}'`);
  }
}

/** Whether the server refused a write since the key has another revision than expected. */
export function isRefusedWrite(error: unknown): boolean {
  return REFUSED_WRITES.includes((error as { code?: unknown } | null)?.code);
}

/**
 * Whether a request may succeed later: the server did not answer, has no leader, or the connection was lost. It may also have happened.
 *
 * Errors are told by their names, since the user's client may be another copy of the library.
 */
export function isTemporary(error: unknown): boolean {
  const { name, status, code, cause } = (error ?? {}) as { name?: unknown; status?: unknown; code?: unknown; cause?: unknown };
  if (TEMPORARY.includes(name) || status === UNAVAILABLE || code === NO_STREAM) return true;
  return name === 'RequestError' && (cause === undefined || isTemporary(cause));
}

/** The subject that the server did not let this client use, if `error` says so. */
export function deniedSubject(error: unknown): string | undefined {
  const { name, subject, cause } = (error ?? {}) as { name?: unknown; subject?: unknown; cause?: unknown };
  if (name === 'PermissionViolationError' && typeof subject === 'string') return subject;
  return cause === undefined ? undefined : deniedSubject(cause);
}
