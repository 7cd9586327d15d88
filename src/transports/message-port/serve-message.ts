import { isObject } from '../../failure/check';
import type { MessagePortLike } from './message-port-like';

/** The first message to a worker of a pool: the port to its pool, and what it is to be. */
export interface ServeMessage {
  readonly port: MessagePortLike;
  readonly id: string;
  readonly concurrency: number;
}

const TAG = 'rx-broker/serve';

export function serveMessage({ port, id, concurrency }: ServeMessage): object {
  return { [TAG]: 1, port, id, concurrency };
}

/** Reads it. `undefined` for any other message, which is not for this package. */
export function readServeMessage(message: unknown): ServeMessage | undefined {
  return isObject(message) && TAG in message ? (message as unknown as ServeMessage) : undefined;
}
