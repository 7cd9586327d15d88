/** The part that all states of a request have. */
export interface Reloadable {
  /** Cancels the request if it is open, and sends the message again. It does nothing without a message, and after the component has left. */
  readonly reload: () => void;
}

/** No message is given, so there is nothing to send. */
export interface IdleRequest extends Reloadable {
  /** What has become of the message. */
  readonly status: 'idle';
  /** There is no value. */
  readonly value?: undefined;
  /** There is no error. */
  readonly error?: undefined;
  /** No request is open. */
  readonly isPending: false;
}

/** The message is sent, or will be when the component has mounted. No reply has come yet. */
export interface PendingRequest extends Reloadable {
  /** What has become of the message. */
  readonly status: 'pending';
  /** There is no value yet. */
  readonly value?: undefined;
  /** There is no error. */
  readonly error?: undefined;
  /** The request is open. */
  readonly isPending: true;
}

/** The reply has come. */
export interface AnsweredRequest<Reply> extends Reloadable {
  /** What has become of the message. */
  readonly status: 'success';
  /** The reply. If it is a stream, its last value so far; `undefined` if a stream ends without a value. */
  readonly value: Reply;
  /** There is no error. */
  readonly error?: undefined;
  /** Whether the request is open: `reload` has sent it again, or its reply is a stream that goes on. */
  readonly isPending: boolean;
}

/** The request has failed. */
export interface FailedRequest extends Reloadable {
  /** What has become of the message. */
  readonly status: 'error';
  /** There is no value. */
  readonly value?: undefined;
  /** A `SendError` of the broker, or the handler's own error. */
  readonly error: unknown;
  /** Whether the request is open: `reload` has sent it again. */
  readonly isPending: boolean;
}

/** What has become of a request. Its `status` says which of these it is. */
export type RequestState<Reply> = IdleRequest | PendingRequest | AnsweredRequest<Reply> | FailedRequest;
