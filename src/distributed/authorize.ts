import { refuse } from '../failure/check';

/** Something that another node asks of this one, as `authorize` sees it. */
export interface IncomingFrame {
  /**
   * A message to an actor (`tell`, `ask`), or one to many (`broadcast`, `publish`); the news of an actor of the other node (`register`) or of its
   * binding (`bind`); or the end of a retained message (`clear`).
   */
  readonly kind: 'ask' | 'tell' | 'broadcast' | 'publish' | 'register' | 'bind' | 'clear';
  /** The id of the other node. */
  readonly from: string;
  /** The actor, for a message to one, `register` and `bind`. */
  readonly target?: string;
  /** The topic on which the message was published, or by which it was routed. For `bind` the pattern. */
  readonly topic?: string;
  /** The message, decoded. */
  readonly message?: unknown;
  /** The actor that the message names as its sender. */
  readonly sender?: string;
  /** The headers of the message. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Whether a frame may pass. */
export type Authorize = (frame: IncomingFrame) => boolean;

/**
 * Makes the hook of the user's function: `undefined` if there is none. If that throws, or returns anything but true or false, the frame is refused,
 * and `failed` is told.
 */
export function authorizing(authorize: Authorize | undefined, failed: (error: unknown) => void): Authorize | undefined {
  if (authorize === undefined) return undefined;
  return (frame) => {
    try {
      const mayPass: unknown = authorize(frame);
      // A promise would let everything pass.
      if (typeof mayPass !== 'boolean') refuse('authorize must return true or false', mayPass);
      return mayPass;
    } catch (error) {
      failed(error);
      return false;
    }
  };
}
