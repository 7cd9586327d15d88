import type { PickTransfer } from '../../distributed/transport';
import { type Checks, checkFunction, refuse } from '../../failure/check';

/** Options of `messagePortTransport` and `hubTransport`. */
export interface MessagePortOptions {
  /**
   * Picks the objects of a payload that move to the other side instead of being copied: buffers above all. A message that goes to several nodes
   * moves to one of them only.
   */
  readonly transfer?: PickTransfer;
  /**
   * Milliseconds. An end that says nothing for three times as long counts as gone, also one whose thread is busy for so long. `Infinity` for
   * none. Default 2,000; none in a worker for the port to its owner, since the worker ends with its owner.
   */
  readonly heartbeat?: number;
}

export const MESSAGE_PORT: Checks<MessagePortOptions> = { transfer: checkFunction, heartbeat: checkHeartbeat };

/** Milliseconds. */
export const DEFAULT_HEARTBEAT = 2_000;

function checkHeartbeat(value: unknown, name: string): void {
  if (typeof value !== 'number' || !(value > 0)) refuse(`${name} must be a number of milliseconds above 0, or Infinity for none`, value, RangeError);
}
