/**
 * The error of a handler on another node: what it threw there, as far as it crosses the wire. It has no stack of the other node.
 *
 * `name`, `message` and `code` are those of the handler's error. If the handler threw something that is no error, `message` describes that.
 * A `SendError` that a handler lets escape arrives as a `SendError`.
 *
 * ```ts
 * broker.send(account, withdraw).subscribe({ error: (error) => error instanceof RemoteError && error.code === 'Overdrawn' && refuse() });
 * ```
 */
export class RemoteError extends Error {
  /** The name of the handler's error: `'TypeError'`. */
  override readonly name: string;
  /** The `code` of the handler's error, if it had one that is text or a number. */
  readonly code?: string;

  /** The broker makes it. Tests may, too. */
  constructor(message: string, options: { readonly name?: string | undefined; readonly code?: string | undefined } = {}) {
    super(message);
    this.name = options.name ?? 'RemoteError';
    if (options.code !== undefined) this.code = options.code;
  }
}
