import { isObject } from '../../failure/check';
import { type MessagePortLike, isPort } from './message-port-like';

/** The first message to a worker of a pool: the port to the pool, and the id and the concurrency of the actor that it serves. */
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
  return isServeMessage(message) ? message : undefined;
}

function isServeMessage(message: unknown): message is ServeMessage {
  if (!isObject(message) || !(TAG in message && 'port' in message && 'id' in message && 'concurrency' in message)) return false;
  return isPort(message.port) && typeof message.id === 'string' && typeof message.concurrency === 'number';
}
