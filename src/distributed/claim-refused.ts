/**
 * The end of a claim that will never be decided: this node may not have the id. A transport rejects `claim` with it, and with any other error if
 * the claim may be decided later. `ready` of the actor's registration rejects with it, and the actor has ended.
 *
 * ```ts
 * broker.spawn(account, handler).ready.catch((error) => error instanceof ClaimRefused && console.error(error.id, error.cause));
 * ```
 */
export class ClaimRefused extends Error {
  /** `'ClaimRefused'`. */
  override readonly name: string = 'ClaimRefused';
  /** The id that was claimed, as the transport got it: with the namespace before it. */
  readonly id: string;

  /** `options.cause`: why, for instance the server's error. */
  constructor(id: string, options?: { readonly cause?: unknown }) {
    super(`this node may not register ${JSON.stringify(id)}: the claim was refused for good`, options);
    this.id = id;
  }
}

/** Whether an error says that a claim will never be decided. It is told by its name, since a transport may have another copy of this package. */
export function isClaimRefused(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ClaimRefused';
}
